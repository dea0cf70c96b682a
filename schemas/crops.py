"""The geometry of what a release cuts and shrinks: a region's crop, and the global view of a picture."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

Box = tuple[int, int, int, int]

CROP_CONTEXT = 0.25
MIN_CROP_SIDE_PX = 32  # two patches of a ViT-B/16: smaller crops are upsampled noise


@dataclass(frozen=True)
class GlobalView:
    """A picture with its longest side capped.

    `scale` is view over image, at most 1; `scale_xy` the exact pair after rounding to whole pixels, which
    maps boxes.
    """

    scale: float
    wh: tuple[int, int]
    scale_xy: tuple[float, float]


def global_scale(image_wh: tuple[int, int], side_px: int) -> GlobalView:
    """The view whose longest side is at most `side_px`; never enlarged, no side under one pixel.

    The shorter side is rounded to the nearest pixel, halves to the larger.
    """
    width, height = image_wh
    share = min(Fraction(1), Fraction(side_px, max(width, height)))
    view_wh = (_nearest(width * share), _nearest(height * share))
    return GlobalView(float(share), view_wh, (view_wh[0] / width, view_wh[1] / height))


def crop_box(
    box_xyxy: Box,
    image_wh: tuple[int, int],
    context: float = CROP_CONTEXT,
    min_side_px: int = MIN_CROP_SIDE_PX,
) -> Box:
    """The box with `context` times its own sides added all around, in whole pixels, outward and within the
    picture.

    A side under `min_side_px` grows about the box's middle, and away from an edge that it meets, as far as
    the picture goes. Always holds the part of the box that lies in the picture.
    """
    x1, x2 = _span(box_xyxy[0], box_xyxy[2], image_wh[0], context, min_side_px)
    y1, y2 = _span(box_xyxy[1], box_xyxy[3], image_wh[1], context, min_side_px)
    return x1, y1, x2, y2


def _span(low: int, high: int, limit: int, context: float, least: int) -> tuple[int, int]:
    pad = ceil((high - low) * context - 1e-9)  # 0.1 * 30 is a hair above 3
    start, end = max(low - pad, 0), min(high + pad, limit)
    missing = min(least, limit) - (end - start)
    if missing > 0:
        start = min(max(start - missing // 2, 0), limit - (end - start + missing))
        end = start + min(least, limit)
    return start, end


def _nearest(side: Fraction) -> int:
    return max(1, int(side + Fraction(1, 2)))
