"""The inventories of all sources as one indexed stage of the work directory."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipeline.inventory.take import Inventory, InventoryOptions, take_inventory
from pipeline.runner import Watch, write_if_changed
from pipeline.sources import SourceSettings
from pipeline.trace import Trace
from pipeline.work import StageIndex, StoredPart, Work
from schemas.ids import IdKey
from schemas.keys import column_hashes, part_key

STAGE = "inventory"
VERSION = 1


def take_all(
    sources: Sequence[SourceSettings], id_key: IdKey, trace: Trace, options: InventoryOptions
) -> Mapping[str, Inventory]:
    """Lists and reads every source; nothing is written to the work directory yet."""
    return {source.name: take_inventory(source, Path(source.root), id_key, trace, options) for source in sources}


def store_all(work: Work, inventories: Mapping[str, Inventory], watch: Watch) -> StageIndex:
    """Commits the parts that are new, and the index."""
    begin = time.perf_counter()
    last = work.index(STAGE)
    present = work.present(STAGE)
    known = {part.key: part for part in last.parts if part.key in present} if last else {}
    watch.started(STAGE, None, 0)
    stored = [_store(work, part.part, part.table, known) for each in inventories.values() for part in each.parts()]
    index = StageIndex(STAGE, VERSION, tuple(stored))
    write_if_changed(work, index)
    computed = sum(part.key not in known for part in stored)
    watch.finished(index, computed, time.perf_counter() - begin)
    return index


def _store(work: Work, part: str, table: pa.Table, known: Mapping[str, StoredPart]) -> StoredPart:
    key = part_key(STAGE, VERSION, {}, {"rows": column_hashes(table)})
    if key in known:
        return replace(known[key], part=part)
    return replace(work.stored(STAGE, key), part=part) if work.has(STAGE, key) else work.write(STAGE, part, key, table)
