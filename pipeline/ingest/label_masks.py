"""Label masks: PNG or TIFF pictures whose grey or palette value at a pixel says what is there."""

import io
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from pipeline.ingest.given import Box, Given, GivenRegion
from pipeline.ingest.silence import refusing
from schemas.errors import BadData
from schemas.masks import Mask, encode

LabelImage = NDArray[np.int64]  # (H, W)

UNREADABLE = "annotation_unreadable"
_FORMATS = ("PNG", "TIFF")
_CONNECTED = 8  # pixels that touch at a corner are one object


def read_label_image(data: bytes, image_wh: tuple[int, int], frame: int = 0, frames: int = 1) -> LabelImage:
    """Values of the page that belongs to a frame: pages and frames are counted alike, or there is one of each.

    Raises BadData: `annotation_unreadable` for what is no such picture or has unequal channels, `mask_size_mismatch`
    (value: its width), `annotation_frame_unknown` (value: its pages).
    """
    with refusing(UNREADABLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are compared, and of odd metadata
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            pages = getattr(picture, "n_frames", 1)
            if pages != frames:
                raise BadData("annotation_frame_unknown", pages)
            page = ImageSequence.Iterator(picture)[frame]
            if page.size != image_wh:
                raise BadData("mask_size_mismatch", page.size[0])
            return _values(np.asarray(page))


def regions_by_value(labels: LabelImage, names: Mapping[int, str]) -> Given:
    """Each connected component of a named value is a region. Other values but 0 are `mask_value_unknown`."""
    values = [int(value) for value in np.unique(labels)]
    named = [Given(tuple(_components(labels == value, names[value]))) for value in values if value in names]
    unknown = [Given.nothing("mask_value_unknown", value) for value in values if value not in names and value != 0]
    return Given.united([*named, *unknown])


def regions_by_instance(labels: LabelImage, label: str) -> Given:
    """Each value but 0 is one region, in the order of values, also where its pixels do not touch."""
    rows, columns = np.nonzero(labels)
    values, instance = np.unique(labels[rows, columns], return_inverse=True)
    if not len(values):
        return Given()
    order = np.argsort(instance, kind="stable")
    starts = np.flatnonzero(np.diff(instance[order], prepend=-1))
    y, x = rows[order], columns[order]
    edges = (np.minimum.reduceat(x, starts), np.minimum.reduceat(y, starts),
             np.maximum.reduceat(x, starts) + 1, np.maximum.reduceat(y, starts) + 1)  # fmt: skip
    boxes = np.stack(edges, axis=-1).tolist()
    return Given(tuple(_region(labels, int(value), label, _box(box)) for value, box in zip(values, boxes, strict=True)))


def _values(pixels: NDArray[Any]) -> LabelImage:
    """One channel as int64; of equal channels the first."""
    if pixels.ndim == 3 and pixels.shape[2] >= 3 and (pixels[..., :3] == pixels[..., :1]).all():
        pixels = pixels[..., 0]
    if pixels.ndim != 2 or not np.array_equal(pixels, pixels.astype(np.int64)):
        raise BadData(UNREADABLE)
    return pixels.astype(np.int64)


def _components(mask: Mask, label: str) -> Iterator[GivenRegion]:
    """From top to bottom, as the labelling meets them."""
    count, numbered, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=_CONNECTED)
    for component in range(1, count):
        x, y, width, height = (int(stats[component, column]) for column in range(4))
        yield _region(numbered, component, label, (x, y, x + width, y + height))


def _region(labels: NDArray[Any], value: int, label: str, box: Box) -> GivenRegion:
    x1, y1, x2, y2 = box
    return GivenRegion(label, box, encode(labels[y1:y2, x1:x2] == value))


def _box(corners: list[int]) -> Box:
    x1, y1, x2, y2 = corners
    return x1, y1, x2, y2
