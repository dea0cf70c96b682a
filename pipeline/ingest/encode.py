"""A picture as it is stored: within the limit, in its own bytes where they may be kept, else as PNG."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.ingest.pixels import Picture, Shown, grey_levels

# Measured on films, fundus, skin, smears and CT: as fast as OpenCV's default, 10 % smaller; deeper levels cost
# two to ten times the time for 5 to 15 %.
_PNG = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_AVG,
)


@dataclass(frozen=True)
class Stored:
    """`scale` is stored / source side, at most 1; `mean` and `std` are of grey levels 0 to 255."""

    image: bytes
    encoding: str  # png or jpeg
    width: int
    height: int
    channels: int
    scale: float
    mean: float
    std: float


def store(picture: Picture, limit_px: int) -> Stored:
    """Area-averaged where the longer side exceeds the limit, else untouched."""
    height, width = picture.shown.shape[:2]
    scale = min(1.0, limit_px / max(height, width))
    shown = picture.shown if scale == 1 else _reduced(picture.shown, scale)
    kept = picture.stored if scale == 1 else None
    mean, std = cv2.meanStdDev(grey_levels(shown))
    return Stored(
        image=png_bytes(shown) if kept is None else kept,
        encoding="png" if kept is None else picture.stored_encoding,
        width=shown.shape[1],
        height=shown.shape[0],
        channels=1 if shown.ndim == 2 else 3,
        scale=scale,
        mean=float(mean[0, 0]),
        std=float(std[0, 0]),
    )


def png_bytes(shown: Shown) -> bytes:
    """Lossless; (H, W) or (H, W, 3) RGB, uint8."""
    turned = shown if shown.ndim == 2 else cv2.cvtColor(shown, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".png", turned, _PNG)
    if not done:
        raise RuntimeError(f"PNG encoding of an array of shape {shown.shape} failed")
    return bytes(encoded)


def _reduced(shown: Shown, scale: float) -> Shown:
    height, width = (max(1, round(side * scale)) for side in shown.shape[:2])
    return np.asarray(cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
