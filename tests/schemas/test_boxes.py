import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from schemas import boxes

SIDES = st.integers(1, 300)
WH = st.tuples(SIDES, SIDES)


@st.composite
def boxes_within(draw: st.DrawFn, wh: tuple[int, int] | None = None) -> tuple[np.ndarray, tuple[int, int]]:
    width, height = wh or draw(WH)
    x1, y1 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    x2, y2 = draw(st.integers(x1 + 1, width)), draw(st.integers(y1 + 1, height))
    return np.array([[x1, y1, x2, y2]]), (width, height)


def pixels(box: np.ndarray, wh: tuple[int, int]) -> np.ndarray:
    painted = np.zeros((wh[1], wh[0]), dtype=bool)
    x1, y1, x2, y2 = np.asarray(box).reshape(4).tolist()
    painted[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)] = True
    return painted


def test_no_boxes_are_an_array_of_none() -> None:
    empty = boxes.as_boxes([])
    assert empty.shape == (0, 4)
    assert boxes.area_px(empty).shape == (0,)
    assert boxes.iou_matrix(empty, [[0, 0, 1, 1]]).shape == (0, 1)
    assert boxes.clip_to(empty, (3, 3)).shape == (0, 4)
    assert boxes.scale_boxes(empty, (3, 3), (1, 1)).shape == (0, 4)
    assert boxes.to_view(empty, 0.5).shape == (0, 4)
    with pytest.raises(ValueError, match="no box"):
        boxes.union(empty)


def test_fractions_and_odd_shapes_are_refused() -> None:
    with pytest.raises(TypeError, match="integers"):
        boxes.as_boxes([[0.5, 0, 1, 1]])
    with pytest.raises(ValueError, match="four numbers"):
        boxes.as_boxes([[0, 0, 1]])


@pytest.mark.parametrize(
    ("box", "area", "valid", "touching"),
    [
        ((0, 0, 0, 0), 0, False, True),
        ((3, 3, 2, 5), 0, False, False),  # inside out
        ((2, 3, 4, 5), 4, True, False),
        ((0, 3, 4, 5), 8, True, True),
        ((2, 3, 10, 5), 16, True, True),
        ((2, 3, 11, 5), 18, False, True),  # beyond the picture
        ((-1, 3, 2, 5), 6, False, True),
    ],
)
def test_area_validity_and_border(box: tuple[int, ...], area: int, valid: bool, touching: bool) -> None:
    assert boxes.area_px(box) == area
    assert boxes.is_valid(box, (10, 8)) == valid
    assert boxes.touches_border(box, (10, 8)) == touching


def test_validity_without_a_picture_only_asks_for_pixels() -> None:
    assert boxes.is_valid([[0, 0, 9999, 1], [0, 0, 0, 1]]).tolist() == [True, False]


def test_single_boxes_and_many_give_the_same() -> None:
    many = np.array([[1, 2, 5, 9], [0, 0, 3, 3]], dtype=np.int32)
    for row in range(2):
        assert boxes.turn_box(many, (8, 9), 6)[row].tolist() == boxes.turn_box(many[row], (8, 9), 6).tolist()


def test_arguments_are_left_as_they_were() -> None:
    given_boxes = np.array([[1, 2, 50, 60]])
    before = given_boxes.copy()
    boxes.clip_to(given_boxes, (5, 5))
    boxes.scale_boxes(given_boxes, (100, 100), (10, 10))
    boxes.turn_box(given_boxes, (100, 100), 3)
    boxes.to_view(given_boxes, 0.5)
    assert (given_boxes == before).all()
    boxes.as_boxes(given_boxes)[0, 0] = 77
    assert (given_boxes == before).all()


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0.0),  # half-open boxes that touch share nothing
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3),
    ],
)
def test_iou_of_known_pairs(a: tuple[int, ...], b: tuple[int, ...], iou: float) -> None:
    assert boxes.iou_matrix([a], [b])[0, 0] == pytest.approx(iou)


@given(st.data())
def test_iou_counts_pixels(data: st.DataObject) -> None:
    wh = (24, 18)
    a, b = data.draw(boxes_within(wh))[0], data.draw(boxes_within(wh))[0]
    first, second = pixels(a, wh), pixels(b, wh)
    assert boxes.iou_matrix(a, b)[0, 0] == pytest.approx((first & second).sum() / (first | second).sum())
    assert boxes.iou_matrix(a, b)[0, 0] == boxes.iou_matrix(b, a)[0, 0]


@given(st.data())
def test_union_is_the_smallest_box_that_contains_all(data: st.DataObject) -> None:
    wh = (24, 18)
    several = np.concatenate([data.draw(boxes_within(wh))[0] for _ in range(3)])
    whole = boxes.union(several)
    assert boxes.contains(whole, several).all()
    painted = np.logical_or.reduce([pixels(box, wh) for box in several])
    rows, columns = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
    assert whole.tolist() == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def test_contains_asks_for_every_pixel() -> None:
    assert boxes.contains((0, 0, 4, 4), [[0, 0, 4, 4], [1, 1, 5, 2], [1, 1, 2, 2]]).tolist() == [True, False, True]


@given(st.data(), WH)
def test_clipping_keeps_just_the_pixels_in_the_picture(data: st.DataObject, wh: tuple[int, int]) -> None:
    wide = st.integers(-50, 350)
    box = np.array([sorted((data.draw(wide), data.draw(wide))), sorted((data.draw(wide), data.draw(wide)))]).T
    clipped = boxes.clip_to(box.reshape(4), wh)
    assert (pixels(clipped, wh) == pixels(box.reshape(4), wh)).all()
    assert (clipped >= 0).all()
    assert (clipped <= [*wh, *wh]).all()


@given(boxes_within(), WH)
def test_scaled_boxes_stay_in_the_picture_and_cover_what_they_framed(
    drawn: tuple[np.ndarray, tuple[int, int]], to_wh: tuple[int, int]
) -> None:
    box, wh = drawn
    scaled = boxes.scale_boxes(box, wh, to_wh)
    assert boxes.is_valid(scaled, to_wh).all()
    exact = box * np.array([*to_wh, *to_wh]) / np.array([*wh, *wh])
    assert (scaled[:, :2] <= exact[:, :2] + 1e-9).all()
    assert (scaled[:, 2:] >= exact[:, 2:] - 1e-9).all()
    assert (np.abs(scaled - exact) < 1).all()


def test_scaling_is_exact_where_fractions_are_not() -> None:
    assert boxes.scale_boxes([0, 0, 30, 70], (30, 70), (3, 7)).tolist() == [0, 0, 3, 7]
    assert boxes.scale_boxes([11, 0, 29, 70], (30, 70), (3, 7)).tolist() == [1, 0, 3, 7]


def test_views_are_float32_and_take_one_scale_or_two() -> None:
    view = boxes.to_view([[2, 4, 6, 8]], 0.25)
    assert view.dtype == np.float32
    assert view.tolist() == [[0.5, 1.0, 1.5, 2.0]]
    assert boxes.to_view([2, 4, 6, 8], (0.5, 0.25)).tolist() == [1.0, 1.0, 3.0, 2.0]


@pytest.mark.parametrize("orientation", range(1, 9))
@given(boxes_within((7, 5)))
def test_turning_follows_the_picture(orientation: int, drawn: tuple[np.ndarray, tuple[int, int]]) -> None:
    box, wh = drawn
    picture = Image.fromarray(pixels(box, wh).astype(np.uint8))
    picture.getexif()[274] = orientation
    upright = np.asarray(ImageOps.exif_transpose(picture)).astype(bool)
    turned = boxes.turn_box(box, wh, orientation)
    assert boxes.turned_wh(wh, orientation) == (upright.shape[1], upright.shape[0])
    assert (pixels(turned, boxes.turned_wh(wh, orientation)) == upright).all()


def test_an_orientation_that_exif_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="orientation 9"):
        boxes.turn_box([0, 0, 1, 1], (2, 2), 9)
