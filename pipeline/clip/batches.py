"""Samples become a batch: which boxes are given, how they are shaken, which text of each is taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt
import torch

from pipeline.clip.model import Views
from pipeline.clip.samples import Box, Frame, Region, Rgb, Sample, Text, Tone, Version, as_it_is, cut, framed, named
from pipeline.clip.settings import AugmentSettings
from pipeline.describe.claims import Subject

Random = np.random.Generator
LEAST_SIDE = 2.0  # of a box after it was shaken, pixels of the picture
RANDOM_SIDE = (0.03, 0.4)  # of a random box, in shares of the picture's longer side
RANDOM_BOXES = 2  # of a picture that gets any
NO_SHAKING = AugmentSettings(shuffle=False, drop_boxes=0.0, random_boxes=0.0, jitter=0.0, brightness=0.0, contrast=0.0)


@dataclass(frozen=True)
class Described:
    """A region with a text, at place (`row`, `column`) of the views."""

    row: int
    column: int
    text: Text
    negatives: tuple[Version, ...]
    subject: Subject


@dataclass(frozen=True)
class Batch:
    views: Views
    image_ids: tuple[str, ...]
    subjects: tuple[Subject, ...]
    reports: tuple[Text | None, ...]
    summaries: tuple[Text | None, ...]
    described: tuple[Described, ...]


@dataclass(frozen=True)
class Sizes:
    """Of what the model takes: sides of squares in pixels, most regions of a picture."""

    side_px: int
    crop_px: int
    regions: int


@dataclass
class _Given:
    """Boxes of one picture with their crops; `described` are those that a text is about."""

    boxes: list[npt.NDArray[np.float32]] = field(default_factory=list)
    crops: list[Rgb] = field(default_factory=list)
    described: list[tuple[int, Region]] = field(default_factory=list)


def batch_of(samples: Sequence[Sample], sizes: Sizes, augment: AugmentSettings, seed: tuple[int, ...]) -> Batch:
    """A function of its arguments alone: the same seed shakes alike.

    Raises WrongRun, with the picture's id, for a crop that does not decode.
    """
    random = np.random.default_rng(seed)
    pixels, given = [], []
    for sample in samples:
        tone = _tone(augment, random)
        toned = tone(sample.picture)
        square, frame = framed(toned, sizes.side_px)
        pixels.append(square)
        given.append(_given(replace(sample, picture=toned), frame, sizes, augment, random, tone))
    described = chain.from_iterable(
        (_described(row, column, region, random) for column, region in each.described) for row, each in enumerate(given)
    )
    return Batch(
        views=_views(pixels, given, sizes),
        image_ids=tuple(sample.image_id for sample in samples),
        subjects=tuple(sample.subject for sample in samples),
        reports=tuple(sample.report for sample in samples),
        summaries=tuple(sample.summary for sample in samples),
        described=tuple(described),
    )


def _tone(augment: AugmentSettings, random: Random) -> Tone:
    """A gain about the middle grey and a shift, clipped."""
    gain = 1 + augment.contrast * random.uniform(-1, 1)
    shift = 255 * augment.brightness * random.uniform(-1, 1)
    if gain == 1 and shift == 0:
        return as_it_is
    table = np.clip(gain * (np.arange(256) - 127.5) + 127.5 + shift, 0, 255).round().astype(np.uint8)
    return lambda picture: np.asarray(cv2.LUT(picture, table), np.uint8)


def _given(sample: Sample, frame: Frame, sizes: Sizes, augment: AugmentSettings, random: Random, tone: Tone) -> _Given:
    """Regions with a text, then random boxes in the places that are left."""
    found = _Given()
    if random.random() < augment.drop_boxes:
        return found
    described = [region for region in sample.regions if region.texts]
    order = random.permutation(len(described)) if augment.shuffle else np.arange(len(described))
    for index in order[: sizes.regions]:
        region = described[int(index)]
        box = _shaken(region.box_xyxy, augment.jitter, sample.picture, random)
        found.described.append((len(found.boxes), region))
        found.boxes.append(frame.box(box))
        with named(sample.image_id):
            found.crops.append(cut(sample.picture, box, region, sizes.crop_px, tone))
    if random.random() < augment.random_boxes:
        for _ in range(min(RANDOM_BOXES, sizes.regions - len(found.boxes))):
            box = _anywhere(sample.picture, random)
            found.boxes.append(frame.box(box))
            found.crops.append(cut(sample.picture, box, None, sizes.crop_px))
    return found


def _shaken(box_xyxy: Box, share: float, picture: Rgb, random: Random) -> Box:
    """Each edge moved by a normal number of `share` of the box's side, within the picture."""
    if share == 0:
        return box_xyxy
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box_xyxy
    dx1, dy1, dx2, dy2 = share * random.normal(size=4) * np.array([x2 - x1, y2 - y1] * 2)
    left, right = _ordered(x1 + dx1, x2 + dx2, width)
    top, bottom = _ordered(y1 + dy1, y2 + dy2, height)
    return left, top, right, bottom


def _ordered(low: float, high: float, limit: int) -> tuple[float, float]:
    least = min(LEAST_SIDE, limit)
    low = min(max(low, 0.0), limit - least)
    return low, min(max(high, low + least), float(limit))


def _anywhere(picture: Rgb, random: Random) -> Box:
    height, width = picture.shape[:2]
    low, high = np.log(RANDOM_SIDE)
    w, h = np.exp(random.uniform(low, high, 2)) * max(height, width)
    x, y = random.uniform(0, max(1.0, width - w)), random.uniform(0, max(1.0, height - h))
    return float(x), float(y), float(min(width, x + w)), float(min(height, y + h))


def _described(row: int, column: int, region: Region, random: Random) -> Described:
    return Described(
        row, column, region.texts[int(random.integers(len(region.texts)))], region.negatives, region.subject
    )


def _views(pixels: Sequence[Rgb], given: Sequence[_Given], sizes: Sizes) -> Views:
    """Padded to the most regions that a picture of the batch has, at least one place."""
    most = max(1, *(len(each.boxes) for each in given))
    boxes = np.zeros((len(given), most, 4), np.float32)
    crops = np.zeros((len(given), most, sizes.crop_px, sizes.crop_px, 3), np.uint8)
    valid = np.zeros((len(given), most), np.bool_)
    for i, each in enumerate(given):
        for k, (box, crop) in enumerate(zip(each.boxes, each.crops, strict=True)):
            boxes[i, k], crops[i, k], valid[i, k] = box, crop, True
    return Views(
        torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(boxes),
        torch.from_numpy(crops).permute(0, 1, 4, 2, 3).contiguous(),
        torch.from_numpy(valid),
    )
