"""Released rows, assembled column by column; boxes, spacing and scale move to the global view."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.release.crops import Encoded, Views, cut_views
from pipeline.release.pictures import Pictures
from pipeline.release.settings import ReleaseSettings
from schemas.boxes import to_view
from schemas.errors import BadData
from schemas.licences import strictest
from schemas.tables.release import IMAGE, REGION, RELEASE, RELEASE_VERSION

Lost = tuple[str, str]

# Columns of the same name and meaning in an input table.
FROM_SELECTION = (
    "image_id", "group_id", "study_id", "split", "source", "attribution", "modality", "technique",
    "body_part", "image_laterality", "sex", "age_bucket", "burned_in", "label_states", "annotation_scope",
)  # fmt: skip
FROM_IMAGES = ("axes", "plane", "spacing_basis", "window", "recognisable", "pixel_ops", "device")
FROM_CAPTIONS = ("summary", "report", "texts_origin", "written", "facts", "left_out", "negatives")
FROM_REGIONS = (
    "region_id", "kind", "label", "score", "mask", "area_px", "stability", "agreement", "exhaustive",
    "licence", "revision", "review", "label_source",
)  # fmt: skip
FROM_REGION_CAPTIONS = ("caption", "paraphrase", "facts", "negatives", "few_because", "checks", "written")


def release_rows(pictures: Pictures, settings: ReleaseSettings) -> tuple[pa.Table, Counter[Lost]]:
    """The released rows of some pictures, in their order, and how many cannot be released: source, reason."""
    views: list[Views] = []
    good: list[int] = []
    lost: Counter[Lost] = Counter()
    for row, (stored, boxes) in enumerate(pictures.stored()):
        try:
            views.append(cut_views(stored, boxes, settings))
            good.append(row)
        except BadData as problem:
            lost[pictures.selection["source"][row].as_py(), problem.reason] += 1
    return _assemble(pictures.take(good) if lost else pictures, views), lost


def _assemble(pictures: Pictures, views: Sequence[Views]) -> pa.Table:
    columns = {
        **{name: pictures.selection[name] for name in FROM_SELECTION},
        **{name: pictures.images[name] for name in FROM_IMAGES},
        **{name: pictures.captions[name] for name in FROM_CAPTIONS},
        "view": pictures.selection["projection"],
        "licence": pa.array(_licences(pictures), pa.string()),
        "provenance": pa.array(_provenance(pictures), pa.string()),
        "width": pa.array([one.view.wh[0] for one in views], pa.int32()),
        "height": pa.array([one.view.wh[1] for one in views], pa.int32()),
        "scale": pa.array([one.view.scale for one in views], pa.float64()),
        "spacing_mm": _spacing(pictures.images["spacing_mm"], views),
        "schema_version": pa.array([RELEASE_VERSION] * len(views), pa.int32()),
        "regions": _regions(pictures, views),
        "image": _images([one.picture for one in views], pictures.selection["image_id"].to_pylist()),
    }
    return pa.Table.from_arrays([_column(columns, field, len(views)) for field in RELEASE], schema=RELEASE)


def _column(columns: Mapping[str, pa.Array | pa.ChunkedArray], field: pa.Field, rows: int) -> pa.Array:
    # Columns whose step has not come yet are null from the first release on.
    return columns[field.name].cast(field.type) if field.name in columns else pa.nulls(rows, field.type)


def _spacing(spacing_mm: pa.ChunkedArray, views: Sequence[Views]) -> pa.Array:
    rows = [
        None if pair is None else [pair[0] / one.view.scale_xy[1], pair[1] / one.view.scale_xy[0]]
        for pair, one in zip(spacing_mm.to_pylist(), views, strict=True)
    ]
    return pa.array(rows, spacing_mm.type)


def _licences(pictures: Pictures) -> list[str]:
    """The strictest of the picture's and its annotations'; its texts are written from just these."""
    annotations = iter(pictures.regions["licence"].to_pylist())
    own = pictures.selection["licence"].to_pylist()
    return [
        strictest([licence, *(given for given in (next(annotations) for _ in range(count)) if given is not None)])
        for licence, count in zip(own, pictures.counts, strict=True)
    ]


def _provenance(pictures: Pictures) -> list[str]:
    """JSON: who proposed each region and who drew its mask, in the order of the regions."""
    makers = iter(zip(*(pictures.regions[name].to_pylist() for name in ("detector", "segmenter")), strict=True))
    rows = ([next(makers) for _ in range(count)] for count in pictures.counts)
    return [
        json.dumps({"detector": [who for who, _ in row], "segmenter": [who for _, who in row]}, separators=(",", ":"))
        for row in rows
    ]


def _regions(pictures: Pictures, views: Sequence[Views]) -> pa.ListArray:
    regions = pictures.regions
    given = regions["box_xyxy"].to_pylist()
    cut = [box for one in views for box in one.crop_boxes]
    columns = {
        **{name: regions[name] for name in FROM_REGIONS},
        **_region_captions(pictures),
        "box_xyxy": _boxes(given, views, pictures.counts),
        "source_box_xyxy": regions["box_xyxy"],
        "crop_box_xyxy": _boxes(cut, views, pictures.counts),
        "crop": _images([crop for one in views for crop in one.crops], regions["region_id"].to_pylist()),
    }
    arrays = [_whole(columns[field.name].cast(field.type)) for field in REGION]
    offsets = np.concatenate([[0], np.cumsum(pictures.counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=list(REGION)))


def _region_captions(pictures: Pictures) -> dict[str, pa.Array]:
    """The captioned regions of these pictures in the order of their regions, by id."""
    captioned = _whole(pc.list_flatten(pictures.captions["regions"]))
    wanted = pc.index_in(_whole(pictures.regions["region_id"]), value_set=captioned.field("region_id"))
    found = captioned.take(wanted)
    return {name: pc.struct_field(found, name) for name in FROM_REGION_CAPTIONS}


def _boxes(boxes: Sequence[Sequence[int]], views: Sequence[Views], counts: NDArray[np.int64]) -> pa.FixedSizeListArray:
    """Boxes in stored pixels, of so many regions a picture, in pixels of their global views."""
    ends = np.cumsum(counts)
    moved = [
        to_view(boxes[end - count : end], one.view.scale_xy)
        for one, count, end in zip(views, counts, ends, strict=True)
    ]
    return pa.FixedSizeListArray.from_arrays(
        pa.array(np.concatenate([np.empty(0, np.float32), *map(np.ravel, moved)])), 4
    )


def _images(pictures: Sequence[Encoded], names: Sequence[str]) -> pa.StructArray:
    data = pa.array([picture.data for picture in pictures], pa.binary())
    paths = pa.array([name + picture.suffix for name, picture in zip(names, pictures, strict=True)], pa.string())
    return pa.StructArray.from_arrays([data, paths], fields=list(IMAGE))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
