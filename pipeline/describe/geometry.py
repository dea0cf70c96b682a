"""Where boxes lie in their pictures and how large they are, for all regions of a part at once."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from schemas.facts import IMAGE_SIDES, SIZES, VERTICALS
from schemas.lexicon.attributes import attribute_values

Array = np.ndarray[Any, np.dtype[Any]]

ROUND_ASPECT = 1.25  # at most
ROUND_FILL = (0.70, 0.87)  # share of its box that a mask covers; an ellipse covers pi / 4 = 0.785
LONG_ASPECT = 2.0  # at least
CLEAR_SHARE = 0.25  # a box with no more of its width in a third does not lie there
OUTLINES = (None, "round", "wide", "tall")
EDGES = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class Geometry:
    """Columns with an entry a region.

    `clear_sides` and `clear_verticals` hold the thirds of which it is false that the region lies there, so that a
    text which says so is contradicted and not merely less fitting. `half` is `image-left` or `image-right` where the
    whole box lies on one side of the picture's middle and its centre in that outer third, else None.
    """

    image_side: list[str]
    vertical: list[str]
    size: list[str]
    outline: list[str | None]
    touches: list[tuple[str, ...]]
    half: list[str | None]
    clear_sides: list[tuple[str, ...]]
    clear_verticals: list[tuple[str, ...]]


def measure(box_xyxy: Array, image_wh: Array, drawn_px: Array) -> Geometry:
    """`box_xyxy` (n, 4) and `image_wh` (n, 2), integers in pixels, boxes half-open and within the picture.

    `drawn_px` (n,) is the area of a mask that somebody drew, 0 where there is none: an outline is called round only
    from a mask, since a box tells a disc from a cross no better than from a diagonal.
    """
    low, high, wh = box_xyxy[:, :2], box_xyxy[:, 2:], image_wh
    extent = high - low
    thirds = np.minimum(3 * (low + high) // (2 * wh), 2)
    clear = _share_in_thirds(low, high, wh) <= CLEAR_SHARE
    share = extent.max(axis=1) / wh.max(axis=1)
    touching = np.concatenate([low <= 0, high >= wh], axis=1)
    return Geometry(
        image_side=[IMAGE_SIDES[third] for third in thirds[:, 0].tolist()],
        vertical=[VERTICALS[third] for third in thirds[:, 1].tolist()],
        size=[SIZES[bin_] for bin_ in np.searchsorted(size_bounds(), share, side="right").tolist()],
        outline=[OUTLINES[which] for which in _outline(extent, drawn_px).tolist()],
        touches=_named(touching, EDGES),
        half=_half(box_xyxy, wh, thirds[:, 0]),
        clear_sides=_named(clear[:, 0], IMAGE_SIDES),
        clear_verticals=_named(clear[:, 1], VERTICALS),
    )


@cache
def size_bounds() -> tuple[float, ...]:
    """Shares of the picture's longer side from which a box's is small, medium and large, as the lexicon says."""
    least = {each.value: each.at_least for each in attribute_values("size", "image-share")}
    return tuple(float(least[size] or 0) for size in SIZES[1:])


def _share_in_thirds(low: Array, high: Array, wh: Array) -> Array:
    """(n, 2, 3): the share of each box's width and height in each third of the picture."""
    bounds = wh[:, :, None] * np.arange(4) / 3
    inside = np.minimum(high[:, :, None], bounds[:, :, 1:]) - np.maximum(low[:, :, None], bounds[:, :, :-1])
    share: Array = np.maximum(inside, 0) / np.maximum(high - low, 1)[:, :, None]
    return share


def _outline(extent: Array, drawn_px: Array) -> Array:
    """Indices into OUTLINES."""
    width, height = extent[:, 0], extent[:, 1]
    fill = drawn_px / np.maximum(width * height, 1)
    is_round = (extent.max(axis=1) <= ROUND_ASPECT * extent.min(axis=1)) & (fill >= ROUND_FILL[0])
    choices = [is_round & (fill <= ROUND_FILL[1]), width >= LONG_ASPECT * height, height >= LONG_ASPECT * width]
    outline: Array = np.select(choices, [1, 2, 3], 0)
    return outline


def _half(box_xyxy: Array, wh: Array, thirds: Array) -> list[str | None]:
    left = (2 * box_xyxy[:, 2] <= wh[:, 0]) & (thirds == 0)
    right = (2 * box_xyxy[:, 0] >= wh[:, 0]) & (thirds == 2)
    names = (None, IMAGE_SIDES[0], IMAGE_SIDES[2])
    return [names[which] for which in (left + 2 * right).tolist()]


def _named(flags: Array, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [tuple(name for name, flag in zip(names, row, strict=True) if flag) for row in flags.tolist()]
