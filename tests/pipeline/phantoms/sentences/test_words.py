"""Words of places, looks, lengths and examinations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantoms.sentences.exam import exam_noun, technique
from pipeline.phantoms.sentences.exam import exam_slots as slots
from pipeline.phantoms.sentences.lengths import length, long_axis, millimetres
from pipeline.phantoms.sentences.looks import look, looks
from pipeline.phantoms.sentences.pen import Pen
from pipeline.phantoms.sentences.where import at_place, at_place_on_side, on_side, takes_side
from schemas.taxonomy.modalities import modalities, techniques
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region


@pytest.mark.parametrize(
    ("place", "side", "plain", "sided"),
    [
        ("upper_zone", "left", "in the upper zone", "in the left upper zone"),
        ("lung_periphery", "left", "in the periphery of the lung", "in the periphery of the left lung"),
        ("axillary_tail", "left", "in the axillary tail", "in the axillary tail of the left breast"),
        ("choroid", "right", "in the choroid", "in the choroid of the right eye"),
        ("tooth_42", "right", "in the region of tooth 42", "in the region of tooth 42 on the right"),
        ("field_edge", "right", "at the edge of the field", "at the edge of the field on the patient's right"),
    ],
)  # fmt: skip
def test_a_place_is_named_with_its_side_or_without(place: str, side: str, plain: str, sided: str) -> None:
    assert at_place(place) == plain
    assert at_place_on_side(place, side) == sided


def test_a_segment_of_the_liver_takes_no_article() -> None:
    assert at_place("liver_segment_iva") == "in liver segment IVa"


@pytest.mark.parametrize(
    ("place", "side", "takes"),
    [
        (None, "left", True),
        ("middle_lobe", "left", False),
        ("middle_lobe", "right", True),
        ("field_edge", "left", True),
    ],
)
def test_no_side_is_said_where_a_place_has_none(place: str | None, side: str, takes: bool) -> None:
    assert takes_side(place, side) is takes


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("chest", "on the left"),
        ("breast", "in the left breast"),
        ("retina", "in the left eye"),
        ("knee", "in the left knee"),
    ],
)
def test_the_side_of_a_paired_part_is_the_parts(part: str, words: str) -> None:
    assert on_side("left", part) == words


@pytest.mark.parametrize(
    ("attribute", "value", "label", "modality", "position", "words"),
    [
        ("margin", "spiculated", "breast_mass", "mammography", "before", "spiculated"),
        ("margin", "irregular", "breast_mass", "mammography", "after", "irregular in outline"),
        ("density", "hypodense", "liver_cyst", "ct", "after", "of low density"),
        ("calcification", "coarse", "breast_mass", "mammography", "with", "with coarse calcification"),
        ("uptake", "intense", "tumour_uptake", "nuclear", "before", "intense"),
        ("severity", "2", "osteoarthritis", "radiography", "with", "with a grading of Kellgren-Lawrence grade 2"),
    ],
)
def test_an_attribute_stands_where_its_words_may(
    attribute: str, value: str, label: str, modality: str, position: str, words: str
) -> None:
    found = look(attribute, value, label, modality)
    assert found is not None
    assert (found.position, found.words) == (position, words)


@pytest.mark.parametrize(
    ("attribute", "value", "shown"), [("halo", "present", "a halo"), ("halo", "absent", "no halo")]
)
def test_what_a_thing_is_with_is_what_it_shows(attribute: str, value: str, shown: str) -> None:
    found = look(attribute, value, "breast_mass", "ultrasound")
    assert found is not None
    assert found.noun == shown


def test_a_look_that_the_name_says_already_is_not_said_again() -> None:
    region = make_region("circumscribed_mass", attributes={"margin": "circumscribed", "texture": "homogeneous"})
    assert [each.value for each in looks(region, "mammography")] == ["homogeneous"]


def test_a_grade_that_several_scales_claim_is_not_said() -> None:
    assert look("severity", "2", "breast_mass", "ultrasound") is None


@pytest.mark.parametrize(
    ("mm", "text"),
    [(0.0004, "0.4 µm"), (0.0083, "8.3 µm"), (0.042, "42 µm"), (0.4213, "420 µm"), (3.26, "3.3 mm"), (27.4, "27 mm")],
)
def test_lengths_have_two_or_three_digits(mm: float, text: str) -> None:
    assert length(mm) == text


@given(st.floats(1e-3, 1e3))
def test_what_is_written_is_near_what_was_measured(mm: float) -> None:
    assert millimetres(length(mm)) == pytest.approx(mm, rel=0.051)


def test_the_long_axis_knows_rows_from_columns() -> None:
    assert long_axis((0, 0, 10, 4), (1.0, 1.0)) == "10 mm"
    assert long_axis((0, 0, 10, 4), (5.0, 1.0)) == "20 mm"


def test_every_technique_of_the_taxonomy_has_a_noun() -> None:
    for each in modalities():
        for name in techniques(each.id):
            assert (exam_noun(each.id, name) is None) == (name == "unknown"), (each.id, name)


def test_the_first_line_tells_the_side_only_where_a_reader_can() -> None:
    for oriented in (True, False):
        phantom = make_phantom(laterality="left", oriented=oriented)
        sentence = technique(Pen.of("training", slots(phantom), 0, "test"), phantom)
        assert ("left" in sentence.text) is oriented
        assert ("laterality" in {fact.slot for fact in sentence.facts}) is oriented
        assert "craniocaudal view" in sentence.text
