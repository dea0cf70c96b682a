"""How many edits a part holds each way, and at which rate each way is kept."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipeline.describe.audit.pairs import fold_of
from pipeline.describe.balance.ways import Edit, Row, edits
from schemas.tables.columns import KEY_NAMES

DRAFT_READS = (*KEY_NAMES, "report", "facts", "negatives", "regions")  # of the table drafts
SELECTION_READS = (*KEY_NAMES, "group_id", "modality", "body_part")
COUNTS = pa.schema([("fold", pa.int8()), ("cell", pa.string()), ("forth", pa.bool_()), ("edits", pa.int64())])
RATES = pa.schema([("fold", pa.int8()), ("cell", pa.string()), ("forth", pa.bool_()), ("rate", pa.int32())])
STEPS = 64  # of a rate, so that a few more edits elsewhere leave most rates as they were
Ways = tuple[int, str, bool]  # fold, cell, forth


def pictures(drafts: pa.Table, selection: pa.Table) -> Iterator[tuple[Row, int, list[Edit]]]:
    """Each row of `drafts` with the fold of its patient and its edits."""
    known = {tuple(row[name] for name in KEY_NAMES): row for row in selection.select(SELECTION_READS).to_pylist()}
    for row in drafts.to_pylist():
        told = known[tuple(row[name] for name in KEY_NAMES)]
        yield row, fold_of(told["group_id"]), list(edits(row, told["modality"], told["body_part"]))


def counted(drafts: pa.Table, selection: pa.Table) -> pa.Table:
    """COUNTS of one part, sorted."""
    found: Counter[Ways] = Counter()
    for _, fold, of_picture in pictures(drafts, selection):
        found.update((fold, edit.way.cell, edit.way.forth) for edit in of_picture if edit.way)
    return _table(found, COUNTS)


def added(counts: Iterable[pa.Table]) -> Counter[Ways]:
    found: Counter[Ways] = Counter()
    for table in counts:
        found.update(by_way(table))
    return found


def rates_of(part: pa.Table, everywhere: Mapping[Ways, int]) -> pa.Table:
    """RATES of the ways of one part's COUNTS: in STEPS, the share of an edit's own way that leaves both equal."""
    return _table(
        {
            (fold, cell, forth): min(STEPS, round(STEPS * everywhere.get((fold, cell, not forth), 0) / edits))
            for (fold, cell, forth) in by_way(part)
            if (edits := everywhere[fold, cell, forth])
        },
        RATES,
    )


def by_way(table: pa.Table) -> dict[Ways, int]:
    columns: list[list[Any]] = [column.to_pylist() for column in table.columns]
    return {(fold, cell, forth): value for fold, cell, forth, value in zip(*columns, strict=True)}


def _table(found: Mapping[Ways, int], schema: pa.Schema) -> pa.Table:
    rows = [(*way, value) for way, value in sorted(found.items())]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)], schema)
