import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import boxes
from schemas.crops import Box, crop_box, global_scale

WH = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@st.composite
def box_in_picture(draw: st.DrawFn) -> tuple[Box, tuple[int, int]]:
    width, height = draw(WH)
    x1, y1 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return (x1, y1, draw(st.integers(x1 + 1, width)), draw(st.integers(y1 + 1, height))), (width, height)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((40, 40, 80, 60), (30, 34, 90, 66)),  # 25 % each side; 20 + 2 * 5 px is too little and grows to 32
        ((50, 50, 51, 51), (35, 35, 67, 67)),  # a dot still gets 32 px
        ((0, 0, 4, 4), (0, 0, 32, 32)),  # grows away from the corner
        ((196, 146, 200, 150), (168, 118, 200, 150)),
        ((0, 0, 200, 150), (0, 0, 200, 150)),
    ],
)
def test_crops_hold_context_and_enough_pixels(box: Box, expected: Box) -> None:
    assert crop_box(box, (200, 150)) == expected


def test_a_picture_smaller_than_the_least_side_is_the_crop() -> None:
    assert crop_box((3, 3, 5, 5), (20, 10)) == (0, 0, 20, 10)


@given(box_in_picture(), st.floats(0, 1), st.integers(1, 200))
def test_crops_hold_their_box_within_the_picture(
    drawn: tuple[Box, tuple[int, int]], context: float, least: int
) -> None:
    box, wh = drawn
    crop = crop_box(box, wh, context, least)
    assert boxes.is_valid(crop, wh)
    assert boxes.contains(crop, box)
    assert crop[2] - crop[0] >= min(least, wh[0])
    assert crop[3] - crop[1] >= min(least, wh[1])


@pytest.mark.parametrize(
    ("box", "context", "expected"),
    [
        ((10, 10, 20, 30), 0.0, (10, 10, 20, 30)),
        ((10, 10, 20, 30), 0.25, (7, 5, 23, 35)),  # 2.5 px becomes 3, outward
        ((30, 30, 60, 60), 0.1, (27, 27, 63, 63)),  # 0.1 * 30 is 3, not a hair more
        ((0, 0, 100, 90), 0.5, (0, 0, 100, 90)),
    ],
)
def test_context_is_added_on_every_side(box: Box, context: float, expected: Box) -> None:
    assert crop_box(box, (100, 90), context, 1) == expected


@given(box_in_picture(), st.floats(0, 1))
def test_without_a_least_side_a_crop_is_the_box_and_its_context(
    drawn: tuple[Box, tuple[int, int]], context: float
) -> None:
    (x1, y1, x2, y2), wh = drawn
    pad_x, pad_y = context * (x2 - x1), context * (y2 - y1)
    exact = np.clip([x1 - pad_x, y1 - pad_y, x2 + pad_x, y2 + pad_y], 0, [*wh, *wh])
    assert (np.abs(np.array(crop_box((x1, y1, x2, y2), wh, context, 1)) - exact) < 1).all()


@pytest.mark.parametrize(
    ("wh", "side", "scale", "expected"),
    [
        ((100, 80), 768, 1.0, (100, 80)),  # never enlarged
        ((768, 768), 768, 1.0, (768, 768)),
        ((1536, 1000), 768, 0.5, (768, 500)),
        ((1000, 3), 100, 0.1, (100, 1)),  # a sliver keeps a pixel
        ((1000, 335), 100, 0.1, (100, 34)),  # halves go up
    ],
)
def test_the_longest_side_is_capped(wh: tuple[int, int], side: int, scale: float, expected: tuple[int, int]) -> None:
    view = global_scale(wh, side)
    assert view.wh == expected
    assert view.scale == pytest.approx(scale)


@given(box_in_picture(), st.integers(1, 1024))
def test_boxes_in_the_picture_are_in_the_view(drawn: tuple[Box, tuple[int, int]], side: int) -> None:
    box, wh = drawn
    view = global_scale(wh, side)
    assert max(view.wh) == min(side, max(wh))
    shown = boxes.to_view(box, view.scale_xy)
    assert (shown >= 0).all()
    assert (shown <= np.array([*view.wh, *view.wh], dtype=np.float32)).all()
    whole = boxes.to_view((0, 0, *wh), view.scale_xy)
    assert whole.tolist() == [0, 0, *view.wh]
