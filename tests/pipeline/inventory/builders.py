"""Small sources on disk, and their inventories as rows."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from pipeline.inventory.take import Inventory, InventoryOptions, take_inventory
from pipeline.sources import SourceSettings
from pipeline.trace import Trace
from schemas.ids import IdKey
from schemas.tables.inventory import INVENTORY

Row = dict[str, Any]


def png(shade: int = 0, wh: tuple[int, int] = (4, 3)) -> bytes:
    """A grey picture; another shade gives another checksum."""
    sink = io.BytesIO()
    Image.fromarray(np.full((wh[1], wh[0]), shade, np.uint8)).save(sink, "PNG")
    return sink.getvalue()


def make_source(**settings: Any) -> SourceSettings:
    return SourceSettings(**{"name": "s", "root": "s", "licence": "CC0-1.0", "group_by": "unknown", **settings})


def make_files(root: Path, files: Mapping[str, Any]) -> Path:
    """Text or bytes by relative path."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def take(
    root: Path, source: SourceSettings | None = None, options: InventoryOptions | None = None, key: IdKey | None = None
) -> "Taken":
    """The trace lies beside the root, so that a second take finds what the first read."""
    with Trace.open(root.with_suffix(".trace")) as trace:
        inventory = take_inventory(source or make_source(), root, key or IdKey(), trace, options)
        parts = {part.part: part.table for part in inventory.parts()}
        names = {file.item: file.path for page in trace.pages(inventory.source) for file in page}
    return Taken(inventory, parts, names)


class Taken:
    """An inventory with its rows by the path that they came from."""

    def __init__(self, inventory: Inventory, parts: dict[str, pa.Table], names: dict[str, str]) -> None:
        self.counts = inventory.counts
        self.parts = parts
        self.names = names
        self.table = pa.concat_tables([INVENTORY.empty_table(), *parts.values()])
        self.rows: dict[str, Row] = {names[row["item"]]: row for row in self.table.to_pylist()}

    def fates(self) -> dict[str, tuple[str, str | None]]:
        """Of each path, role and reason."""
        return {path: (row["role"], row["rejected"] and row["rejected"]["reason"]) for path, row in self.rows.items()}

    def support(self, path: str) -> list[tuple[str, str]]:
        """(path, kind) of what supports an image."""
        return sorted((self.names[each["item"]], each["kind"]) for each in self.rows[path]["support"])
