"""The contact sheet: a few pictures with boxes, outlines and texts, drawn for display beside the pixels."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import cv2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from pipeline.release.counts import segmenters
from pipeline.release.folder import ReleaseFolder
from pipeline.release.survey import Place
from pipeline.stored_pictures import read_pixels
from schemas.errors import BadData
from schemas.masks import decode

COLUMNS = (
    "image_id", "split", "source", "licence", "modality", "body_part", "view", "width", "height", "scale",
    "summary", "report", "provenance", "regions", "image",
)  # fmt: skip
SHOWN_SIDE_PX = 420
CROP_SIDE_PX = 180
PALETTE = 8
NAMED_REGIONS = 8  # more names than this would hide the picture
CROWDED = 30  # more boxes than this have thin lines
LINE_PX = 13
OUTLINED_BY_ELLIPSE = "ellipse"


@dataclass(frozen=True)
class Label:
    """A label of a picture: its colour, and how many regions bear it."""

    name: str
    colour: int  # of the page's palette
    regions: int


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it; everything drawn is markup beside the pixels."""

    row: dict[str, Any]
    picture: str  # data URI
    overlay: Markup
    labels: tuple[Label, ...]
    region: dict[str, Any] | None  # the one whose crop and texts are shown
    crop: str


def contact_sheet(folder: ReleaseFolder, places: Sequence[Place]) -> list[Shown]:
    """The pictures at these places, in their order; a row group is read once."""
    found = {place.image_id: show(row) for place, row in _rows(folder, places)}
    return [found[place.image_id] for place in places]


def _rows(folder: ReleaseFolder, places: Sequence[Place]) -> Iterator[tuple[Place, dict[str, Any]]]:
    ordered = sorted(places, key=lambda place: (place.shard, place.group, place.row))
    for (name, group), members in groupby(ordered, key=lambda place: (place.shard, place.group)):
        with folder.parquet(name) as shard:
            rows = shard.read_row_group(group, columns=list(COLUMNS), use_threads=False)
        for place in members:
            yield place, rows.slice(place.row, 1).to_pylist()[0]


def show(row: dict[str, Any]) -> Shown:
    """A released row, made ready for the page."""
    labels = labels_of(row["regions"])
    region = next((region for region in row["regions"] if region["caption"]), None)
    return Shown(
        row=row,
        picture=data_uri(row["image"]["bytes"], SHOWN_SIDE_PX),
        overlay=overlay(row, {label.name: label.colour for label in labels}),
        labels=labels,
        region=region,
        crop=data_uri(region["crop"]["bytes"], CROP_SIDE_PX) if region else "",
    )


def labels_of(regions: Sequence[dict[str, Any]]) -> tuple[Label, ...]:
    """Labels by how many regions bear them, then by name."""
    names = [name_of(region) for region in regions]
    ordered = sorted(set(names), key=lambda name: (-names.count(name), name))
    return tuple(Label(name, index % PALETTE, names.count(name)) for index, name in enumerate(ordered))


def name_of(region: dict[str, Any]) -> str:
    return str(region["label"] or region["kind"] or "area")


def data_uri(data: bytes, side_px: int) -> str:
    """A JPEG no larger than the page shows it; the release keeps its own bytes."""
    pixels = read_pixels(data)
    if pixels is None:
        raise BadData("picture_damaged", len(data))
    height, width = pixels.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def overlay(row: dict[str, Any], colours: dict[str, int]) -> Markup:
    """Boxes, outlines of masks (dashed where an ellipse stands in) and, of few regions, names, as an SVG."""
    side = max(row["width"], row["height"])
    pieces = [
        _region(region, segmenter, row, f"c{colours[name_of(region)]}")
        for region, segmenter in zip(row["regions"], segmenters(row["provenance"]), strict=True)
    ]
    if len(row["regions"]) <= NAMED_REGIONS:
        pieces += [_name(region, row, f"c{colours[name_of(region)]}") for region in row["regions"]]
    unit = side / SHOWN_SIDE_PX
    line = unit if len(row["regions"]) <= CROWDED else unit / 2
    view = f'viewBox="0 0 {row["width"]} {row["height"]}" style="--unit:{unit:.3f}px;--line:{line:.3f}px"'
    return Markup(f'<svg class="overlay" {view}>{"".join(pieces)}</svg>')


def _region(region: dict[str, Any], segmenter: str, row: dict[str, Any], colour: str) -> str:
    left, top, right, bottom = region["box_xyxy"]
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    box = f'<rect {place} class="box {colour}"><title>{escape(name_of(region))}</title></rect>'
    if region["mask"] is None:
        return box
    style = "guess" if segmenter == OUTLINED_BY_ELLIPSE else "outline"
    return box + f'<path d="{outline(region, row)}" class="{style} {colour}"/>'


def outline(region: dict[str, Any], row: dict[str, Any]) -> str:
    """The mask's contours as an SVG path, in pixels of the global view."""
    mask: NDArray[np.uint8] = np.asarray(decode(region["mask"]), np.uint8)
    contours, _ = cv2.findContours(np.pad(mask, 1), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    left, top, right, bottom = region["box_xyxy"]
    unit = np.array([right - left, bottom - top]) / mask.shape[::-1]
    paths = []
    for contour in contours:
        # Contours run through pixel centres of the padded mask: half a pixel back.
        points = (contour.reshape(-1, 2) - 0.5) * unit + (left, top)
        close = cv2.approxPolyDP(points.astype(np.float32), max(row["width"], row["height"]) / 800, True)
        paths.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in close.reshape(-1, 2)) + "Z")
    return "".join(paths)


def _name(region: dict[str, Any], row: dict[str, Any], colour: str) -> str:
    """Above the box or, at the upper edge, below it; to the left of its right edge where it would leave the view."""
    left, top, right, bottom = region["box_xyxy"]
    line = LINE_PX * max(row["width"], row["height"]) / SHOWN_SIDE_PX
    base = top - line * 0.3 if top > line * 1.2 else min(bottom, row["height"]) + line
    x, anchor = (left, "start") if left < 0.6 * row["width"] else (right, "end")
    place = f'x="{x:.1f}" y="{base:.1f}" text-anchor="{anchor}"'
    return f'<text {place} class="{colour}">{escape(name_of(region))}</text>'
