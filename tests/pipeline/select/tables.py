"""Builders of the tables that selection reads; a test names only what matters to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline.select.decide import decide, decisions_of_part
from pipeline.select.selection import Select
from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import signatures
from pipeline.sources import SourceSettings
from schemas.ids import IdKey
from schemas.tables.columns import row_keys
from schemas.tables.images import IMAGES
from schemas.tables.records import RECORDS

Row = Mapping[str, Any]

ID_KEY = IdKey(b"k" * 32)
KEY: Row = {"source": "a", "frame": 0, "view": "full"}
PICTURE: Row = {"width": 100, "height": 100, "pixel_std": 40.0, "rejected": None}
RECORD: Row = {"licence": "MIT", "labels": [], "annotations": [], "annotation_scope": [], "rejected": None}


def make_images(*rows: Row) -> pa.Table:
    """IMAGES from rows that name at least their item; each has pixels of its own."""
    full = [{**KEY, **PICTURE, "pixel_hash": f"pixels of {row['item']}", **row} for row in rows]
    return pa.Table.from_pylist(full, schema=IMAGES)


def make_records(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist([{**KEY, **RECORD, **row} for row in rows], schema=RECORDS)


def make_annotation(box_xyxy: Sequence[int] = (10, 10, 20, 20), **columns: Any) -> dict[str, Any]:
    given = {"label": "RBC", "kind": "cell", "name": "red blood cell", "category": None, "mask": None}
    stated = {"attributes": None, "exhaustive": False, "label_source": "reader", "licence": None, "source": "a"}
    return {**given, **stated, "box_xyxy": list(box_xyxy), **columns}


def make_label(category: str | None = "pneumonia", **columns: Any) -> dict[str, Any]:
    stated = {"state": "present", "visible": None, "basis": "reader"}
    return {"label": category or "?", "category": category, **stated, **columns}


def make_mask(counts: str = "04") -> dict[str, Any]:
    return {"size": [10, 10], "counts": counts}


def rejected(reason: str = "truncated", value: float = 3.0) -> dict[str, Any]:
    return {"reason": reason, "value": value}


def make_sources(*names: str, **columns: Any) -> list[SourceSettings]:
    return [SourceSettings(name=name, root=".", licence="MIT", **columns) for name in names or ("a", "b", "c")]


def records_of(records: pa.Table) -> Callable[[pa.Table], pa.Table]:
    """What a driver does: finds the records of some pictures, in its own order."""

    def find(keys: pa.Table) -> pa.Table:
        wanted = set(row_keys(keys).to_pylist())
        return records.filter(pa.array([key in wanted for key in row_keys(records).to_pylist()]))

    return find


def decide_on(
    images: pa.Table,
    records: pa.Table,
    sources: Sequence[SourceSettings] | None = None,
    settings: SelectSettings | None = None,
) -> pa.Table:
    """Decisions on all rows, as one part."""
    settings = settings or SelectSettings()
    found = signatures(images, records, settings)
    decisions = decide(found, records_of(records), sources or make_sources(), settings, ID_KEY)
    return decisions_of_part(decisions, 0, images.num_rows)


def select(
    images: pa.Table, records: pa.Table, settings: SelectSettings | None = None, profile: str = "open"
) -> list[dict[str, Any]]:
    """SELECTION as Python rows, over one part."""
    settings = settings or SelectSettings()
    stage = Select(rules=settings, id_key=ID_KEY, profile=profile)
    tables = {"images": images, "records": records, "decisions": decide_on(images, records, settings=settings)}
    read = {name: table.select(list(stage.reads[name])) for name, table in tables.items()}
    rows: list[dict[str, Any]] = stage(read).to_pylist()
    return rows
