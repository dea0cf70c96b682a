from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.geometry import Geometry, measure
from schemas.facts import IMAGE_SIDES, SIZES, VERTICALS


def measured(box_xyxy: tuple[int, ...], image_wh: tuple[int, int] = (900, 600), drawn_px: int = 0) -> dict[str, Any]:
    columns = vars(measure(np.array([box_xyxy]), np.array([image_wh]), np.array([drawn_px])))
    return {name: values[0] for name, values in columns.items()}


def test_no_regions_give_empty_columns() -> None:
    empty = measure(np.zeros((0, 4), int), np.zeros((0, 2), int), np.zeros(0, int))
    assert empty == Geometry(*([] for _ in range(8)))


@pytest.mark.parametrize(
    ("box", "side", "vertical"),
    [
        ((0, 0, 10, 10), "image-left", "upper"),
        ((295, 195, 304, 204), "image-left", "upper"),  # centres at 299.5 of 300 and 199.5 of 200
        ((296, 196, 305, 205), "centre", "middle"),
        ((595, 395, 606, 406), "image-right", "lower"),
        ((890, 590, 900, 600), "image-right", "lower"),
        ((0, 0, 900, 600), "centre", "middle"),
    ],
)
def test_a_place_is_the_third_of_the_box_s_centre(box: tuple[int, ...], side: str, vertical: str) -> None:
    place = measured(box)
    assert (place["image_side"], place["vertical"]) == (side, vertical)


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ((0, 0, 17, 10), "tiny"),
        ((0, 0, 18, 10), "small"),
        ((0, 0, 10, 18), "small"),
        ((0, 0, 64, 10), "medium"),
        ((0, 0, 181, 10), "large"),
        ((0, 0, 900, 600), "large"),
    ],
)
def test_a_size_is_a_share_of_the_longer_side(box: tuple[int, ...], size: str) -> None:
    assert measured(box)["size"] == size


@pytest.mark.parametrize(
    ("box", "drawn_px", "outline"),
    [
        ((0, 0, 100, 100), 0, None),
        ((0, 0, 100, 100), 7854, "round"),
        ((0, 0, 100, 100), 10000, None),  # a square
        ((0, 0, 100, 100), 3000, None),  # a diagonal or a cross
        ((0, 0, 130, 100), 10200, None),
        ((0, 0, 200, 100), 0, "wide"),
        ((0, 0, 100, 200), 0, "tall"),
        ((0, 0, 199, 100), 0, None),
    ],
)
def test_an_outline_is_round_only_by_a_drawn_mask(box: tuple[int, ...], drawn_px: int, outline: str | None) -> None:
    assert measured(box, drawn_px=drawn_px)["outline"] == outline


@pytest.mark.parametrize(
    ("box", "edges"),
    [
        ((1, 1, 899, 599), ()),
        ((0, 1, 10, 10), ("left",)),
        ((10, 0, 20, 10), ("top",)),
        ((890, 590, 900, 600), ("right", "bottom")),
    ],
)
def test_edges_that_a_box_touches_are_told(box: tuple[int, ...], edges: tuple[str, ...]) -> None:
    assert measured(box)["touches"] == edges


@pytest.mark.parametrize(
    ("box", "half"),
    [
        ((100, 0, 200, 10), "image-left"),
        ((700, 0, 800, 10), "image-right"),
        ((400, 0, 500, 10), None),
        ((100, 0, 451, 10), None),  # its centre is left, but it crosses the middle
        ((310, 0, 440, 10), None),  # left of the middle, but its centre is not in the left third
    ],
)
def test_a_half_needs_the_whole_box_and_an_outer_third(box: tuple[int, ...], half: str | None) -> None:
    assert measured(box)["half"] == half


@pytest.mark.parametrize(
    ("box", "clear"),
    [
        ((10, 0, 100, 10), ("centre", "image-right")),
        ((280, 0, 320, 10), ("image-right",)),  # half of it lies in the centre
        ((225, 0, 325, 10), ("centre", "image-right")),  # a quarter of it does
        ((0, 0, 900, 10), ()),
    ],
)
def test_a_third_is_clear_when_at_most_a_quarter_of_the_box_is_in_it(
    box: tuple[int, ...], clear: tuple[str, ...]
) -> None:
    assert measured(box)["clear_sides"] == clear


@st.composite
def boxes(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
    width, height = draw(st.integers(2, 2000)), draw(st.integers(2, 2000))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return (left, top, right, bottom), (width, height)


@given(boxes())
def test_a_mirrored_box_has_mirrored_words(case: tuple[tuple[int, int, int, int], tuple[int, int]]) -> None:
    (left, top, right, bottom), (width, height) = case
    here, there = measured(case[0], case[1]), measured((width - right, top, width - left, bottom), (width, height))
    other = {"image-left": "image-right", "image-right": "image-left"}
    centre_on_a_bound = 3 * (left + right) % (2 * width) == 0
    assert centre_on_a_bound or there["image_side"] == other.get(here["image_side"], "centre")
    assert there["vertical"] == here["vertical"]
    assert there["size"] == here["size"]
    assert centre_on_a_bound or there["half"] == other.get(here["half"])


@given(boxes())
def test_words_are_of_the_vocabularies_and_a_place_is_never_clear_of_itself(
    case: tuple[tuple[int, int, int, int], tuple[int, int]],
) -> None:
    place = measured(*case)
    assert place["image_side"] in IMAGE_SIDES
    assert place["vertical"] in VERTICALS
    assert place["size"] in SIZES
    assert place["image_side"] not in place["clear_sides"]
    assert place["vertical"] not in place["clear_verticals"]


@given(st.lists(boxes(), max_size=8))
def test_regions_do_not_depend_on_each_other(cases: list[tuple[tuple[int, int, int, int], tuple[int, int]]]) -> None:
    together = measure(
        np.array([box for box, _ in cases]).reshape(-1, 4),
        np.array([size for _, size in cases]).reshape(-1, 2),
        np.zeros(len(cases), int),
    )
    alone = [measured(*case) for case in cases]
    assert [{name: values[i] for name, values in vars(together).items()} for i in range(len(cases))] == alone
