"""The inventory's rows, a part at a time, out of the trace and its temporary tables."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.inventory.joining import canonical
from pipeline.inventory.listing import item_text
from pipeline.inventory.table_record import merged
from pipeline.parts import Ids, Leaf, Limits, Sizes, files_part_id, large_part_id, leading_bits, leaves, part_id
from pipeline.sources import SourceSettings
from pipeline.trace import Trace, TracedFile
from schemas.ids import IdKey
from schemas.tables.inventory import INVENTORY

FILES_A_PART = 4096  # of those that are no images

IS_IMAGE = "role = 'image' AND reason IS NULL"


@dataclass(frozen=True)
class InventoryPart:
    """A part's id and its rows in the schema INVENTORY, sorted by item."""

    part: str
    table: pa.Table


@dataclass(frozen=True)
class Rows:
    """Reads one source's rows; the trace must stay open, and the source not be listed anew meanwhile.

    CROSS JOIN keeps SQLite from walking the large table for the few rows of the small one.
    """

    trace: Trace
    source: SourceSettings
    id_key: IdKey
    limits: Limits
    tables: tuple[str, ...]  # their items, as the settings order them

    def image_parts(self) -> Iterator[InventoryPart]:
        """Leaves of the prefix tree, then items beyond the limit of bytes."""
        fits = f"{IS_IMAGE} AND size_bytes <= {self.limits.max_bytes}"
        for leaf in leaves(*self._ids_and_sizes(fits), self.limits):
            files = self._files_of(leaf, fits)
            yield InventoryPart(part_id(self.source.name, leaf.prefix), self._image_table(files))
        for page in self.trace.pages(self.source.name, f"{IS_IMAGE} AND size_bytes > {self.limits.max_bytes}"):
            for file in page:
                yield InventoryPart(large_part_id(self.source.name, file.item), self._image_table([file]))

    def file_parts(self) -> Iterator[InventoryPart]:
        """Files that are no images, and images that are not read."""
        rest = f"NOT ({IS_IMAGE})"
        ids, sizes = self._ids_and_sizes(rest)
        by_table = self._images_of_tables()
        for leaf in leaves(ids, np.zeros_like(sizes), Limits(max_items=FILES_A_PART)):
            files = self._files_of(leaf, rest)
            used = self._images_of_annotations(leaf) | by_table
            rows = [{**self._row(file), "used_by": _uses(file, used)} for file in files]
            yield InventoryPart(files_part_id(self.source.name, leaf.prefix), pa.Table.from_pylist(rows, INVENTORY))

    def _ids_and_sizes(self, only: str) -> tuple[Ids, Sizes]:
        rows = self.trace.connection.execute(
            f"SELECT item, size_bytes FROM files WHERE source = ? AND NOT gone AND ({only}) ORDER BY item",
            (self.source.name,),
        )
        pairs = np.fromiter(
            ((leading_bits(item), size) for item, size in rows), dtype=[("id", np.uint64), ("size", np.int64)]
        )
        return pairs["id"], pairs["size"]

    def _files_of(self, leaf: Leaf, only: str) -> list[TracedFile]:
        return [file for page in self.trace.pages(self.source.name, only, *leaf.item_range) for file in page]

    def _image_table(self, files: list[TracedFile]) -> pa.Table:
        support, records = self._support(files), self._records(files)
        rows = [
            {
                **self._row(file),
                "support": support.get(file.item, []),
                "record": records.get(file.item),
                "group": self._group(file),
            }
            for file in files
        ]
        return pa.Table.from_pylist(rows, INVENTORY)

    def _support(self, files: list[TracedFile]) -> dict[str, list[dict[str, Any]]]:
        rows = self.trace.connection.execute(
            "SELECT image, support.item, sha256, kind FROM support "
            "CROSS JOIN files ON files.source = support.source AND files.item = support.item "
            "WHERE support.source = ? AND image BETWEEN ? AND ? ORDER BY image, support.item",
            (self.source.name, files[0].item, files[-1].item),
        )
        return {
            image: [{"item": item, "sha256": sha256, "kind": kind} for _, item, sha256, kind in group]
            for image, group in groupby(rows, key=itemgetter(0))
        }

    def _records(self, files: list[TracedFile]) -> dict[str, str]:
        rows = self.trace.connection.execute(
            "SELECT image, record FROM records WHERE source = ? AND image BETWEEN ? AND ? ORDER BY image, position",
            (self.source.name, files[0].item, files[-1].item),
        )
        return {image: _merged([record for _, record in group]) for image, group in groupby(rows, key=itemgetter(0))}

    def _images_of_annotations(self, leaf: Leaf) -> dict[str, int]:
        rows = self.trace.connection.execute(
            "SELECT support.item, count(*) FROM support "
            "CROSS JOIN files AS image ON image.source = support.source AND image.item = support.image "
            f"WHERE support.source = ? AND support.item >= ? AND support.item < ? AND {IS_IMAGE} GROUP BY support.item",
            (self.source.name, *leaf.item_range),
        )
        return dict(rows.fetchall())

    def _images_of_tables(self) -> dict[str, int]:
        rows = self.trace.connection.execute(
            "SELECT position, count(*) FROM records "
            "CROSS JOIN files AS image ON image.source = records.source AND image.item = records.image "
            f"WHERE records.source = ? AND {IS_IMAGE} GROUP BY position",
            (self.source.name,),
        )
        return {self.tables[position]: number for position, number in rows}

    def _row(self, file: TracedFile) -> dict[str, Any]:
        return {
            "source": self.source.name,
            "item": file.item,
            "sha256": file.sha256,
            "size_bytes": file.size_bytes,
            "format": file.format or "unknown",
            "role": file.role,
            "rejected": None if file.reason is None else {"reason": file.reason, "value": 0.0},
        }

    def _group(self, file: TracedFile) -> str | None:
        """The smallest unit that is known to hold the image; patients are known from records and headers alone."""
        match self.source.group_by:
            case "patient":
                return None
            case "file":
                return file.item
            case "folder":
                folder = item_text(file.path).rpartition("/")[0]
                return self.id_key.pseudonym("folder", self.source.name, folder)
            case "unknown":
                return self.id_key.pseudonym("source", self.source.name, "")


def _merged(records: list[str]) -> str:
    return records[0] if len(records) == 1 else canonical(merged([json.loads(record) for record in records]))


def _uses(file: TracedFile, used: Mapping[str, int]) -> int | None:
    return used.get(file.item, 0) if file.role in ("annotation", "table") else None
