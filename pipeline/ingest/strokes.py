"""Coloured strokes on a grey picture: an expert's contour that would tell a model the answer."""

import cv2
import numpy as np

from pipeline.ingest.pixels import Shown, grey_levels

STRONG = 100  # highest minus lowest channel: a pen; the red contours of the OCT sample have 150 and more
TINTED = 24  # above JPEG's colour noise on a grey picture
HALO_PX = 17  # chroma subsampling spreads a stroke's colour over its block and the next
MOST_TINTED = 0.12  # with the halo of real contours, 0.045
SHARE = (0.0002, 0.05)  # of the picture; real contours cover 0.0008 to 0.026
MOST_TINTED_ELSEWHERE = 0.005  # contours 0.0001; stained smears from 0.08 on, skin from 0.01 (and no pen there)
LEAST_GREY = 0.1  # visible grey tissue: fluorescence has colour on black instead
VISIBLE = 24  # grey level
THICK = 0.01  # of the shorter side; a colour-flow box or logo keeps a core when a border of this is taken off
MOST_THICK = 0.3  # share of the strong pixels that may lie in such cores


def has_coloured_strokes(shown: Shown) -> bool:
    """Whether a few saturated thin strokes lie on an otherwise grey picture; (H, W) and (H, W, 3) RGB.

    A rule of ours, tuned on 16 OCT pictures with a painted contour against some 300 others of nine kinds.
    """
    if shown.ndim != 3 or (_tint(_grid(shown)) > TINTED).mean() > MOST_TINTED:
        return False
    tint = _tint(shown)
    strong = (tint >= STRONG).astype(np.uint8)
    if not SHARE[0] <= strong.mean() <= SHARE[1]:
        return False
    near = cv2.dilate(strong, np.ones((HALO_PX, HALO_PX), np.uint8)) > 0
    if ((tint > TINTED) & ~near).mean() > MOST_TINTED_ELSEWHERE:
        return False
    if ((grey_levels(shown) >= VISIBLE) & ~near).mean() < LEAST_GREY:
        return False
    side = max(9, int(min(strong.shape) * THICK) | 1)
    core = cv2.erode(strong, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return bool(core.sum() <= MOST_THICK * strong.sum())


def _tint(shown: Shown) -> Shown:
    """Highest minus lowest channel."""
    red, green, blue = cv2.split(shown)
    return np.asarray(cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)), np.uint8)


def _grid(shown: Shown) -> Shown:
    """Some 4,000 samples, which settle it for nearly every photograph."""
    rows, columns = (1 + side // 64 for side in shown.shape[:2])
    return np.ascontiguousarray(shown[::rows, ::columns])
