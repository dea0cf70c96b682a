"""Encoded pictures of this project, in the table `images` or in a release, back to pixels: 8-bit JPEG or PNG."""

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.errors import StorageError

Pixels = NDArray[np.uint8]


def read_pixels(data: pa.Buffer | bytes, flags: int = cv2.IMREAD_UNCHANGED) -> Pixels | None:
    """As OpenCV's `imdecode`: grey (h, w) or BGR (h, w, 3); None for what is no picture, which OpenCV says in two ways.

    With the default flags no orientation tag turns it.
    """
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None


def read_rgb(data: pa.Buffer | bytes) -> Pixels:
    """Grey (h, w) or RGB (h, w, 3). Raises StorageError for what does not decode: ingest and release wrote it."""
    pixels = read_pixels(data)
    if pixels is None:
        raise StorageError("a stored picture does not decode: files were damaged; build again in a new work directory")
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
