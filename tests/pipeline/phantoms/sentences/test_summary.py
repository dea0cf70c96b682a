import re

import pytest

from pipeline.phantoms.sentences.facts import holds
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from pipeline.phantoms.sentences.summary import main_finding, summary
from schemas.taxonomy.modalities import modality
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region, many_phantoms

SMALL = make_region("spiculated_mass", "small", attributes={"texture": "heterogeneous"}, side="left", wh=(8, 8))
LARGE = make_region("circumscribed_mass", "large", side="right", wh=(60, 60))


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_a_summary_tells_modality_part_and_finding_and_nothing_of_a_region(phrasing: Phrasing) -> None:
    for phantom in many_phantoms(400, seed=6):
        sentence = summary(phantom, phrasing)
        assert {fact.slot for fact in sentence.facts} <= {"modality", "body_part", "finding", "normality"}
        assert all(holds(fact, phantom) for fact in sentence.facts), sentence.text
        assert modality(phantom.modality).noun.lower() in sentence.text.lower()
        assert not re.search(r"\bmm\b|\bpatient's\b|\bone\b (?!finds)|\btwo\b", sentence.text)


def test_the_main_finding_is_the_largest_that_can_be_seen() -> None:
    unseen = make_region("breast_cyst", visible=False, wh=(90, 90))
    extent = make_region("cardiomegaly", role="extent")
    assert main_finding(make_phantom()) is None
    assert main_finding(make_phantom(SMALL, LARGE, unseen)) is LARGE
    assert main_finding(make_phantom(SMALL, extent)) is extent


def test_no_look_side_or_size_of_the_main_finding_is_told() -> None:
    for seed in range(30):
        text = summary(make_phantom(SMALL), seed=seed).text
        assert "spiculated mass" in text
        assert not re.search(r"left|small|heterogeneous", text)


@pytest.mark.parametrize(
    ("regions", "kind"),
    [
        ((), "SUMMARY_NORMAL"),
        ((make_region("intramammary_node", role="mimic"),), "SUMMARY_NORMAL"),
        ((make_region("spiculated_mass", visible=False),), "SUMMARY_ONLY"),
        ((SMALL,), "SUMMARY_SHOWS"),
    ],
)
def test_a_picture_is_called_normal_only_where_nothing_is_there(regions: tuple[object, ...], kind: str) -> None:
    assert summary(make_phantom(*regions)).kind == kind  # type: ignore[arg-type]


def test_several_are_named_without_their_number() -> None:
    phantom = make_phantom(LARGE, make_region("circumscribed_mass", "other"))
    for seed in range(20):
        assert "circumscribed masses" in summary(phantom, seed=seed).text
