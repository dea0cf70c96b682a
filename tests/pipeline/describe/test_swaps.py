from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.derive_facts import derive_facts
from pipeline.describe.select_evidence import select_evidence
from pipeline.describe.settings import DescribeSettings
from pipeline.describe.swaps import Scene, Swap, lengths_apart, other_counts, other_looks, region_swaps, report_swaps
from schemas.facts import KINDS
from schemas.lexicon.findings import finding, is_finding
from schemas.taxonomy.body_parts import body_parts
from schemas.taxonomy.csv_table import read_rows
from tests.annotators.captioners.builders import acquired, counted, labelled, make_evidence
from tests.pipeline.describe.builders import make_marked, make_region
from tests.pipeline.describe.test_derive_facts import make_row

Row = dict[str, Any]
EVERY_SLOT = frozenset((kind, attribute) for kind, attributes in KINDS.items() for attribute in attributes)
BOX = (100, 50, 190, 110)  # upper left, small


def swaps_of(*regions: Row, told: frozenset[tuple[str, str]] = EVERY_SLOT, **row: Any) -> list[Swap]:
    """Of the first region; every slot that it has is told."""
    marked = make_marked(regions)
    whole = make_row(**row)
    evidence = select_evidence("i", marked, derive_facts(whole, marked), DescribeSettings())
    region = evidence.regions[0]
    scene = Scene(whole["modality"], whole["body_part"], marked, frozenset(whole["annotation_scope"] or ()))
    return list(region_swaps(marked[0], region, scene, told & frozenset(region.by_slot)))


def replaced(slot: str, *regions: Row, **row: Any) -> list[str]:
    return [swap.replaced for swap in swaps_of(*regions, **row) if swap.slot == slot]


def test_a_place_is_swapped_for_each_third_that_is_clear() -> None:
    assert replaced("image_side", make_region(BOX, "cyst")) == ["centre", "image-right"]
    assert replaced("vertical", make_region(BOX, "cyst")) == ["middle", "lower"]
    assert replaced("image_side", make_region((280, 50, 320, 90), "cyst")) == ["image-right"]
    assert replaced("image_side", make_region((0, 0, 900, 600), "cyst")) == []


@pytest.mark.parametrize(
    ("width", "others"), [(10, ["medium", "large"]), (40, ["large"]), (100, ["tiny"]), (300, ["tiny", "small"])]
)
def test_a_size_is_swapped_for_one_two_bins_away(width: int, others: list[str]) -> None:
    assert replaced("size", make_region((0, 0, width, 5), "cyst")) == others


def test_sizes_are_swapped_both_ways() -> None:
    widths = {"tiny": 10, "small": 40, "medium": 100, "large": 300}
    pairs = {(a, b) for a, width in widths.items() for b in replaced("size", make_region((0, 0, width, 5), "cyst"))}
    assert pairs == {(b, a) for a, b in pairs}


def test_a_side_is_swapped_only_where_a_frame_tells_it() -> None:
    oriented: dict[str, Any] = {"modality": "ct", "plane": "axial", "axes": ["L", "P"], "body_part": "abdomen"}
    oriented |= {"spacing_mm": [0.5, 0.5], "width": 900}
    assert replaced("side", make_region(BOX, "cyst")) == []
    assert replaced("side", make_region(BOX, "cyst"), **oriented) == ["left"]


def test_lengths_are_swapped_together_by_a_factor() -> None:
    row = {"spacing_mm": [0.5, 0.5], "spacing_basis": "header"}
    down, up = (
        list(map(float, told.split(" x "))) for told in replaced("measurement", make_region(BOX, "cyst"), **row)
    )
    assert down[0] / down[1] == pytest.approx(45 / 30, rel=0.05)
    assert up[0] / up[1] == pytest.approx(45 / 30, rel=0.05)
    assert down[0] <= 45 / 1.5
    assert up[0] >= 45 * 1.5


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("2", "3", False),
        ("2", "4", False),
        ("2", "5", True),
        ("20", "30", False),
        ("20", "32", True),
        ("2.0", "3.2", True),
    ],
)
def test_lengths_are_apart_however_they_were_rounded(a: str, b: str, apart: bool) -> None:
    assert lengths_apart(a, b) is lengths_apart(b, a) is apart


def test_an_outline_is_swapped_for_the_two_others() -> None:
    assert replaced("shape", make_region((100, 50, 300, 100), "cyst")) == ["round", "tall"]
    assert replaced("shape", make_region(BOX, "cyst")) == []


SMEAR = {"modality": "microscopy", "technique": "smear"}
FUNDUS = {"modality": "fundus"}


def test_a_name_is_swapped_within_a_closed_set_of_exclusive_names() -> None:
    assert replaced("name", make_region(BOX, "platelet", kind="cell"), **SMEAR) == [
        "red blood cell",
        "white blood cell",
    ]


@pytest.mark.parametrize("changed", [{"label_source": "model"}, {"name": "unheard-of cell"}, {"name": None}])
def test_a_name_that_is_not_certain_is_not_swapped(changed: Row) -> None:
    assert replaced("name", {**make_region(BOX, "platelet", kind="cell"), **changed}, **SMEAR) == []


def test_a_name_is_not_swapped_for_one_that_lies_there_too() -> None:
    over = make_region((110, 60, 200, 120), "red blood cell", kind="cell")
    assert replaced("name", make_region(BOX, "platelet", kind="cell"), over, **SMEAR) == ["white blood cell"]


def certainties(region: Row, *others: Row, **told: Any) -> dict[str, str]:
    """Of each name that is put in."""
    return {swap.replaced: swap.certainty for swap in swaps_of(region, *others, **told) if swap.slot == "name"}


def test_what_is_annotated_exhaustively_and_elsewhere_is_certified() -> None:
    exudate, over = make_region(BOX, "hard exudate"), make_region((110, 60, 200, 120), "cotton-wool spot")
    assert certainties(exudate, **FUNDUS)["cotton-wool spot"] != "certified"
    assert certainties(exudate, **FUNDUS, annotation_scope=["cotton-wool spot"])["cotton-wool spot"] == "certified"
    assert "cotton-wool spot" not in certainties(exudate, over, **FUNDUS, annotation_scope=["cotton-wool spot"])


@pytest.mark.parametrize(("basis", "certainty"), [("reader", "exclusive"), ("phantom", "certified")])
def test_what_the_name_excludes_is_as_certain_as_the_name(basis: str, certainty: str) -> None:
    nodule = make_region(BOX, "pulmonary nodule", label_source=basis)
    assert certainties(nodule, modality="radiography")["nipple shadow"] == certainty


def test_what_may_lie_there_too_is_presumed() -> None:
    assert certainties(make_region(BOX, "consolidation"), modality="radiography")["atelectasis"] == "presumed"


def test_a_look_is_swapped_for_another_word_of_its_list_and_modality() -> None:
    mass = make_region(BOX, "breast mass", attributes=[{"attribute": "margin", "value": "spiculated"}])
    told = frozenset({("appearance", "margin")})
    assert "obscured" in replaced("margin", mass, told=told, modality="mammography")
    assert "obscured" not in replaced("margin", mass, told=told, modality="ct")
    assert "spiculated" not in replaced("margin", mass, told=told, modality="mammography")
    assert replaced("margin", {**mass, "label_source": "model"}, told=told, modality="mammography") == []


def test_what_cannot_be_told_apart_is_never_swapped() -> None:
    assert replaced("name", make_region(BOX, "microaneurysm"), **FUNDUS, annotation_scope=["dot haemorrhage"]) == []
    pneumonia = make_region(BOX, "pneumonia")
    assert replaced("name", pneumonia, modality="radiography", annotation_scope=["consolidation"]) == []


def test_a_set_of_organs_is_used_only_where_the_picture_can_hold_it() -> None:
    aorta = make_region(BOX, "aorta", kind="anatomy")
    abdomen = replaced("name", aorta, modality="ct", body_part="abdomen")
    assert "spleen" in abdomen
    assert "heart" not in abdomen
    assert "heart" in replaced("name", aorta, modality="ct", body_part="chest")
    assert replaced("name", aorta, modality="ct") == []


def test_the_kind_follows_the_name() -> None:
    region = make_region(BOX, "lymph node", kind="anatomy")
    swap = next(s for s in swaps_of(region, modality="ct", annotation_scope=["bowel loop"]) if s.slot == "name")
    assert [fact.attribute for fact in swap.edited] == ["name"]
    region = make_region(BOX, "lymph node", kind="finding")
    swap = next(s for s in swaps_of(region, modality="ct", annotation_scope=["bowel loop"]) if s.slot == "name")
    assert [fact.attribute for fact in swap.edited] == ["name", "kind"]


def test_only_told_slots_are_swapped() -> None:
    told = frozenset({("position", "vertical")})
    assert {swap.slot for swap in swaps_of(make_region(BOX, "platelet"), told=told, **SMEAR)} == {"vertical"}
    assert swaps_of(make_region(BOX, "platelet"), told=frozenset()) == []


def report_edits(*facts: Any) -> list[tuple[str, str, str]]:
    return [(swap.slot, swap.original, swap.replaced) for swap, _ in report_swaps(make_evidence(*facts))]


def test_a_count_is_swapped_only_where_it_is_exact_and_certain() -> None:
    assert report_edits() == []
    assert report_edits(*counted("cyst", 3)) == []
    assert report_edits(*counted("cyst", 3, exact=True)) == [("count", "3 cyst", f"{n} cyst") for n in (1, 2, 4, 5)]


def test_a_count_stays_possible_where_its_things_lie() -> None:
    assert [edit[2] for edit in report_edits(*counted("cyst", 2, exact=True, place="apart"))] == ["3 cyst", "4 cyst"]
    assert [edit[2] for edit in report_edits(*counted("cyst", 5, exact=True, place="several"))] == [
        "3 cyst",
        "7 cyst",
        "9 cyst",
    ]


def test_sides_of_the_picture_and_of_groups_are_swapped_and_labels_are_not() -> None:
    cysts = counted("cyst", 2, side="right", exact=True)
    facts = (*acquired(modality="mammography", side="left"), *cysts, labelled("pneumonia"))
    assert [edit for edit in report_edits(*facts) if edit[0] == "side"] == [
        ("side", "left", "right"),
        ("side", "right", "left"),
    ]
    assert report_edits(*counted("cyst", 2, side="right")) == []  # others may lie on the left, unmarked
    assert report_edits(*acquired(side="bilateral"), *counted("cyst", 2, side="both")) == []


@given(st.integers(min_value=1, max_value=2000), st.integers(min_value=1, max_value=5))
def test_another_count_is_a_quarter_away_and_not_below_the_least(count: int, least: int) -> None:
    assert all(abs(other - count) >= max(1, 0.25 * count) and other >= least for other in other_counts(count, least))
    assert [other for other in other_counts(count) if other > count]


def test_tables_name_what_the_lexicon_and_taxonomy_know() -> None:
    parts = {part.id for part in body_parts()}
    assert {row["body_part"] for row in read_rows("pipeline.describe", "midline_parts")} <= parts
    for row in read_rows("pipeline.describe", "exclusive_names"):
        assert is_finding(row["finding"])
        assert finding(row["finding"]).occurs_in(row["modality"]), row
        assert row["body_part"] in {"", *parts}


@pytest.mark.parametrize("modality", ["radiography", None])
def test_a_degree_excludes_those_two_steps_away_on_its_own_scale(modality: str | None) -> None:
    assert other_looks("severity", "mild", modality) == ("severe",)
    assert other_looks("severity", "moderate", modality) == ()
    assert other_looks("severity", "no such degree", modality) == ()
