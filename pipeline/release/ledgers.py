"""Both ledgers of a release, added up from the tables of the work directory, part by part."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipeline.inventory.ledger import FileCounts, file_counts
from pipeline.ledger import ImageLedger
from pipeline.parts import is_files_part
from pipeline.release.manifest import Ledger, LedgerRow
from pipeline.release.task import rejected_of_shard
from pipeline.work import StageIndex, Work


@dataclass(frozen=True)
class Tables:
    """The finished stages of a work directory by the name of their table."""

    work: Work
    indexes: Mapping[str, StageIndex]

    def image_parts(self) -> Iterator[str]:
        yield from (part.part for part in self.indexes["inventory"].parts if not is_files_part(part.part))

    def read(self, table: str, part: str, *columns: str) -> pa.Table:
        return self.work.read(table, self.indexes[table].by_part[part].key, columns)


def file_ledger(tables: Tables) -> Ledger:
    """Raises LedgerError where a source's files do not add up."""
    by_source: dict[str, FileCounts] = {}
    for stored in tables.indexes["inventory"].parts:
        by_source[stored.source] = by_source.get(stored.source, FileCounts()) + _files(tables, stored.part)
    rows: list[LedgerRow] = []
    for source, counts in by_source.items():
        counts.check(source)
        cells: list[tuple[str, str | None, int]] = [("opened", None, counts.opened), ("support", None, counts.support)]
        cells += [("rejected", reason, count) for reason, count in counts.rejected.items()]
        rows += [LedgerRow(source=source, status=s, reason=r, count=c) for s, r, c in cells if c]
    return Ledger(total=sum(counts.files for counts in by_source.values()), rows=rows)


def _files(tables: Tables, part: str) -> FileCounts:
    inventory = tables.read("inventory", part, "role", "used_by", "rejected")
    if is_files_part(part):
        return file_counts(inventory)
    images = tables.read("images", part, "item", "rejected")
    return file_counts(inventory, images, tables.read("records", part, "item", "dropped"))


def image_ledger(tables: Tables, released: Mapping[str, int]) -> Ledger:
    """`released`: rows that the shards hold, by source.

    Raises LedgerError where a picture is missing or counted twice.
    """
    ledger, images = ImageLedger(), Counter[str]()
    for shard in tables.indexes["shards"].parts:
        for source, reasons in rejected_of_shard(tables.work, shard).items():
            ledger.lose(source, "rejected", reasons)
    for part in tables.image_parts():
        source = part.split("/", 1)[0]
        ledger.add(tables.read("selection", part, "source", "status", "rule"))
        ledger.lose(source, "rejected", tables.indexes["captions"].by_part[part].rejected)
        images[source] += tables.indexes["images"].by_part[part].rows
    return ledger.total(images, released)
