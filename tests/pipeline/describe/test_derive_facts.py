from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.derive_facts import derive_facts, rounded
from pipeline.describe.pictures import TOLD_TWICE
from schemas.facts import Fact
from schemas.lexicon.attributes import attribute_table
from schemas.lexicon.places import all_places
from tests.pipeline.describe.builders import describe, make_marked, make_picture, make_region

BOX = (100, 100, 180, 140)
ORIENTED = {"modality": "ct", "plane": "axial", "axes": ["L", "P"], "body_part": "abdomen"}
SPACED = {"spacing_mm": [0.5, 0.7], "spacing_basis": "header"}


def make_row(**told: Any) -> dict[str, Any]:
    names = (*TOLD_TWICE, "plane", "axes", "window", "label_states", "annotation_scope", "spacing_mm", "spacing_basis")
    row = {"source": "own", **dict.fromkeys((*names, "texts")), **told}
    return {**row, **{f"header_{name}": row[name] for name in TOLD_TWICE}}


def facts_of(region: dict[str, Any], **row: Any) -> dict[tuple[str, str], Fact]:
    derived = derive_facts(make_row(**row), make_marked([region]))
    return {fact.slot: fact for fact in derived.regions[0]}


def test_a_picture_without_regions_has_facts_of_its_own_alone() -> None:
    derived = derive_facts(make_row(modality="ct"), [])
    assert [fact.value for fact in derived.image] == ["ct"]
    assert derived.regions == ()


def test_a_region_without_a_name_has_geometry_alone() -> None:
    facts = facts_of(make_region(BOX, None, label_source="model", detector="classical"))
    assert facts["identity", "kind"].value == "unlabelled"
    assert {kind for kind, _ in facts} == {"identity", "position", "size", "shape"}
    assert ("identity", "name") not in facts


def test_a_name_bears_its_basis_source_and_confidence() -> None:
    by_model = facts_of(make_region(BOX, "polyp", label_source="model", detector="yolo", score=0.5))["identity", "name"]
    by_reader = facts_of(make_region(BOX, "polyp"))["identity", "name"]
    assert (by_model.assertion, by_model.basis, by_model.source, by_model.confidence) == (
        "possible",
        "model",
        "yolo",
        0.5,
    )
    assert (by_reader.assertion, by_reader.basis, by_reader.source, by_reader.confidence) == (
        "present",
        "reader",
        "given",
        None,
    )


def test_a_side_needs_a_frame() -> None:
    assert ("side", "patient") not in facts_of(make_region(BOX, "liver"))
    side = facts_of(make_region(BOX, "liver"), **ORIENTED, spacing_mm=[0.5, 0.5], width=900)["side", "patient"]
    assert (side.value, side.frame, side.basis) == ("right", "patient", "dicom_orientation")


def test_a_stated_side_wins_over_orientation() -> None:
    side = facts_of(make_region(BOX, "kidney", label="kidney_left"), **ORIENTED)["side", "patient"]
    assert (side.value, side.basis) == ("left", "source_statement")


def test_a_region_near_the_middle_has_no_side() -> None:
    assert ("side", "patient") not in facts_of(make_region((400, 100, 480, 140), "aorta"), **ORIENTED)


@pytest.mark.parametrize(
    ("row", "lengths"),
    [
        ({}, None),
        ({"spacing_mm": [0.5, 0.7], "spacing_basis": "nominal"}, None),
        ({"spacing_mm": [0.5, 0.7], "spacing_basis": "detector"}, None),
        ({"spacing_mm": None, "spacing_basis": "header"}, None),
        ({"spacing_mm": [0.0, 0.7], "spacing_basis": "header"}, None),
        (SPACED, ("56", "20", "mm", "header")),
        ({**SPACED, "spacing_basis": "calibrated"}, ("56", "20", "mm", "calibrated")),
        ({"spacing_mm": [0.05, 0.07], "spacing_basis": "header"}, ("5.6", "2.0", "mm", "header")),
        ({"spacing_mm": [0.00025, 0.00025], "spacing_basis": "header"}, ("20", "10", "um", "header")),
    ],
)
def test_a_length_needs_a_spacing_that_carries_it(row: dict[str, Any], lengths: tuple[str, ...] | None) -> None:
    facts = facts_of(make_region(BOX, "liver"), **row)
    if lengths is None:
        assert ("measurement", "width") not in facts
    else:
        width, height = facts["measurement", "width"], facts["measurement", "height"]
        assert (width.value, height.value, width.unit, width.basis) == lengths


def test_what_the_edge_cuts_off_is_not_measured() -> None:
    facts = facts_of(make_region((0, 100, 80, 140), "liver"), **SPACED)
    assert ("measurement", "width") not in facts
    assert facts["border", "touches"].value == "left"


def test_a_length_below_the_spacing_is_not_told() -> None:
    assert ("measurement", "width") not in facts_of(
        make_region((100, 100, 101, 140), "liver"), spacing_mm=[0.4, 0.4], spacing_basis="header"
    )


@given(st.floats(min_value=0.01, max_value=500), st.floats(min_value=1e-3, max_value=5))
def test_a_length_is_off_by_less_than_two_steps_and_no_finer_than_half_a_step(value: float, step: float) -> None:
    text = rounded(value, step)
    resolution = 10.0 ** -len(text.partition(".")[2])
    assert abs(float(text) - value) <= resolution / 2 + 1e-9
    assert resolution >= step / 2 or resolution == 1.0


def test_what_a_source_says_of_side_place_and_look_become_facts() -> None:
    said = {"side": "left", "place": "upper_zone", "margin": "spiculated"}
    stated = [{"attribute": name, "value": value} for name, value in said.items()]
    facts = facts_of(make_region(BOX, "nodule", label_source="phantom", attributes=stated), modality="radiography")
    told = {slot: (fact.value, fact.basis) for slot, fact in facts.items()}
    assert told["side", "patient"] == ("left", "source_statement")
    assert told["location", "anatomy"] == ("upper_zone", "phantom")
    assert told["appearance", "margin"] == ("spiculated", "phantom")


# Of these the lexicon has values too, and they are told otherwise or not at all.
NOT_LOOKS = (
    "side image_side size count assertion certainty severity change relation dimension unit method frame frame_basis "
    "spacing_basis label_basis label_state exhaustiveness visible plane window_name fat_suppression tracer stain "
    "burned_in recognisable chronicity"
)
LOOKS = [(each.attribute, each.value) for each in attribute_table() if each.attribute not in NOT_LOOKS.split()]


@pytest.mark.parametrize(("attribute", "value"), LOOKS)
def test_every_look_of_the_lexicon_can_be_told_and_is_borne_out(attribute: str, value: str) -> None:
    said = [{"attribute": attribute, "value": value}, {"attribute": "place", "value": "upper_zone"}]
    regions = [make_region((10 * i, 10, 10 * i + 8, 20), "nodule", attributes=said) for i in range(12)]
    rows = describe(make_picture(regions, modality="radiography"))
    assert [row["rejected"] for row in rows] == [None]


@pytest.mark.parametrize("place", [each.id for each in all_places()])
def test_every_place_of_the_lexicon_can_be_told_and_is_borne_out(place: str) -> None:
    said = [{"attribute": "place", "value": place}, {"attribute": "side", "value": "left"}]
    regions = [make_region((10 * i, 10, 10 * i + 8, 20), "nodule", attributes=said) for i in range(6)]
    rows = describe(make_picture(regions, modality="ct"))
    assert [row["rejected"] for row in rows] == [None]
