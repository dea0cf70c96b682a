"""Pictures with regions as the tables hold them; a builder takes only what matters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline.describe.captions import Describe
from pipeline.describe.marked import Marked, marked_regions
from schemas.tables.images import IMAGES
from schemas.tables.records import RECORDS
from schemas.tables.regions import REGIONS
from schemas.tables.selection import SELECTION

Row = dict[str, Any]
TOLD_TWICE = ("modality", "technique", "body_part", "projection", "image_laterality")


def make_key(item: str = "a") -> Row:
    return {"source": "own", "item": item, "frame": 0, "view": ""}


def make_image(item: str = "a", **columns: Any) -> Row:
    return {**make_key(item), "width": 900, "height": 600, **columns}


def make_selection(item: str = "a", **columns: Any) -> Row:
    return {**make_key(item), "status": "kept", "image_id": f"image-{item}", **columns}


def make_region(box_xyxy: Sequence[int], name: str | None = None, item: str = "a", **columns: Any) -> Row:
    """By a reader, with the mask inscribed in the box; without a name the kind is null too."""
    left, top, right, bottom = box_xyxy
    told = {"kind": None if name is None else "finding", "label_source": "reader", "detector": "given"}
    return {
        **make_key(item),
        "region_id": f"{item}-{left}-{top}-{right}-{bottom}-{name}",
        "label": name,
        "name": name,
        "box_xyxy": list(box_xyxy),
        "area_px": (right - left) * (bottom - top) * 785 // 1000,
        "segmenter": "ellipse",
        "exhaustive": False,
        **told,
        **columns,
    }


def make_tables(
    images: Sequence[Row], selection: Sequence[Row], regions: Sequence[Row] = (), records: Sequence[Row] = ()
) -> dict[str, pa.Table]:
    """With the columns that the stage reads, and no other."""
    whole = {
        "images": pa.Table.from_pylist(list(images), schema=IMAGES),
        "selection": pa.Table.from_pylist(list(selection), schema=SELECTION),
        "regions": pa.Table.from_pylist(list(regions), schema=REGIONS),
        "records": pa.Table.from_pylist(list(records), schema=RECORDS),
    }
    return {name: whole[name].select(list(columns)) for name, columns in Describe.reads.items()}


def make_picture(
    regions: Sequence[Row] = (), header: Mapping[str, Any] | None = None, report: str = "", **selected: Any
) -> dict[str, pa.Table]:
    """One picture whose record says what its header says, unless `header` says otherwise, and perhaps a report."""
    told = {name: selected[name] for name in TOLD_TWICE if name in selected}
    images, rows = [make_image(**{**told, **(header or {})})], [make_selection(**selected)]
    return make_tables(images, rows, regions, [make_record(report)] if report else [])


def make_record(report: str, item: str = "a") -> Row:
    return {**make_key(item), "texts": [{"kind": "report", "text": report}]}


def describe(tables: Mapping[str, pa.Table], stage: Describe | None = None) -> list[Row]:
    rows: list[Row] = (stage or Describe())(tables).to_pylist()
    return rows


def make_marked(regions: Sequence[Row], image_wh: tuple[int, int] = (900, 600)) -> list[Marked]:
    table = make_tables([], [], regions)["regions"]
    sizes = {tuple(make_key(row["item"]).values()): image_wh for row in regions}
    return [marked for found in marked_regions(table, sizes).values() for marked in found]
