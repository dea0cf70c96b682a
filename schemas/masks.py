"""Masks as COCO run-length codes within a region's own box.

A mask array is bool (h, w), a box `(x1, y1, x2, y2)` half-open integers. pycocotools writes the codes; it does
not read them, for codes come from files and services, and its decoder reads past the end of a cut one, hands out
raw memory for one that is too short, and warns under numpy 2.
"""

from typing import TypedDict

import numpy as np
import pycocotools.mask as coco
from numpy.typing import NDArray

from schemas.errors import BadData

Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]

MALFORMED = "mask_malformed"
OUTSIDE = "mask_outside"

_FIRST, _LAST = 48, 111  # the 64 characters of the code
_MORE, _SIGN, _DIGITS = 32, 16, 31
_MAX_CHARACTERS = 7  # of one number: 35 bits hold every 32-bit run with its sign
_MAX_PIXELS = 2**31 - 1


class Rle(TypedDict):
    """`size` is [height, width]; `counts` the compressed runs down the columns, the first of False."""

    size: list[int]
    counts: str


def encode(mask_hw: Mask) -> Rle:
    """Raises ValueError where the array is not two-dimensional or holds no pixel."""
    if mask_hw.ndim != 2 or mask_hw.size == 0:
        raise ValueError(f"a mask is (h, w) and not empty, not {mask_hw.shape}")
    code = coco.encode(np.asfortranarray(mask_hw, dtype=np.uint8))
    return Rle(size=[int(side) for side in mask_hw.shape], counts=code["counts"].decode("ascii"))


def decode(rle: Rle) -> Mask:
    """bool (h, w). Raises BadData `mask_malformed` for a code that is no code or not of its size."""
    lengths = runs(rle)
    height, width = rle["size"]
    values = np.arange(len(lengths)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, lengths).reshape(width, height).T)


def area_px(rle: Rle) -> int:
    """Pixels of the mask; BadData `mask_malformed` as for `decode`."""
    return int(runs(rle)[1::2].sum())


def runs(rle: Rle) -> NDArray[np.int64]:
    """Lengths of the runs, the first of False; BadData `mask_malformed` unless they add up to h * w."""
    height, width = _size(rle)
    lengths = _undelta(_numbers(rle["counts"]))
    if (lengths < 0).any() or int(lengths.sum()) != height * width:
        raise BadData(MALFORMED, float(lengths.sum()))
    return lengths


def bounds(mask_hw: Mask) -> Box | None:
    """The smallest box around the mask's pixels; None where it has none."""
    columns, rows = np.flatnonzero(mask_hw.any(axis=0)), np.flatnonzero(mask_hw.any(axis=1))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def crop_to_box(mask_hw: Mask, box_xyxy: Box) -> Mask:
    """A copy of what lies within the box. Raises BadData `mask_outside` where the box leaves the array."""
    x1, y1, x2, y2 = _within(box_xyxy, (mask_hw.shape[1], mask_hw.shape[0]))
    return mask_hw[y1:y2, x1:x2].copy()


def paste(rle: Rle, box_xyxy: Box, image_wh: tuple[int, int]) -> Mask:
    """The mask in the whole picture, bool (height, width).

    Raises BadData `mask_outside` where the box leaves the picture, `mask_malformed` where it is not of the
    code's size.
    """
    x1, y1, x2, y2 = _within(box_xyxy, image_wh)
    if list(rle["size"]) != [y2 - y1, x2 - x1]:
        raise BadData(MALFORMED, float(x2 - x1))
    whole = np.zeros((image_wh[1], image_wh[0]), dtype=np.bool_)
    whole[y1:y2, x1:x2] = decode(rle)
    return whole


def ellipse_in(box_wh: tuple[int, int]) -> Mask:
    """The ellipse inscribed in a box: pixels whose centre lies in it, never none.

    ValueError for a box without area.
    """
    width, height = box_wh
    if width < 1 or height < 1:
        raise ValueError(f"a box of {width} by {height} pixels holds no ellipse")
    x = (2 * np.arange(width) + 1 - width) / width
    y = (2 * np.arange(height) + 1 - height) / height
    return np.asarray(y[:, None] ** 2 + x[None] ** 2 <= 1.0)


def resize(rle: Rle, box_old: Box, box_new: Box) -> Rle:
    """The mask of a box, stretched to the size of another: the same region after its picture was scaled.

    A pixel belongs to it when at least half of it is covered; where none is, the one most covered does, so
    that a mask with pixels never loses all of them. Raises BadData `mask_malformed` where the code is not of
    the old box.
    """
    old_wh = (box_old[2] - box_old[0], box_old[3] - box_old[1])
    if list(rle["size"]) != [old_wh[1], old_wh[0]]:
        raise BadData(MALFORMED, float(old_wh[0]))
    new_wh = (box_new[2] - box_new[0], box_new[3] - box_new[1])
    mask = decode(rle)
    if new_wh == old_wh:
        return encode(mask)
    covered = _coverage(_coverage(mask.astype(np.float64), new_wh[1]).T, new_wh[0]).T
    resized = covered >= 0.5 - 1e-9
    if mask.any() and not resized.any():
        resized = covered == covered.max()
    return encode(resized)


def _coverage(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Rows resampled to `side`: each the mean over the stretch of old rows that it covers."""
    old = len(values)
    below = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    edges = np.arange(side + 1) * old / side
    whole = np.minimum(edges.astype(np.int64), old - 1)
    sums = below[whole] + (edges - whole)[:, None] * values[whole]
    return np.diff(sums, axis=0) * (side / old)


def _within(box_xyxy: Box, wh: tuple[int, int]) -> Box:
    x1, y1, x2, y2 = box_xyxy
    if not (0 <= x1 < x2 <= wh[0] and 0 <= y1 < y2 <= wh[1]):
        raise BadData(OUTSIDE)
    return box_xyxy


def _size(rle: Rle) -> tuple[int, int]:
    size = [int(side) for side in rle["size"]]
    if len(size) != 2 or min(size) < 1 or size[0] * size[1] > _MAX_PIXELS:
        raise BadData(MALFORMED, float(len(size)))
    return size[0], size[1]


def _numbers(counts: str) -> NDArray[np.int64]:
    """The signed numbers of a code: five bits a character, lowest first; bit 32 says that more follow."""
    try:
        digits = np.frombuffer(counts.encode("ascii"), dtype=np.uint8).astype(np.int64) - _FIRST
    except UnicodeEncodeError as error:
        raise BadData(MALFORMED) from error
    if not len(digits) or digits.min() < 0 or digits.max() > _LAST - _FIRST or digits[-1] & _MORE:
        raise BadData(MALFORMED, float(len(digits)))
    ends = np.flatnonzero((digits & _MORE) == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS:
        raise BadData(MALFORMED, float(lengths.max()))
    place = np.arange(len(digits)) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((digits & _DIGITS) << (5 * place), starts)
    negative = (digits[ends] & _SIGN) != 0
    return np.where(negative, numbers - (np.int64(1) << (5 * lengths)), numbers)


def _undelta(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Runs from the code's numbers: from the fourth on, each is the difference to the run two before it."""
    lengths = numbers.copy()
    lengths[1::2] = np.cumsum(numbers[1::2])
    lengths[2::2] = np.cumsum(numbers[2::2])
    return lengths
