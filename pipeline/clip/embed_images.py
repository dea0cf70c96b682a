"""Vectors of pictures that are in no release: a folder of them, with or without boxes."""

import json
import math
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from pipeline.clip.batches import NO_SHAKING, Sizes, batch_of
from pipeline.clip.checkpoint import load_model
from pipeline.clip.model import RegionClip
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import Box, Region, Rgb, Sample, Text, decoded, sample_of
from pipeline.clip.settings import Device
from pipeline.clip.train import device_of
from pipeline.commit import TEMPORARY
from pipeline.describe.claims import NOTHING, Subject
from pipeline.release.folder import MANIFEST
from schemas.errors import BadData, SourceError, StorageError, WrongRun
from schemas.tables.columns import versioned

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
UNKNOWN = Subject(NOTHING, NOTHING)
BATCH, REGIONS = 32, 256  # at a time
LINE = '{"image": PATH, "boxes": [[x1, y1, x2, y2], ...]}'
VECTOR = pa.list_(pa.float32())
EMBEDDINGS = versioned(
    "embeddings",
    1,
    [
        pa.field("image", pa.string(), nullable=False),  # an image_id, or a path relative to the folder
        pa.field("z_global", VECTOR),  # unit vector, without any box
        pa.field("z_global_roi", VECTOR),  # informed by the boxes; z_global where there are none
        pa.field("regions", pa.list_(pa.struct([("box_xyxy", pa.list_(pa.float32(), 4)), ("z_region", VECTOR)]))),
    ],
)


@dataclass(frozen=True)
class Embedding:
    """How many pictures got vectors, and names of files that did not decode."""

    pictures: int
    undecodable: tuple[str, ...]


def embed_images(
    checkpoint: Path, images: Path, out: Path, boxes: Path | None = None, device: Device = "auto"
) -> Embedding:
    """Writes EMBEDDINGS to `out`, a row a picture in the order of names; it appears whole.

    `images` is a folder of pictures, or a release, whose boxes are taken. `boxes` is a JSON-lines file of
    {"image": PATH, "boxes": [[x1, y1, x2, y2], ...]}, in pixels of the picture. Raises SourceError for a line that is
    no such object, or that names no picture of the folder or one twice; StorageError where `out` cannot be written.
    """
    model, _, _state = load_model(checkpoint)
    model = model.to(device_of(device))
    unread: list[str] = []
    samples = _released(images) if (images / MANIFEST).is_file() else _pictures(images, _boxes(boxes, images), unread)
    temporary = out.with_name(f".{out.name}{TEMPORARY}")
    pictures = 0
    try:
        with temporary.open("wb") as sink, pq.ParquetWriter(sink, EMBEDDINGS, compression="zstd") as writer:
            for part in _parts(samples):
                writer.write_table(pa.Table.from_pylist(list(_rows(model, part)), schema=EMBEDDINGS))
                pictures += len(part)
        if not pictures:
            raise WrongRun(f"{images}: no picture decodes; give a folder of {', '.join(SUFFIXES)}, or a release")
        temporary.rename(out)
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror or error}; name another file") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Embedding(pictures, tuple(unread))


def _rows(model: RegionClip, samples: Sequence[Sample]) -> Iterator[dict[str, object]]:
    most = max(1, *(len(sample.regions) for sample in samples))
    sizes = Sizes(model.settings.image.side_px, model.settings.roi.crop_px, most)
    batch = batch_of(samples, sizes, NO_SHAKING, (0,))
    with torch.no_grad():
        found = model.embed_images(batch.views.to(model.image_head.weight.device))
    for i, sample in enumerate(samples):
        yield {
            "image": sample.image_id,
            "z_global": found.z_global[i].tolist(),
            "z_global_roi": found.z_global_roi[i].tolist(),
            "regions": [
                {"box_xyxy": list(region.box_xyxy), "z_region": found.z_region[i, k].tolist()}
                for k, region in enumerate(sample.regions)
            ],
        }


def _parts(samples: Iterator[Sample]) -> Iterator[list[Sample]]:
    """Of at most BATCH pictures and about REGIONS regions."""
    part: list[Sample] = []
    for sample in samples:
        regions = max((len(each.regions) for each in (*part, sample)), default=0) * (len(part) + 1)
        if part and (len(part) == BATCH or regions > REGIONS):
            yield part
            part = []
        part.append(sample)
    if part:
        yield part


def _released(release: Path) -> Iterator[Sample]:
    names = sorted({path.name.split("-", 1)[0] for path in release.glob("*-*.parquet")})
    for split in names:
        rows = ReleaseRows(str(release), split)
        yield from (_boxed(sample_of(rows[i])) for i in range(len(rows)))


def _boxed(sample: Sample) -> Sample:
    """Every region counts, described or not."""
    return replace(sample, regions=tuple(replace(region, texts=(Text(""),)) for region in sample.regions))


def _pictures(folder: Path, boxes: Mapping[str, Sequence[Box]], unread: list[str]) -> Iterator[Sample]:
    """`unread` gets the names of those that do not decode."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        try:
            picture = decoded(path.read_bytes())
        except (BadData, OSError):
            unread.append(name)
            continue
        yield _sample(name, picture, boxes.get(name, ()))


def _sample(name: str, picture: Rgb, boxes: Sequence[Box]) -> Sample:
    height, width = picture.shape[:2]
    whole = (0.0, 0.0, float(width), float(height))
    regions = tuple(
        Region(str(i), None, box, None, whole, (Text(""),), (), UNKNOWN, None) for i, box in enumerate(boxes)
    )
    return Sample(name, name, None, None, picture, regions, None, None, UNKNOWN, {})


def _boxes(path: Path | None, images: Path) -> dict[str, list[Box]]:
    """By a picture's path as `_pictures` has it."""
    found: dict[str, list[Box]] = {}
    if path is None:
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            told = json.loads(line)
            boxes = [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in told["boxes"]]
            name = posixpath.normpath(str(told["image"]))
        except (ValueError, TypeError, KeyError):
            raise SourceError(path.name, f"line {number} is no {LINE}") from None
        if problem := _problem(name, boxes, images) or ("names a picture again" if name in found else ""):
            raise SourceError(path.name, f"line {number} {problem}")
        found[name] = boxes
    return found


def _problem(name: str, boxes: Sequence[Box], images: Path) -> str:
    if not (images / name).is_file() or name.startswith(("/", "../")):
        return "names no picture of the folder"
    if Path(name).suffix.lower() not in SUFFIXES:
        return f"names a file that is none of {', '.join(SUFFIXES)}"
    if not all(math.isfinite(edge) for box in boxes for edge in box):
        return "has an edge that is no number"
    return "has a box without an area" if any(x2 <= x1 or y2 <= y1 for x1, y1, x2, y2 in boxes) else ""
