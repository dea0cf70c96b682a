"""What must hold of released rows, without decoding a picture. Each check names the rows that fail it."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.errors import BadData
from schemas.masks import area_px
from schemas.tables.release import RELEASE_VERSION

REGION = "regions.list.element"
BOXES = ("box_xyxy", "source_box_xyxy", "crop_box_xyxy")
COLUMNS = (
    "image_id", "group_id", "study_id", "split", "licence", "width", "height", "scale", "schema_version",
    "summary", "report", "negatives.list.element.text", "negatives.list.element.positive", "image.path",
    f"{REGION}.region_id",
    f"{REGION}.area_px", f"{REGION}.mask.size.list.element", f"{REGION}.mask.counts", f"{REGION}.caption",
    f"{REGION}.negatives.list.element.text", f"{REGION}.negatives.list.element.positive",
    f"{REGION}.crop.path",
    *(f"{REGION}.{box}.list.element" for box in BOXES),
)  # fmt: skip
ID = "^[0-9a-f]{32}$"
SLACK_PX = 0.01  # float32 over a view of some hundred pixels

RowCheck = Callable[[pa.Table], Iterable[str]]
Floats = NDArray[np.float64]


def ids_well_formed(rows: pa.Table) -> Iterable[str]:
    """128-bit ids in hexadecimal."""
    for column in (rows["image_id"], rows["group_id"], rows["study_id"], region_column(rows, "region_id")):
        yield from column.filter(pc.invert(pc.fill_null(pc.match_substring_regex(column, ID), True))).to_pylist()


def paths_match_ids(rows: pa.Table) -> Iterable[str]:
    """A picture is named by its id, a crop by its region's, with a suffix."""
    for ids, images in (
        (rows["image_id"], rows["image"]),
        (region_column(rows, "region_id"), region_column(rows, "crop")),
    ):
        names = pc.replace_substring_regex(pc.struct_field(images, "path"), r"\.(jpg|png)$", "")
        yield from ids.filter(pc.fill_null(pc.not_equal(names, ids), True)).to_pylist()


def rows_are_of_this_schema(rows: pa.Table) -> Iterable[str]:
    """Each row says the schema version that the manifest says, and a licence."""
    good = pc.and_(pc.equal(rows["schema_version"], RELEASE_VERSION), pc.greater(pc.utf8_length(rows["licence"]), 0))
    yield from _ids(rows, ~np.asarray(good.combine_chunks()))


def boxes_in_bounds(rows: pa.Table) -> Iterable[str]:
    """Boxes have an area within the view; the one in source pixels is the same box; the crop holds it."""
    wh = _per_region(rows, np.stack([np.asarray(rows[side], np.float64) for side in ("width", "height")], axis=1))
    scale = _per_region(rows, np.asarray(rows["scale"], np.float64))[:, None]
    box, source, crop = (_boxes(rows, name) for name in BOXES)
    inside = np.ones(len(box), np.bool_)
    for one in (box, crop):
        inside &= (one[:, :2] >= 0).all(1) & (one[:, :2] < one[:, 2:]).all(1) & (one[:, 2:] <= wh + SLACK_PX).all(1)
    holds = (crop[:, :2] <= box[:, :2] + SLACK_PX).all(1) & (crop[:, 2:] >= box[:, 2:] - SLACK_PX).all(1)
    # The shorter side of a view is rounded: half a pixel at its far end.
    same = (np.abs(source * scale - box) <= 0.5 + SLACK_PX).all(1) & (source[:, :2] < source[:, 2:]).all(1)
    yield from _region_ids(rows, ~(inside & holds & same))


def masks_valid(rows: pa.Table) -> Iterable[str]:
    """Every mask decodes, fills its box's size, and has as many pixels as its row says."""
    columns = (region_column(rows, name).to_pylist() for name in ("region_id", "mask", "source_box_xyxy", "area_px"))
    for region_id, mask, box, area in zip(*columns, strict=True):
        if mask is None:
            continue
        try:
            good = mask["size"] == [box[3] - box[1], box[2] - box[0]] and area_px(mask) == area > 0
        except BadData:
            good = False
        if not good:
            yield str(region_id)


def texts_present(rows: pa.Table) -> Iterable[str]:
    """A summary, a report, a caption of each region; no negative is empty or says what its true text says."""
    yield from _ids(rows, _empty(rows["summary"]) | _empty(rows["report"]))
    yield from _region_ids(rows, _empty(region_column(rows, "caption")))
    yield from _empty_negatives(rows["image_id"], rows["negatives"], rows["report"])
    regions = (region_column(rows, name) for name in ("region_id", "negatives", "caption"))
    yield from _empty_negatives(*regions)


ROW_CHECKS: Mapping[str, RowCheck] = {
    "ids well formed": ids_well_formed,
    "paths match ids": paths_match_ids,
    "schema of rows": rows_are_of_this_schema,
    "boxes in bounds": boxes_in_bounds,
    "masks valid": masks_valid,
    "texts present": texts_present,
}


def region_column(rows: pa.Table, name: str) -> pa.Array:
    """A field of all regions, one after another."""
    return pc.struct_field(pc.list_flatten(rows["regions"].combine_chunks()), name)


def _per_region(rows: pa.Table, values: Floats) -> Floats:
    counts = np.asarray(pc.fill_null(pc.list_value_length(rows["regions"]), 0), np.int64)
    return np.repeat(values, counts, axis=0)


def _boxes(rows: pa.Table, name: str) -> Floats:
    """(regions, 4); a missing box is NaN, which no check passes."""
    boxes = region_column(rows, name)
    if boxes.null_count == 0:
        return np.asarray(boxes.flatten(), np.float64).reshape(-1, 4)
    return np.array([box or [np.nan] * 4 for box in boxes.to_pylist()], np.float64)


def _empty(texts: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    length = pc.fill_null(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0)
    return np.asarray(pc.equal(length, 0), np.bool_)


def _empty_negatives(ids: pa.Array, negatives: pa.Array, texts: pa.Array) -> Iterable[str]:
    parents = np.asarray(pc.list_parent_indices(negatives), np.int64)
    words, positives = (pc.struct_field(pc.list_flatten(negatives), name) for name in ("text", "positive"))
    true = pc.coalesce(positives, texts.take(parents))
    same = np.asarray(pc.fill_null(pc.equal(words, true), False))
    for index in np.unique(parents[_empty(words) | same]):
        yield str(ids[int(index)])


def _ids(rows: pa.Table, wrong: NDArray[np.bool_]) -> list[str]:
    return list(rows["image_id"].filter(pa.array(wrong)).to_pylist())


def _region_ids(rows: pa.Table, wrong: NDArray[np.bool_]) -> list[str]:
    return list(region_column(rows, "region_id").filter(pa.array(wrong)).to_pylist())
