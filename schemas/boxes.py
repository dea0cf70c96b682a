"""Boxes as integer arrays `[x1, y1, x2, y2]`: half-open, x to the right, y down.

Every function takes one box of shape (4,) or many of shape (..., 4), as arrays or nested sequences, returns
new int64 arrays unless it says otherwise, and never writes to its arguments. `wh` is (width, height) of a
picture.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


def as_boxes(boxes: ArrayLike) -> IntArray:
    """int64 of shape (..., 4); an empty sequence is (0, 4).

    Raises TypeError for fractions, ValueError for a shape.
    """
    array = np.asarray(boxes)
    if array.size == 0:
        return np.empty(array.shape if array.shape[-1] == 4 else (0, 4), dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"boxes are integers, not {array.dtype}")
    if array.shape[-1] != 4:
        raise ValueError(f"boxes end in four numbers, not in shape {array.shape}")
    return array.astype(np.int64)


def area_px(boxes: ArrayLike) -> IntArray:
    """Pixels within each box, 0 where it is empty or inside out."""
    x1, y1, x2, y2 = _corners(boxes)
    area: IntArray = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    return area


def is_valid(boxes: ArrayLike, wh: tuple[int, int] | None = None) -> BoolArray:
    """Whether each box holds a pixel and, with `wh`, lies within the picture."""
    x1, y1, x2, y2 = _corners(boxes)
    valid = (x1 < x2) & (y1 < y2) & (x1 >= 0) & (y1 >= 0)
    return valid if wh is None else valid & (x2 <= wh[0]) & (y2 <= wh[1])


def clip_to(boxes: ArrayLike, wh: tuple[int, int]) -> IntArray:
    """The part of each box within the picture; of no area where none is."""
    array = as_boxes(boxes)
    return np.clip(array, 0, np.array([wh[0], wh[1], wh[0], wh[1]]))


def intersection(a: ArrayLike, b: ArrayLike) -> IntArray:
    """Row by row, with broadcasting; of no area (`is_valid` is false) where two boxes do not meet."""
    left, right = as_boxes(a), as_boxes(b)
    return np.concatenate(
        [np.maximum(left[..., :2], right[..., :2]), np.minimum(left[..., 2:], right[..., 2:])], axis=-1
    )


def union(boxes: ArrayLike) -> IntArray:
    """The smallest box, shape (4,), around all of (N, 4). Raises ValueError where there is none."""
    array = as_boxes(boxes).reshape(-1, 4)
    if not len(array):
        raise ValueError("no box to unite")
    return np.concatenate([array[:, :2].min(axis=0), array[:, 2:].max(axis=0)])


def iou_matrix(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Intersection over union of each of (N, 4) with each of (M, 4): float64 (N, M), 0 for two empty."""
    left, right = as_boxes(a).reshape(-1, 4), as_boxes(b).reshape(-1, 4)
    shared = area_px(intersection(left[:, None], right[None]))
    joined = area_px(left)[:, None] + area_px(right)[None] - shared
    iou = np.zeros(shared.shape, dtype=np.float64)
    np.divide(shared, joined, out=iou, where=joined > 0)
    return iou


def contains(outer: ArrayLike, inner: ArrayLike) -> BoolArray:
    """Row by row, with broadcasting: whether every pixel of the inner box is in the outer."""
    a, b = _corners(outer), _corners(inner)
    return (a[0] <= b[0]) & (a[1] <= b[1]) & (a[2] >= b[2]) & (a[3] >= b[3])


def touches_border(boxes: ArrayLike, wh: tuple[int, int]) -> BoolArray:
    """Whether a box reaches or passes an edge of the picture, so that what it frames may go on beyond."""
    x1, y1, x2, y2 = _corners(boxes)
    return (x1 <= 0) | (y1 <= 0) | (x2 >= wh[0]) | (y2 >= wh[1])


def scale_boxes(boxes: ArrayLike, from_wh: tuple[int, int], to_wh: tuple[int, int]) -> IntArray:
    """From a picture of one size to the same picture of another, rounded outward.

    In whole numbers, so that a box within the one is within the other, and one with area keeps some.
    """
    array = as_boxes(boxes)
    old, new = np.array(from_wh, dtype=np.int64), np.array(to_wh, dtype=np.int64)
    return np.concatenate([array[..., :2] * new // old, -(-array[..., 2:] * new // old)], axis=-1)


def to_view(boxes: ArrayLike, scale: float | tuple[float, float]) -> NDArray[np.float32]:
    """In pixels of a scaled view, float32; `scale` is view over image, one or one for x and one for y.

    With the exact pair of `crops.GlobalView.scale_xy` a box within the image is within the view.
    """
    x, y = scale if isinstance(scale, tuple) else (scale, scale)
    return np.asarray(as_boxes(boxes) * np.array([x, y, x, y]), dtype=np.float32)


def turned_wh(wh: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Size of a picture once it is upright; orientations 5 to 8 exchange the sides."""
    return (wh[1], wh[0]) if orientation >= 5 else wh


def turn_box(boxes: ArrayLike, wh: tuple[int, int], orientation: int) -> IntArray:
    """From pixels as stored, in a picture of `wh`, to pixels of the upright picture.

    `orientation` is EXIF's tag 274, 1 to 8 (CIPA DC-008); raises ValueError for another.
    """
    x1, y1, x2, y2 = _corners(boxes)
    w, h = wh
    turned = {
        1: (x1, y1, x2, y2),
        2: (w - x2, y1, w - x1, y2),
        3: (w - x2, h - y2, w - x1, h - y1),
        4: (x1, h - y2, x2, h - y1),
        5: (y1, x1, y2, x2),
        6: (h - y2, x1, h - y1, x2),
        7: (h - y2, w - x2, h - y1, w - x1),
        8: (y1, w - x2, y2, w - x1),
    }
    if orientation not in turned:
        raise ValueError(f"orientation {orientation} is not 1 to 8")
    return np.stack(turned[orientation], axis=-1)


def _corners(boxes: ArrayLike) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    array = as_boxes(boxes)
    return array[..., 0], array[..., 1], array[..., 2], array[..., 3]
