"""Small tables with real encoded pictures, as the stages before release commit them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pycocotools import mask as coco

from schemas.ids import IdKey
from schemas.tables.captions import CAPTIONS
from schemas.tables.images import IMAGES
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION

IDS = IdKey()
Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region as a test cares for it; `mask` is drawn as an ellipse within the box."""

    box: Box
    label: str | None = "cell"
    masked: bool = True
    licence: str | None = None
    caption: str | None = "A cell near the centre of the field."
    rejected: str | None = None
    few_because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with all its rows; what a test leaves out is ordinary."""

    number: int = 0
    source: str = "smears"
    wh: tuple[int, int] = (96, 64)
    channels: int = 3
    encoding: str = "jpeg"
    split: str = "train"
    group: str | None = None  # default: one of its own
    status: str = "kept"
    licence: str = "MIT"
    modality: str | None = "microscopy"
    spacing_mm: tuple[float, float] | None = None
    regions: tuple[Region, ...] = ()
    data: bytes | None = None  # default: `paint` of its number, encoded
    rejected: str | None = None  # by captions
    summary: str | None = "A blood smear."
    report: str | None = "A blood smear with cells."
    negatives: int = 1  # of each region
    left_out: tuple[tuple[str, int], ...] = ()  # reasons and how often

    @property
    def item(self) -> str:
        return IDS.item(self.source, f"{self.number}.png")

    @property
    def image_id(self) -> str:
        return IDS.image(f"{self.source}{self.number}", "")

    @property
    def key(self) -> dict[str, Any]:
        return {"source": self.source, "item": self.item, "frame": 0, "view": ""}

    def region_id(self, region: Region) -> str:
        return IDS.region(self.image_id, region.box, region.label or "", "given")


def paint(number: int, wh: tuple[int, int], channels: int = 3) -> NDArray[np.uint8]:
    """A smooth picture unlike that of any other number: blobs of differing places and colours."""
    random = np.random.default_rng(number)
    height, width = wh[1], wh[0]
    y, x = np.mgrid[:height, :width]
    canvas = np.tile(random.uniform(20, 120, 3), (height, width, 1))
    for _ in range(6):
        centre, radius = random.uniform(0, 1, 2) * wh, random.uniform(0.08, 0.3) * min(wh)
        blob = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2))
        canvas += blob[..., None] * random.uniform(-60, 130, 3)
    pixels = np.clip(canvas, 0, 255).astype(np.uint8)
    return pixels if channels == 3 else pixels[..., 0].copy()


def encoded(pixels: NDArray[np.uint8], encoding: str = "png") -> bytes:
    suffix = {"jpeg": ".jpg", "png": ".png"}[encoding]
    return bytes(cv2.imencode(suffix, pixels)[1].tobytes())


def decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def ellipse_mask(box: Box) -> dict[str, Any]:
    """The inscribed ellipse as COCO RLE within the box."""
    width, height = box[2] - box[0], box[3] - box[1]
    y, x = np.mgrid[:height, :width]
    inside = ((x + 0.5) / width * 2 - 1) ** 2 + ((y + 0.5) / height * 2 - 1) ** 2 <= 1
    found = coco.encode(np.asfortranarray(inside.astype(np.uint8)))
    return {"size": list(found["size"]), "counts": found["counts"].decode()}


def part_tables(pictures: Sequence[Picture]) -> dict[str, pa.Table]:
    """The four input tables of release for one part."""
    ordered = sorted(pictures, key=lambda picture: picture.item)
    return {
        "images": _table(IMAGES, [_image_row(picture) for picture in ordered]),
        "selection": _table(SELECTION, [_selection_row(picture) for picture in ordered]),
        "regions": _table(REGIONS, [_region_row(picture, one) for picture in ordered for one in picture.regions]),
        "captions": _table(CAPTIONS, [_captions_row(picture) for picture in ordered]),
    }


def _table(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    known = [{name: row.get(name) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(known, schema=schema)


def _image_row(picture: Picture) -> dict[str, Any]:
    data = picture.data
    if data is None:
        data = encoded(paint(picture.number, picture.wh, picture.channels), picture.encoding)
    return {
        **picture.key,
        "width": picture.wh[0],
        "height": picture.wh[1],
        "encoding": picture.encoding,
        "channels": picture.channels,
        "spacing_mm": picture.spacing_mm,
        "axes": ["L", "F"],
        "pixel_ops": [],
        "image": data,
    }


def _selection_row(picture: Picture) -> dict[str, Any]:
    return {
        **picture.key,
        "status": picture.status,
        "image_id": picture.image_id,
        "group_id": IDS.group(picture.group or picture.item),
        "split": picture.split,
        "label_states": [
            {"category": "pneumonia", "state": "absent", "visible": None, "basis": "reader", "stated": True}
        ],
        "annotation_scope": ["cell"],
        "licence": picture.licence,
        "attribution": f"makers of {picture.source}",
        "modality": picture.modality,
        "projection": "PA",
    }


def _region_row(picture: Picture, region: Region) -> dict[str, Any]:
    mask = ellipse_mask(region.box) if region.masked else None
    return {
        **picture.key,
        "region_id": picture.region_id(region),
        "kind": "cell",
        "label": region.label,
        "name": region.label,
        "score": 1.0,
        "box_xyxy": list(region.box),
        "mask": mask,
        "area_px": int(coco.area({**mask, "counts": mask["counts"].encode()})) if mask else None,
        "label_source": "reader",
        "detector": "given",
        "segmenter": "ellipse" if region.masked else None,
        "licence": region.licence,
        "revision": 0,
        "rejected": {"reason": region.rejected, "value": 0.0} if region.rejected else None,
    }


def _captions_row(picture: Picture) -> dict[str, Any]:
    return {
        **picture.key,
        "summary": picture.summary,
        "report": picture.report,
        "texts_origin": "rules",
        "written": [_written("summary"), _written("report")],
        "facts": [_fact("image", "modality", picture.modality)],
        "left_out": [{"reason": reason, "value": float(times)} for reason, times in picture.left_out],
        "negatives": [_negative("A chest radiograph.", "modality")],
        "regions": [_captioned(picture, region) for region in picture.regions],
        "rejected": {"reason": picture.rejected, "value": 0.0} if picture.rejected else None,
    }


def _captioned(picture: Picture, region: Region) -> dict[str, Any]:
    region_id = picture.region_id(region)
    return {
        "region_id": region_id,
        "caption": region.caption,
        "facts": [_fact(region_id, "label", region.label)],
        "negatives": [_negative(f"A platelet, number {index}.", "label") for index in range(picture.negatives)],
        "few_because": list(region.few_because),
        "checks": ["parsed"],
        "written": [_written("caption"), _written("paraphrase")],
    }


def _written(text: str) -> dict[str, Any]:
    return {"text": text, "writer": "rules", "attempts": 1, "outcome": "kept", "failures": []}


def _fact(subject: str, attribute: str, value: str | None) -> dict[str, Any]:
    return {"fact_id": f"{subject}/{attribute}", "subject": subject, "attribute": attribute, "value": value}


def _negative(text: str, slot: str) -> dict[str, Any]:
    return {
        "text": text,
        "kind": "edit",
        "slot": slot,
        "changed_slots": [slot],
        "original": "cell",
        "replaced": "platelet",
        "certainty": "certified",
    }
