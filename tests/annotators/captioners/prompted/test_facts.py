import itertools

import pytest

from annotators.captioners.evidence import Evidence
from annotators.captioners.prompted.facts import picture_lines, region_lines
from annotators.captioners.rules import RuleWriter
from pipeline.describe.check import unsupported
from pipeline.describe.pictures import pictures
from pipeline.describe.settings import DescribeSettings
from schemas.facts import IMAGE, KINDS, Fact
from tests.annotators.captioners.builders import absent, acquired, counted, labelled, make_evidence, make_region
from tests.pipeline.describe.scenes import SCENES


def lines_of(evidence: Evidence) -> list[str]:
    regions = (region_lines(evidence, region) for region in evidence.regions)
    return [*picture_lines(evidence), *itertools.chain(*regions)]


def test_where_little_is_known_little_is_told() -> None:
    assert len(lines_of(make_evidence())) == 1


def test_a_patient_s_side_is_told_apart_from_the_picture_s() -> None:
    region = make_region(side="right", image_side="image-left")
    text = " | ".join(region_lines(make_evidence(regions=(region,)), region))
    assert "the patient's side: right" in text
    assert "place in the image: in the upper left of the image" in text


def test_what_a_model_named_is_told_as_possible() -> None:
    told = region_lines(make_evidence(), make_region(name="polyp", kind="finding", basis="model"))[0]
    assert "possible" in told
    assert "possible" not in region_lines(make_evidence(), make_region(name="polyp", kind="finding"))[0]


@pytest.mark.parametrize("basis", ["model", "reader"])
def test_of_what_nobody_named_no_finding_is_to_be_claimed(basis: str) -> None:
    assert "claim no finding" in region_lines(make_evidence(), make_region(name=None, basis=basis))[0]


def test_exact_counts_lower_bounds_and_absences_are_told_apart() -> None:
    facts = (*counted("platelet", 3, exact=True), *counted("red blood cell", 3), absent("blast"))
    text = "\n".join(picture_lines(make_evidence(*facts)))
    assert "exactly three platelets" in text
    assert "at least three red blood cells" in text
    assert "absent, as the source states: blast" in text


@pytest.mark.parametrize(
    ("assertion", "words"), [("present", ": present"), ("absent", ": absent"), ("possible", "not certain")]
)
def test_labels_are_told_with_their_certainty(assertion: str, words: str) -> None:
    assert words in picture_lines(make_evidence(labelled("pneumonia", assertion)))[1]


def test_relations_are_told_by_name() -> None:
    regions = (make_region("r1", "optic disc", kind="anatomy"), make_region("r2", "cyst", kind="finding"))
    fact = Fact("r1", "relation", "left_of", "r2", "geometry", frame="image")
    assert "the optic disc lies to the left of the cyst" in picture_lines(make_evidence(fact, regions=regions))[1]


def test_every_kind_of_fact_but_the_grounds_of_others_has_a_line() -> None:
    """Of each kind that a captioner may be given, something is told."""
    values = {"change": "larger", "location": "upper_zone", "appearance": "spiculated", "border": "left"}
    slots = {"change": "since_prior", "location": "anatomy", "appearance": "margin", "border": "touches"}
    for kind, value in values.items():
        fact = Fact("r1", kind, slots[kind], value, "reader")
        bare = make_region("r1")
        with_it = type(bare)("r1", (*bare.facts, fact))
        assert len(region_lines(make_evidence(), with_it)) == len(region_lines(make_evidence(), bare)) + 1, kind
    told = {"acquisition", "laterality", "label", "presence", "count", "count_at_least", "distribution", "relation"}
    assert set(KINDS) == {*values, *told, "identity", "position", "side", "size", "measurement", "shape"}
    assert len(picture_lines(make_evidence(Fact(IMAGE, "change", "since_prior", "new", "report")))) == 2


@pytest.mark.parametrize("scene", SCENES)
def test_lines_claim_nothing_that_the_facts_do_not(scene: str) -> None:
    """A model that repeats a line of places, sizes, lengths and looks passes the check."""
    for picture in pictures(SCENES[scene](), DescribeSettings()):
        evidence = picture.evidence
        for region in evidence.regions:
            known = (*evidence.facts, *region.facts)
            for line in region_lines(evidence, region)[1:]:
                name, _, words = line.partition(": ")
                said = f"on the patient's {words}" if name == "the patient's side" else words
                assert not set(unsupported(f"It lies {said}.", known)) - {"finding"}, line
        assert RuleWriter().write([evidence])
        for line in picture_lines(evidence)[:1]:
            assert unsupported(f"{line.partition(': ')[2]}.", evidence.facts) == ()


def test_the_picture_is_told_as_the_rules_tell_it() -> None:
    evidence = make_evidence(*acquired(modality="ct", plane="axial", body_part="chest", window="lung"))
    line = picture_lines(evidence)[0]
    assert all(word in line for word in ("axial", "CT", "chest", "lung window"))


def test_what_a_report_tells_is_told_as_its_own() -> None:
    (picture,) = pictures(SCENES["film with a report"](), DescribeSettings())
    lines = picture_lines(picture.evidence)
    assert "the report describes: a moderate pleural effusion on the patient's left" in lines
    assert "possible, as the report says: pneumonia in the right lower lobe" in lines
    assert "absent, as the report states: pneumothorax" in lines
    for line in lines:
        words = line.partition(": ")[2]
        if "report" in line and "absent" not in line:
            doubt = "possible" if "possible" in line else ""
            assert unsupported(f"There is {doubt} {words}.", picture.evidence.facts) == (), line
