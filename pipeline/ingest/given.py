"""Given annotations in pixels of the upright source picture, and what was left out of them and why."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.masks import Rle

Box = tuple[int, int, int, int]
Corners = tuple[float, float, float, float]  # edges in pixels, x1 y1 x2 y2

CLIPPED = "box_clipped"


@dataclass(frozen=True)
class NamedCorners:
    """A box as a file gives it; the label is the source's own word."""

    label: str
    corners: Corners


@dataclass(frozen=True)
class GivenRegion:
    """A box within the picture, and the mask within it where the source gave one."""

    label: str
    box_xyxy: Box
    mask: Rle | None = None
    attributes: tuple[tuple[str, str], ...] = ()  # side, place and looks in closed words, as (attribute, value)


@dataclass(frozen=True)
class Dropped:
    """Why something was left out; `label` is None where nobody can say what it was.

    `box_stays`: only a part, a mask or a word of a region was left out.
    """

    reason: str
    value: float = 0.0
    label: str | None = None
    box_stays: bool = False


@dataclass(frozen=True)
class Given:
    """What one annotation file says of one picture; `exhaustive` are labels of which it says to have every instance."""

    regions: tuple[GivenRegion, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    exhaustive: frozenset[str] = frozenset()

    @staticmethod
    def united(parts: Iterable["Given"]) -> "Given":
        listed = list(parts)
        return Given(
            tuple(region for part in listed for region in part.regions),
            tuple(dropped for part in listed for dropped in part.dropped),
            frozenset(label for part in listed for label in part.exhaustive),
        )

    @staticmethod
    def nothing(reason: str, value: float = 0.0, label: str | None = None) -> "Given":
        return Given(dropped=(Dropped(reason, value, label),))

    @property
    def incomplete(self) -> frozenset[str | None]:
        """Labels of which something is missing; None among them: perhaps of any."""
        return frozenset(each.label for each in self.dropped if not each.box_stays)


def place(box: NamedCorners, image_wh: tuple[int, int]) -> Given:
    """A box rounded to whole pixels, at least one, and cut to the picture.

    Reasons: `box_unreadable` for a corner that is no number, `box_empty` (value: the shorter side), `box_outside_image`
    and `box_clipped` (value: the share of the box that lies outside).
    """
    x1, y1, x2, y2 = box.corners
    if not all(map(math.isfinite, box.corners)):
        return Given.nothing("box_unreadable", label=box.label)
    if x2 <= x1 or y2 <= y1:
        return Given.nothing("box_empty", min(x2 - x1, y2 - y1), box.label)
    (left, right), (top, bottom) = _rounded(x1, x2), _rounded(y1, y2)
    whole, inside = (left, top, right, bottom), _within((left, top, right, bottom), image_wh)
    if inside is None:
        return Given.nothing("box_outside_image", 1.0, box.label)
    cut = 1 - _area(inside) / _area(whole)
    clipped = (Dropped(CLIPPED, cut, box.label, box_stays=True),) if inside != whole else ()
    return Given((GivenRegion(box.label, inside),), clipped)


def _rounded(low: float, high: float) -> tuple[int, int]:
    """To the nearest edges: files write few digits, so outward would add pixels that nobody drew."""
    first = math.floor(low + 0.5)
    return first, max(math.floor(high + 0.5), first + 1)


def _within(box: Box, image_wh: tuple[int, int]) -> Box | None:
    x1, y1, x2, y2 = max(box[0], 0), max(box[1], 0), min(box[2], image_wh[0]), min(box[3], image_wh[1])
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
