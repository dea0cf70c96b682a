from typing import Any

import pytest

from pipeline.describe.marked import marked_regions
from tests.pipeline.describe.builders import make_key, make_marked, make_region, make_tables

BOX = (10, 20, 110, 80)


def key(item: str = "a") -> tuple[Any, ...]:
    return tuple(make_key(item).values())


def test_no_regions_give_no_pictures() -> None:
    assert marked_regions(make_tables([], [])["regions"], {key(): (900, 600)}) == {}


def test_regions_come_by_picture_in_the_table_s_order() -> None:
    table = make_tables([], [], [make_region(BOX, "b"), make_region(BOX, "x", "z"), make_region(BOX, "a")])["regions"]
    found = marked_regions(table, {key(): (900, 600), key("z"): (120, 100)})
    assert {which[1]: [region.name for region in regions] for which, regions in found.items()} == {
        "a": ["b", "a"],
        "z": ["x"],
    }
    assert (found[key()][0].image_side, found[key("z")][0].image_side) == ("image-left", "centre")
    assert found[key()][0].box_xyxy == BOX


def test_rejected_regions_and_those_of_other_pictures_are_left_out() -> None:
    rejected = make_region(BOX, "a", rejected={"reason": "box_outside", "value": 1.0})
    table = make_tables([], [], [rejected, make_region(BOX, "b", "elsewhere"), make_region(BOX, "c", region_id=None)])[
        "regions"
    ]
    assert marked_regions(table, {key(): (900, 600)}) == {}


def test_a_name_without_a_kind_is_no_name() -> None:
    assert make_marked([make_region(BOX, "thing", kind=None)])[0].name is None


@pytest.mark.parametrize(
    ("told", "basis"),
    [("reader", "reader"), ("model", "model"), ("phantom", "phantom"), (None, "model"), ("oracle", "model")],
)
def test_an_unknown_source_of_labels_is_the_weakest(told: str | None, basis: str) -> None:
    assert make_marked([make_region(BOX, "a", label_source=told)])[0].basis == basis


@pytest.mark.parametrize(("segmenter", "outline"), [("ellipse", None), ("given", "round"), ("sam", "round")])
def test_a_mask_drawn_from_the_box_tells_no_outline(segmenter: str, outline: str | None) -> None:
    region = make_region((100, 100, 200, 200), "a", segmenter=segmenter, area_px=7854)
    assert make_marked([region])[0].outline == outline


def test_missing_values_have_a_plain_meaning() -> None:
    region = make_marked([make_region(BOX, "a", area_px=None, exhaustive=None, score=None)])[0]
    assert (region.area_px, region.exhaustive, region.score) == (0, False, None)
