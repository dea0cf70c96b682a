import itertools
import re
from dataclasses import replace
from typing import Any

import pytest

from annotators.captioners.evidence import RegionEvidence
from annotators.captioners.region_text import caption, style_of, wording
from schemas.facts import IMAGE_SIDES, SIZES, VERTICALS, Fact
from tests.annotators.captioners.builders import acquired, counted, make_evidence, make_region

CT = acquired(modality="ct", plane="axial", body_part="abdomen")


def captions_of(name: str | None = "platelet", count: int = 80, **values: Any) -> list[str]:
    """Of regions that differ in their ids alone."""
    regions = [make_region(f"r{i}", name, **values) for i in range(count)]
    return [caption(make_evidence(*CT), region) for region in regions]


@pytest.mark.parametrize(
    ("name", "values", "style"),
    [
        (None, {"basis": "model"}, "unlabelled"),
        (None, {"basis": "reader"}, "unnamed"),
        (None, {"basis": "reader", "kind": "finding"}, "named"),
        ("platelet", {"basis": "reader"}, "named"),
        ("platelet", {"basis": "phantom"}, "named"),
        ("platelet", {"basis": "model"}, "model"),
    ],
)
def test_the_style_says_who_named_what(name: str | None, values: dict[str, Any], style: str) -> None:
    assert style_of(make_region("r", name, **values)) == style


def test_an_unlabelled_region_claims_no_finding() -> None:
    texts = captions_of(None, basis="model")
    assert all("area" in text for text in texts)
    assert not any(word in text for text in texts for word in ("finding", "lesion", "platelet"))


def test_a_region_without_a_name_is_told_by_its_kind() -> None:
    assert all("a device" in text.lower() for text in captions_of(None, kind="device"))


def test_what_a_model_names_is_told_as_the_model_s_word() -> None:
    assert all("model" in text for text in captions_of("polyp", kind="finding", basis="model"))


def test_a_place_is_told_in_every_caption() -> None:
    for vertical, side in itertools.product(VERTICALS, IMAGE_SIDES):
        words = {"image-left": "left", "image-right": "right", "centre": "centr"}
        expected = "centr" if (vertical, side) == ("middle", "centre") else f"{vertical} {words[side]}"
        assert all(expected in text for text in captions_of(vertical=vertical, image_side=side))


def test_the_patient_s_side_is_told_for_about_half_and_then_alone() -> None:
    texts = captions_of(count=200, side="right", vertical="upper", image_side="image-left")
    by_patient = [text for text in texts if "patient's right" in text]
    assert 60 < len(by_patient) < 140
    assert not any("left" in text for text in by_patient)
    assert not any("patient" in text for text in texts if text not in by_patient)


def test_a_length_is_told_with_its_unit() -> None:
    texts = captions_of(width="12", height="34")
    assert all("12" in text and "34" in text and "mm" in text for text in texts)
    assert all("µm" in text and "um" not in text for text in captions_of(width="7", height="8", unit="um", name="cell"))


def test_at_most_two_attributes_are_told_and_a_length_among_them() -> None:
    region = make_region(width="12", height="34", outline="round", touches="left")
    told = wording(make_evidence(), region).slots
    assert (
        len(told & {("measurement", "width"), ("shape", "outline"), ("border", "touches"), ("size", "share_of_image")})
        == 2
    )
    assert ("measurement", "width") in told


def test_a_region_of_which_only_the_place_is_known_is_told_in_brief() -> None:
    whole = make_region(name="cyst", kind="finding")
    bare = RegionEvidence(whole.region_id, tuple(fact for fact in whole.facts if fact.kind != "size"))
    text = caption(make_evidence(), bare)
    assert re.fullmatch(r"[A-Z][^,;]*(, there is a cyst)?\.", text), text


def test_every_size_has_words_of_its_own() -> None:
    texts = [set(captions_of(size=size)) for size in SIZES]
    assert all(not a & b for a, b in itertools.combinations(texts, 2))


def test_an_article_is_definite_where_the_body_has_one_and_the_picture_too() -> None:
    once = make_region("r", "optic disc", kind="anatomy")
    assert "the optic disc" in caption(make_evidence(*counted("optic disc", 1)), once).lower()
    assert "an optic disc" in caption(make_evidence(*counted("optic disc", 2)), once).lower()


def edited(region: RegionEvidence, slot: tuple[str, str], value: str) -> dict[tuple[str, str], Any]:
    return {**region.by_slot, slot: region.by_slot[slot].with_value(value)}


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (("position", "image_side"), "image-right"),
        (("position", "vertical"), "lower"),
        (("size", "share_of_image"), "large"),
        (("shape", "outline"), "tall"),
        (("identity", "name"), "artery"),
    ],
)
def test_an_edited_fact_changes_its_own_words_alone(slot: tuple[str, str], value: str) -> None:
    for i in range(60):
        region = make_region(f"r{i}", "nerve", kind="anatomy", outline="wide")
        told = wording(make_evidence(), region)
        before, after = (
            told.caption(region.by_slot).lower().split(),
            told.caption(edited(region, slot, value)).lower().split(),
        )
        same_start = sum(
            1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
        )
        same_end = sum(
            1 for _ in itertools.takewhile(lambda p: p[0] == p[1], zip(before[::-1], after[::-1], strict=False))
        )
        assert (before != after) == (slot in told.slots)
        assert before == after or len(before) - same_start - same_end <= 8


def test_a_paraphrase_says_the_same_in_other_words() -> None:
    for i in range(100):
        region = make_region(f"r{i}", "liver cyst", side="left", outline="round", touches="top", kind="finding")
        first, second = wording(make_evidence(), region), wording(make_evidence(), region, turn=1)
        assert first.slots == second.slots
        assert first.caption(region.by_slot) != second.caption(region.by_slot)


def test_captions_vary() -> None:
    texts = captions_of(count=400)
    assert len(set(texts)) > 150
    assert len({text.split(" ")[0] for text in texts}) >= 4


def test_a_caption_is_one_whole_sentence() -> None:
    for text in captions_of("hard exudate", width="3", height="4", outline="round", touches="left", kind="finding"):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
        assert not {"{", "}", "None"} & set(text.split())


def said(subject: str, **values: str) -> list[Fact]:
    """Facts that a source states: `place`, `side` and looks."""
    slots = {"place": ("location", "anatomy"), "side": ("side", "patient")}
    frames = {"side": "patient"}
    return [
        Fact(subject, *slots.get(name, ("appearance", name)), value, "reader", frame=frames.get(name))
        for name, value in values.items()
    ]


def told(**values: str) -> list[str]:
    """Captions of regions of which a source says more."""
    plain = [make_region(f"r{i}", "nodule") for i in range(40)]
    regions = [replace(region, facts=(*region.facts, *said(region.region_id, **values))) for region in plain]
    return [caption(make_evidence(*CT), region) for region in regions]


def test_a_look_is_told_in_the_lexicon_s_words() -> None:
    texts = told(margin="spiculated", density="hypodense")
    assert all("spiculated" in text and "of low density" in text for text in texts)


def test_two_looks_are_told_at_most() -> None:
    looks = {"margin": "spiculated", "shape": "oval", "texture": "homogeneous"}
    assert {sum(word in text for word in looks.values()) for text in told(**looks)} == {2}


def test_a_place_in_the_anatomy_has_its_side_where_that_is_known() -> None:
    assert all("in the upper zone" in text for text in told(place="upper_zone"))
    assert all("in the left upper zone" in text for text in told(place="upper_zone", side="left"))


def test_a_place_of_the_picture_is_told_by_geometry_alone() -> None:
    assert not any("edge of the field" in text for text in told(place="field_edge"))


def test_what_is_absent_stands_last() -> None:
    """A list behind `without` would be read as absent as a whole."""
    for text in told(calcification="none", enhancement="none", margin="spiculated"):
        assert re.search(r"with(out)? [a-z-]+( calcification| enhancement)?\.$", text) or "without" not in text
        assert text.count("without") <= 1
