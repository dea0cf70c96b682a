"""The one global step of balance as the driver runs it: counts of each part in, its rates out, under one key."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipeline.describe.balance.counts import DRAFT_READS, SELECTION_READS, added, counted, rates_of
from pipeline.runner import write_if_changed
from pipeline.work import StageIndex, StoredPart, Work
from schemas.keys import part_key

STAGE = "rates"
VERSION = 3
Parts = Sequence[Mapping[str, StoredPart]]  # of each part: its `drafts` and its `selection`


def reduced_rates(work: Work, parts: Parts) -> list[pa.Table]:
    """The rates of each part; its counts are those of the last run where its rows are the same."""
    stored = [_counts(work, part) for part in parts]
    write_if_changed(work, StageIndex(STAGE, VERSION, tuple(stored)))
    counts = [work.read(STAGE, part.key) for part in stored]
    everywhere = added(counts)
    return [rates_of(each, everywhere) for each in counts]


def _counts(work: Work, part: Mapping[str, StoredPart]) -> StoredPart:
    reads = {"drafts": DRAFT_READS, "selection": SELECTION_READS}
    inputs = {table: {name: part[table].columns[name] for name in columns} for table, columns in reads.items()}
    key = part_key(STAGE, VERSION, {}, inputs)
    if work.has(STAGE, key):
        return work.stored(STAGE, key)
    drafts, selection = (work.read(table, part[table].key, columns) for table, columns in reads.items())
    return work.write(STAGE, part["drafts"].part, key, counted(drafts, selection))
