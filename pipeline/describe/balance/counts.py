"""The stage `counts`: how many edits of a part go each way in each cell."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from pipeline.describe.audit.pairs import fold_of
from pipeline.describe.balance.ways import Edit, Row, edits
from schemas.tables.columns import KEY_NAMES

DRAFT_READS = (*KEY_NAMES, "report", "facts", "negatives", "regions")
SELECTION_READS = (*KEY_NAMES, "group_id", "modality", "body_part")
COUNTS = pa.schema([("cell", pa.uint64()), ("forth", pa.int64()), ("back", pa.int64())])


@dataclass(frozen=True)
class CountEdits:
    """Rows of COUNTS, one a cell, sorted."""

    name: ClassVar[str] = "counts"
    version: ClassVar[int] = 1
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {"drafts": DRAFT_READS, "selection": SELECTION_READS}
    reads_files: ClassVar[bool] = False

    def settings(self) -> Mapping[str, Any]:
        return {}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        found = (each.way for _, of_picture in pictures(tables["drafts"], tables["selection"]) for each in of_picture)
        ways = Counter((way.cell, way.forth) for way in found if way)
        cells = sorted({cell for cell, _ in ways})
        rows = [{"cell": cell, "forth": ways[cell, True], "back": ways[cell, False]} for cell in cells]
        return pa.Table.from_pylist(rows, schema=COUNTS)


def pictures(drafts: pa.Table, selection: pa.Table) -> Iterator[tuple[Row, list[Edit]]]:
    """Each row of `drafts` with its edits."""
    known = {tuple(row[name] for name in KEY_NAMES): row for row in selection.select(SELECTION_READS).to_pylist()}
    for row in drafts.to_pylist():
        told = known[tuple(row[name] for name in KEY_NAMES)]
        yield row, list(edits(row, (str(fold_of(told["group_id"])), told["modality"] or "", told["body_part"] or "")))
