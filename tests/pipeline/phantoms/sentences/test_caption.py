import pytest

from pipeline.phantoms.sentences.caption import region_caption
from pipeline.phantoms.sentences.facts import holds
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region, many_phantoms

MASS = make_region(
    "breast_mass",
    side="left",
    place="retroareolar",
    attributes={"shape": "oval", "calcification": "none"},
    stratum="tiny",
)


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_a_caption_speaks_of_its_region_alone(phrasing: Phrasing) -> None:
    for phantom in many_phantoms(300, seed=8):
        for region in phantom.regions:
            if region.visible:
                sentence = region_caption(phantom, region, phrasing)
                assert {fact.subjects for fact in sentence.facts} == {(region.id,)}
                assert all(holds(fact, phantom) for fact in sentence.facts), sentence.text


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_name_place_side_size_and_looks_are_told(phrasing: Phrasing) -> None:
    phantom = make_phantom(MASS)
    for seed in range(20):
        text = region_caption(phantom, MASS, phrasing, seed).text
        assert "tiny oval breast mass" in text
        assert "in the retroareolar region of the left breast" in text
        assert "without calcification" in text


def test_no_side_is_told_where_the_picture_has_no_orientation() -> None:
    phantom = make_phantom(MASS, oriented=False)
    assert all("left" not in region_caption(phantom, MASS, seed=seed).text for seed in range(20))


def test_a_length_is_told_of_some_and_only_where_the_spacing_is_known() -> None:
    with_mm = [
        " mm" in region_caption(make_phantom(MASS, spacing_mm=(0.5, 0.5)), MASS, seed=seed).text for seed in range(60)
    ]
    assert 5 < sum(with_mm) < 55
    assert not any(" mm" in region_caption(make_phantom(MASS), MASS, seed=seed).text for seed in range(60))


def test_a_structure_takes_its_article_and_its_side() -> None:
    muscle = make_region("pectoral_muscle", role="anatomy", side="right")
    rib = make_region("rib", "one", role="anatomy")
    ribs = make_phantom(rib, make_region("rib", "two", role="anatomy"), modality="radiography", body_part="chest")
    assert "the right pectoral muscle" in region_caption(make_phantom(muscle), muscle).text.lower()
    assert "a rib" in region_caption(ribs, rib).text.lower()


def test_what_cannot_be_seen_has_no_caption() -> None:
    unseen = make_region("breast_mass", visible=False)
    with pytest.raises(ValueError, match="cannot be seen"):
        region_caption(make_phantom(unseen), unseen)
