"""What prose says of several things: by parts of a sentence, of each, again by a shorter name, in relation."""

import pytest

from pipeline.describe.check import UNREAD, unsupported
from schemas.facts import IMAGE, Fact

KNEES = (
    Fact(IMAGE, "acquisition", "modality", "radiography", "header"),
    Fact(IMAGE, "acquisition", "body_part", "knee", "header"),
    Fact(IMAGE, "count", "osteoarthritis", "2", "reader"),
    Fact(IMAGE, "distribution", "osteoarthritis", "both", "reader", frame="patient"),
    Fact("r1", "identity", "name", "osteoarthritis", "reader"),
    Fact("r1", "side", "patient", "left", "reader", frame="patient"),
    Fact("r1", "appearance", "severity", "mild", "reader"),
    Fact("r2", "identity", "name", "osteoarthritis", "reader"),
    Fact("r2", "side", "patient", "right", "reader", frame="patient"),
    Fact("r2", "appearance", "severity", "severe", "reader"),
)
KIDNEY = (
    Fact(IMAGE, "acquisition", "modality", "ultrasound", "header"),
    Fact(IMAGE, "acquisition", "body_part", "kidney", "header"),
    Fact("r1", "identity", "name", "renal cyst", "reader"),
    Fact("r1", "location", "anatomy", "upper_pole", "reader"),
    Fact("r1", "appearance", "echo", "anechoic", "reader"),
    Fact("r1", "relation", "above", "r2", "geometry"),
    Fact("r2", "identity", "name", "kidney stone", "reader"),
    Fact("r2", "location", "anatomy", "lower_pole", "reader"),
    Fact("r2", "side", "patient", "left", "reader", frame="patient"),
)


@pytest.mark.parametrize(
    ("text", "facts", "failures"),
    [
        ("Bilateral osteoarthritis of the knees, severe on the right and mild on the left.", KNEES, set()),
        ("Bilateral osteoarthritis of the knees, mild on the right and severe on the left.", KNEES, {"severity"}),
        ("Both knees exhibit osteoarthritis.", KNEES, set()),
        ("Both knees exhibit severe osteoarthritis.", KNEES, {"severity"}),
        ("The left knee exhibits mild osteoarthritis, as does the right one.", KNEES, {UNREAD}),
        ("The cyst is anechoic.", KIDNEY, set()),
        ("Anechoic cyst in the upper pole; stone in the lower pole.", KIDNEY, set()),
        ("Anechoic cyst in the lower pole; stone in the upper pole.", KIDNEY, {"position"}),
        ("No cyst is seen.", KIDNEY, {"polarity"}),
        ("Above the stone lies a cyst.", KIDNEY, set()),
        ("Above the cyst lies a stone.", KIDNEY, {"relation"}),
        ("The stone overlaps the cyst.", KIDNEY, {UNREAD}),
        ("A stone is seen on the left. A cyst lies on the same side.", KIDNEY, {"side"}),
        ("The hepatic cyst is anechoic.", KIDNEY, {"finding"}),
        ("The cyst is anechoic, with a thin capsule.", KIDNEY, {UNREAD}),
        ("A cyst is seen, with mural nodularity on the left.", KIDNEY, {"side"}),
    ],
)
def test_prose_about_several_things(text: str, facts: tuple[Fact, ...], failures: set[str]) -> None:
    assert set(unsupported(text, facts)) >= failures
    assert bool(unsupported(text, facts)) is bool(failures)
