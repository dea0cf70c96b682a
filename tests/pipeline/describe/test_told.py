import pytest

from pipeline.describe.told import told_facts
from schemas.facts import Fact
from tests.annotators.captioners.builders import make_region

REGION = make_region("r1", "hard exudate", kind="finding", side="left").facts


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("", set()),
        ("A hard exudate.", {"identity.name"}),
        (
            "Hard exudates lie in the upper left of the image.",
            {"identity.name", "position.vertical", "position.image_side"},
        ),
        ("Something in the upper third of the image.", {"position.vertical"}),
        ("A hard exudate on the patient's left.", {"identity.name", "side.patient"}),
        ("A hard exudate on the patient's right.", {"identity.name"}),
        ("It extends over a small fraction of the image.", {"size.share_of_image"}),
        ("A cotton-wool spot.", set()),
    ],
)
def test_a_caption_tells_what_its_words_say(text: str, slots: set[str]) -> None:
    found = {f"{fact.kind}.{fact.attribute}" for fact in told_facts(text, REGION)}
    assert found == slots | {"identity.kind"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A nodule.", set()),
        ("A nodule on both sides of the patient.", {"patient"}),
        ("Nodules, lying apart from each other.", {"image"}),
        ("Nodules, both in the left third of the radiograph.", {"image"}),
        ("A nodule, larger than the other.", {"relation"}),
        ("A nodule to the left of the other.", {"relation"}),
        ("A nodule that touches the border.", {"border"}),
        ("A nodule, 34 mm wide.", {"measurement"}),
        ("A nodule of the right knee.", {"patient", "laterality"}),
    ],
)
def test_what_has_no_closed_list_of_words_is_told_in_doubt(text: str, kinds: set[str]) -> None:
    facts = [
        Fact("image", "distribution", "nodule", "apart", "geometry", frame="image"),
        Fact("image", "distribution", "nodule", "both", "geometry", frame="patient"),
        Fact("r1", "relation", "above", "r2", "geometry"),
        Fact("r1", "border", "touches", "left", "geometry"),
        Fact("image", "laterality", "image", "right", "header"),
        Fact("r1", "measurement", "width", "34", "header", unit="mm"),
    ]
    told = {fact.frame if fact.kind == "distribution" else fact.kind for fact in told_facts(text, facts)}
    assert told == kinds
