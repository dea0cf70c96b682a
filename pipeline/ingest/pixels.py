"""Decoded pixels: one picture as ingest knows it, its hash, and what is done to pixels of any format."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import xxhash
from numpy.typing import NDArray

from pipeline.ingest.attributes import Attributes
from pipeline.ingest.windows import Window
from schemas.errors import BadData

Pixels = NDArray[Any]  # (H, W) grey or (H, W, 3) RGB
Shown = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One frame of a file, upright.

    `source` is what the pixel hash is taken of: colour as RGB, transparency composed over black, one channel where
    all are equal, MONOCHROME1 turned so that more is brighter; before any window or limit. `shown` is the same in
    8 bits, as it will be looked at. `stored` decodes to exactly `shown` where the source's own bytes can be kept.
    """

    source: Pixels
    shown: Shown
    bits_stored: int
    ops: tuple[str, ...] = ()
    window: Window | None = None
    stored: bytes | None = None
    stored_encoding: str = "png"
    attributes: Attributes = field(default_factory=Attributes)


def refuse_absurd(width: int, height: int, max_pixels: int, pages: int = 1) -> None:
    """Before anything is allocated; raises BadData with the megapixels."""
    if width <= 0 or height <= 0:
        raise BadData("damaged_header")
    if width * height * pages > max_pixels:
        raise BadData("image_too_large", width * height * pages / 1e6)


def pixel_hash(pixels: Pixels) -> str:
    """128 bits over shape, type and values, as hexadecimal; equal for equal arrays of any source format.

    XXH3: fifty times faster than a cryptographic hash, which took a third of a JPEG's time; ids are HMACs over it.
    """
    values = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
    digest = xxhash.xxh3_128(f"{values.shape} {values.dtype.str}".encode())
    digest.update(values.data.cast("B"))
    return digest.hexdigest()


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turned as TIFF's and EXIF's tag 274 says; values outside 1 to 8 count as 1."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    rows = slice(None, None, -1 if orientation in (3, 4, 7, 8) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 6, 7) else 1)
    return np.ascontiguousarray(pixels[rows, columns])


def has_equal_channels(pixels: Pixels) -> bool:
    """Whether a colour array is grey; a grid of samples answers for most pictures."""
    if pixels.ndim != 3:
        return False
    grid = pixels[:: 1 + pixels.shape[0] // 64, :: 1 + pixels.shape[1] // 64]
    return _all_equal(grid) and _all_equal(pixels)


def _all_equal(pixels: Pixels) -> bool:
    first, second, third = (pixels[..., channel] for channel in range(3))
    return bool(np.array_equal(first, second) and np.array_equal(second, third))


def without_alpha(pixels: Pixels) -> Pixels:
    """(H, W, 4) to (H, W, 3): composed over black, as a viewer shows it; what is transparent was hidden on purpose."""
    alpha, colour = pixels[..., 3:], pixels[..., :3]
    full = np.iinfo(pixels.dtype).max
    if alpha.min() == full:
        return np.ascontiguousarray(colour)
    wide = colour.astype(np.uint32) * alpha + full // 2  # of 16 bits just within
    return np.asarray(wide // full, dtype=pixels.dtype)


def grey_levels(shown: Shown) -> Shown:
    return shown if shown.ndim == 2 else np.asarray(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
