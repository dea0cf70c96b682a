"""All rows of a split through a model, in one regime; what is kept are vectors and what is known, no pixels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from pipeline.clip.batches import NO_SHAKING, Batch, Sizes, batch_of
from pipeline.clip.model import RegionClip, Views
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import Region, Sample, sample_of
from pipeline.clip.tokenizer import Tokenizer

Vectors = npt.NDArray[np.float32]
Change = Callable[[Views], Views]  # a control: what the model sees instead
TEXTS_AT_ONCE = 256


@dataclass(frozen=True)
class Known:
    """A row without its pixels. `regions` have texts, in the order of the vectors."""

    sample: Sample
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Embeddings:
    """`z_global`, `z_global_roi` (n, e); `z_region` (all regions, e) with `owner` the row of each, and `boxes`
    (all regions, 4) in shares of the square that the model sees.

    `left_out` regions have a text and were too many of their picture.
    """

    known: tuple[Known, ...]
    z_global: Vectors
    z_global_roi: Vectors
    z_region: Vectors
    boxes: Vectors
    owner: npt.NDArray[np.int64]
    left_out: int = 0

    @property
    def regions(self) -> list[Region]:
        return [region for each in self.known for region in each.regions]


def embed(model: RegionClip, rows: ReleaseRows, batch: int, most: int, change: Change | None = None) -> Embeddings:
    """With the release's boxes, at most `most` of a picture. z_global is what the model gives without any box."""
    sizes = Sizes(model.settings.image.side_px, model.settings.roi.crop_px, most)
    parts = [_part(model, samples, sizes, change) for samples in _samples(rows, batch)]
    known = tuple(each for part in parts for each in part.known)
    glob, informed, regions, boxes = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("z_global", "z_global_roi", "z_region", "boxes")
    )
    owner = np.repeat(np.arange(len(known)), [len(each.regions) for each in known])
    return Embeddings(known, glob, informed, regions, boxes, owner, sum(part.left_out for part in parts))


def embed_pictures(models: Sequence[RegionClip], rows: ReleaseRows, batch: int) -> list[Vectors]:
    """z_global (n, e) of each model, without boxes; the models take pictures of one size."""
    settings = models[0].settings
    sizes = Sizes(settings.image.side_px, settings.roi.crop_px, 0)
    parts: list[list[Vectors]] = [[] for _ in models]
    for samples in _samples(rows, batch):
        views = batch_of(samples, sizes, NO_SHAKING, (0,)).views.to(models[0].image_head.weight.device)
        for model, found in zip(models, parts, strict=True):
            with torch.no_grad():
                found.append(model.embed_images(views, roi=False).z_global.float().cpu().numpy())
    return [np.concatenate(found) for found in parts]


def _samples(rows: ReleaseRows, batch: int) -> Iterator[list[Sample]]:
    for start in range(0, len(rows), batch):
        yield [sample_of(rows[i]) for i in range(start, min(start + batch, len(rows)))]


def _part(model: RegionClip, samples: Sequence[Sample], sizes: Sizes, change: Change | None) -> Embeddings:
    """Of one batch."""
    batch = batch_of(samples, sizes, NO_SHAKING, (0,))
    views = (change(batch.views) if change else batch.views).to(model.image_head.weight.device)
    with torch.no_grad():
        found = model.embed_images(views)
    places = [each.row for each in batch.described], [each.column for each in batch.described]
    known = tuple(Known(without_pixels(sample), _described(batch, i, sample)) for i, sample in enumerate(samples))
    glob, informed, regions = (
        each.float().cpu().numpy() for each in (found.z_global, found.z_global_roi, found.z_region[places])
    )
    boxes = (batch.views.boxes[places] / sizes.side_px).numpy()
    left_out = sum(bool(region.texts) for sample in samples for region in sample.regions) - len(batch.described)
    return Embeddings(known, glob, informed, regions, boxes, np.array(places[0], np.int64), left_out)


def _described(batch: Batch, row: int, sample: Sample) -> tuple[Region, ...]:
    described = [region for region in sample.regions if region.texts]
    return tuple(replace(described[each.column], crop=None) for each in batch.described if each.row == row)


def without_pixels(sample: Sample) -> Sample:
    """And without regions."""
    return replace(sample, picture=np.zeros((0, 0, 3), np.uint8), regions=())


def embed_texts(model: RegionClip, tokenizer: Tokenizer, texts: Sequence[str]) -> Vectors:
    """(n, e), each distinct text encoded once."""
    distinct = list(dict.fromkeys(texts))
    parts = []
    with torch.no_grad():
        for start in range(0, len(distinct), TEXTS_AT_ONCE):
            tokens = tokenizer(distinct[start : start + TEXTS_AT_ONCE]).to(model.image_head.weight.device)
            parts.append(model.embed_texts(tokens).float().cpu().numpy())
    if not parts:
        return np.zeros((0, model.settings.embedding), np.float32)
    vectors, place = np.concatenate(parts), {text: i for i, text in enumerate(distinct)}
    return np.asarray(vectors[[place[text] for text in texts]], np.float32)


def shuffled_boxes(views: Views) -> Views:
    """Each region gets box and crop of the next one of its picture; a picture's only one keeps its own."""
    boxes, crops = views.boxes.clone(), views.crops.clone()
    for i, valid in enumerate(views.valid):
        places = valid.nonzero()[:, 0]
        boxes[i, places], crops[i, places] = views.boxes[i, places.roll(1)], views.crops[i, places.roll(1)]
    return replace(views, boxes=boxes, crops=crops)


def boxes_alone(views: Views) -> Views:
    """Boxes on an even grey: what a box tells without a pixel."""
    return replace(views, pixels=torch.full_like(views.pixels, 128), crops=torch.full_like(views.crops, 128))
