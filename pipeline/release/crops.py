"""The pictures of a released row: a global view with a capped longest side, and a crop of each region.

Crops are cut from the stored picture at full resolution, with context; nothing is ever enlarged or drawn on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pyarrow as pa

from pipeline.release.settings import ReleaseSettings
from pipeline.stored_pictures import Pixels, read_pixels
from schemas.crops import Box, GlobalView, crop_box, global_scale
from schemas.errors import BadData

SUFFIXES = {"jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True)
class Encoded:
    """An encoded picture."""

    data: bytes
    suffix: str


@dataclass(frozen=True)
class StoredPicture:
    """A picture of the table `images`: 8 bits, grey or RGB."""

    data: pa.Buffer
    encoding: str  # jpeg or png
    image_wh: tuple[int, int]


@dataclass(frozen=True)
class Views:
    """What a stored picture becomes; boxes of crops are in pixels of the stored picture."""

    picture: Encoded
    view: GlobalView
    crops: tuple[Encoded, ...]
    crop_boxes: tuple[Box, ...]


def cut_views(stored: StoredPicture, boxes: Sequence[Box], settings: ReleaseSettings) -> Views:
    """The global view and the crop of each box; boxes are integers, half-open, in stored pixels.

    A picture within the limit keeps its bytes, and is decoded, once, only where something is cut from it.
    Raises BadData("picture_damaged") where it does not decode to the size that its row says.
    """
    wh = stored.image_wh
    view = global_scale(wh, settings.global_side_px)
    crop_boxes = tuple(crop_box(box, wh, settings.crop_context, settings.crop_min_side_px) for box in boxes)
    if view.scale == 1 and not boxes:
        return Views(_as_stored(stored), view, (), ())
    pixels = decode(stored)
    picture = _as_stored(stored) if view.scale == 1 else encode(shrink(pixels, settings.global_side_px), settings)
    crops = tuple(
        encode(shrink(pixels[top:bottom, left:right], settings.crop_side_px), settings)
        for left, top, right, bottom in crop_boxes
    )
    return Views(picture, view, crops, crop_boxes)


def _as_stored(stored: StoredPicture) -> Encoded:
    return Encoded(stored.data.to_pybytes(), SUFFIXES[stored.encoding])


def decode(stored: StoredPicture) -> Pixels:
    """Grey (height, width) or BGR (height, width, 3), OpenCV's order, which `encode` expects."""
    pixels = read_pixels(stored.data)
    if pixels is None or pixels.dtype != np.uint8 or pixels.shape[1::-1] != stored.image_wh:
        raise BadData("picture_damaged", len(stored.data))
    return pixels


def shrink(pixels: Pixels, side_px: int) -> Pixels:
    """Area-averaged so that the longest side is at most `side_px`; smaller pictures as they are."""
    view = global_scale((pixels.shape[1], pixels.shape[0]), side_px)
    if view.scale == 1:
        return pixels
    return np.asarray(cv2.resize(pixels, view.wh, interpolation=cv2.INTER_AREA), np.uint8)


def encode(pixels: Pixels, settings: ReleaseSettings) -> Encoded:
    """JPEG (grey in one channel, colour at full resolution) or PNG."""
    suffix = SUFFIXES[settings.encoding]
    quality = [cv2.IMWRITE_JPEG_QUALITY, settings.jpeg_quality]
    full_colour = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    _, data = cv2.imencode(suffix, pixels, quality + full_colour if suffix == ".jpg" else [])
    return Encoded(data.tobytes(), suffix)
