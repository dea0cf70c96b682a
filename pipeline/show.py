"""One image as a person looks at it: its picture, regions, texts; from a work directory or from a release."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.find import find_images
from pipeline.release.folder import ReleaseFolder
from pipeline.stored_pictures import Pixels, read_rgb
from pipeline.work import Work
from schemas.errors import WrongRun
from schemas.masks import Rle, decode

COLOURS = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
    (213, 94, 0),
)  # Okabe-Ito, RGB
LEAST_SIDE_PX = 640  # small pictures are enlarged, so that outlines and names stay readable


@dataclass(frozen=True)
class ShownRegion:
    """`box_xyxy` in pixels of the shown picture; `mask` fills the box at any resolution."""

    region_id: str
    name: str
    box_xyxy: tuple[float, float, float, float]
    mask: Rle | None
    caption: str | None


@dataclass(frozen=True)
class ShownImage:
    """`picture` HW grey or HWC RGB uint8; `about` single facts in the order in which a person reads them."""

    image_id: str
    about: dict[str, Any]
    picture: Pixels
    regions: tuple[ShownRegion, ...]
    summary: str | None
    report: str | None


def shown_image(url: str, image_id: str) -> ShownImage:
    """Raises WrongRun where the folder is neither, or the id names none or several."""
    is_release = ReleaseFolder(url).names().count("manifest.json") > 0
    found = list(_in_release(ReleaseFolder(url), image_id) if is_release else _in_work(Work(url), image_id))
    if not found:
        raise WrongRun(f"{image_id}: no kept image of that id here")
    if len({image.image_id for image in found}) > 1:
        raise WrongRun(f"{image_id}: {len(found)} images begin so; give more digits")
    return found[0]


ABOUT = ("split", "source", "licence", "attribution", "modality", "technique", "body_part", "view", "image_laterality")


def _in_release(release: ReleaseFolder, image_id: str) -> Iterator[ShownImage]:
    for shard in release.shards():
        for position, ids in enumerate(release.groups(shard, ["image_id"])):
            chosen = pc.indices_nonzero(pc.starts_with(ids["image_id"], image_id))
            if len(chosen):
                with release.parquet(shard) as file:
                    rows = file.read_row_group(position).take(chosen)
                yield from (_released(row) for row in rows.to_pylist())


def _released(row: dict[str, Any]) -> ShownImage:
    regions = [
        ShownRegion(region["region_id"], region["label"], tuple(region["box_xyxy"]), region["mask"], region["caption"])
        for region in row["regions"]
    ]
    picture = read_rgb(row["image"]["bytes"])
    about = {name: row[name] for name in ABOUT} | {"labels": row["label_states"]}
    return ShownImage(row["image_id"], about, picture, tuple(regions), row["summary"], row["report"])


def _in_work(work: Work, image_id: str) -> Iterator[ShownImage]:
    indexes = {table: work.index(table) for table in ("images", "selection", "regions", "captions")}
    for found in find_images(work, image_id):
        if found.status != "kept":
            continue
        rows = {
            table: _rows(work.read(table, index.by_part[found.part].key), found.item, found.frame, found.view)
            for table, index in indexes.items()
            if index is not None and found.part in index.by_part
        }
        yield _working(rows)


def _rows(table: pa.Table, item: str, frame: int, view: str) -> list[dict[str, Any]]:
    same = pc.and_(pc.equal(table["item"], item), pc.equal(table["frame"], frame))
    return list(table.filter(pc.and_(same, pc.equal(table["view"], view))).to_pylist())


def _working(rows: dict[str, list[dict[str, Any]]]) -> ShownImage:
    selection, captions = rows["selection"][0], next(iter(rows.get("captions", [])), {})
    texts = {each["region_id"]: each["caption"] for each in captions.get("regions") or []}
    regions = [
        ShownRegion(
            region["region_id"],
            region["label"],
            tuple(region["box_xyxy"]),
            region["mask"],
            texts.get(region["region_id"]),
        )
        for region in rows.get("regions", [])
    ]
    about = {name: selection["projection" if name == "view" else name] for name in ABOUT}
    return ShownImage(
        selection["image_id"],
        about | {"labels": selection["label_states"]},
        read_rgb(rows["images"][0]["image"]),
        tuple(regions),
        captions.get("summary"),
        captions.get("report"),
    )


def drawn(image: ShownImage) -> Pixels:
    """A copy of the picture, RGB, enlarged where it is small, with boxes, mask outlines and names."""
    rgb = image.picture if image.picture.ndim == 3 else np.repeat(image.picture[..., None], 3, axis=2)
    zoom = max(1.0, LEAST_SIDE_PX / min(rgb.shape[:2]))
    canvas = cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    names = sorted({region.name for region in image.regions})
    for region in image.regions:
        _draw(canvas, region, zoom, COLOURS[names.index(region.name) % len(COLOURS)])
    return np.asarray(canvas, np.uint8)


def png_of(rgb: Pixels) -> bytes:
    """Of a picture in RGB."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return bytes(encoded.tobytes())


def _draw(canvas: Pixels, region: ShownRegion, zoom: float, colour: tuple[int, int, int]) -> None:
    """Changes the canvas, which belongs to `drawn`."""
    x1, y1, x2, y2 = (round(edge * zoom) for edge in region.box_xyxy)
    if region.mask is not None:
        wh = (max(x2 - x1, 1), max(y2 - y1, 1))
        mask = cv2.resize(decode(region.mask).astype(np.uint8), wh, interpolation=cv2.INTER_NEAREST)
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(x1, y1))
        cv2.drawContours(canvas, outlines, -1, colour, 2, cv2.LINE_AA)
    cv2.rectangle(canvas, (x1, y1), (x2 - 1, y2 - 1), colour, 1, cv2.LINE_AA)
    cv2.putText(canvas, region.name, (x1 + 2, max(y1 - 4, 12)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
