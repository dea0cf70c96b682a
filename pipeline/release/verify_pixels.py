"""What must hold of released pictures and crops once they are decoded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from pipeline.stored_pictures import Pixels, read_pixels

REGION = "regions.list.element"
COLUMNS = (
    "image_id", "width", "height", "scale", "image.bytes", f"{REGION}.region_id", f"{REGION}.crop.bytes",
    f"{REGION}.crop_box_xyxy.list.element",
)  # fmt: skip
CELLS = 12  # at most so many on a side are compared
CELL_PX = 3  # of the view, at least: boxes end between pixels
SLACK_LEVELS = 6.0
SLACK_SHARE = 0.35  # of the crop's contrast; two unrelated crops differ by 1.1 of it

PictureCheck = Callable[[Mapping[str, Any], Pixels | None, list[Pixels | None]], Iterator[str]]


def images_decode(row: Mapping[str, Any], view: Pixels | None, crops: list[Pixels | None]) -> Iterator[str]:
    """Every picture decodes to the size that its row says, every crop to something."""
    if view is None or view.shape[1::-1] != (row["width"], row["height"]):
        yield row["image_id"]
    yield from (region["region_id"] for region, crop in zip(row["regions"], crops, strict=True) if crop is None)


def crops_match_boxes(row: Mapping[str, Any], view: Pixels | None, crops: list[Pixels | None]) -> Iterator[str]:
    """Every crop has its box's proportions, is not enlarged, and shows what the view shows there."""
    for region, crop in zip(row["regions"], crops, strict=True):
        if view is None or crop is None:
            continue
        if not (_proportions(row, region, crop) and _alike(view, region["crop_box_xyxy"], crop)):
            yield region["region_id"]


PICTURE_CHECKS: Mapping[str, PictureCheck] = {
    "images decode": images_decode,
    "crops match boxes": crops_match_boxes,
}


def picture_problems(rows: pa.Table) -> Iterator[tuple[str, str]]:
    """(check, id) of what fails in these rows; each picture and crop is decoded once."""
    for row in rows.to_pylist():
        view = _grey(row["image"]["bytes"])
        crops = [_grey(region["crop"]["bytes"]) for region in row["regions"]]
        for name, check in PICTURE_CHECKS.items():
            yield from ((name, found) for found in check(row, view, crops))


def _grey(data: bytes | None) -> Pixels | None:
    """(height, width), or None."""
    return None if data is None else read_pixels(data, cv2.IMREAD_GRAYSCALE)


def _proportions(row: Mapping[str, Any], region: Mapping[str, Any], crop: Pixels) -> bool:
    left, top, right, bottom = region["crop_box_xyxy"]
    source_wh = np.array([right - left, bottom - top]) / row["scale"]
    crop_wh = np.array(crop.shape[1::-1], np.float64)
    longer = int(source_wh.argmax())  # the one that a limit cuts; of the shorter, rounding hides the scale
    shrunk = min(1.0, float(crop_wh[longer] / source_wh[longer]))
    # A pixel of rounding each, and that of the view's shorter side.
    slack = 1.5 + crop_wh / min(row["width"], row["height"])
    return bool((np.abs(source_wh * shrunk - crop_wh) <= slack).all())


def _alike(view: Pixels, box_xyxy: list[float], crop: Pixels) -> bool:
    """Whether coarse cells of the crop and of its place in the view have about the same grey."""
    left, top, right, bottom = (round(edge) for edge in box_xyxy)
    there = view[top : max(bottom, top + 1), left : max(right, left + 1)]
    wh = tuple(
        int(np.clip(min(a, b) // CELL_PX, 1, CELLS)) for a, b in zip(there.shape[::-1], crop.shape[::-1], strict=True)
    )
    seen, cut = (cv2.resize(one, wh, interpolation=cv2.INTER_AREA).astype(np.float64) for one in (there, crop))
    return float(np.abs(seen - cut).mean()) <= SLACK_LEVELS + SLACK_SHARE * float(crop.std())
