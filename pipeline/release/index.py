"""The shards of a corpus: planned from narrow columns, keyed by their own rows, computed where they are missing."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.release.layout import WRITER_VERSION
from pipeline.release.pictures import READS, belonging
from pipeline.release.plan import ShardPlan, estimate_bytes, plan_shards
from pipeline.release.settings import ReleaseSettings
from pipeline.release.task import STAGE, ShardTask, shard_path, shard_stats, stored_shard
from pipeline.runner import Execute, Watch, write_if_changed
from pipeline.work import StageIndex, StoredPart, Work
from schemas.keys import column_hashes, part_key
from schemas.tables.columns import KEY_NAMES, row_keys
from schemas.tables.release import RELEASE_VERSION

VERSION = 7
# What stands for the pictures themselves: reading them to plan would cost as much as to release them.
NARROW = {**READS, "images": tuple("image_hash" if name == "image" else name for name in READS["images"])}
FOR_PLAN = {
    "images": (*KEY_NAMES, "width", "height", "channels", "image_bytes"),
    "selection": (*KEY_NAMES, "status", "split"),
    "regions": KEY_NAMES,
}


@dataclass(frozen=True)
class Shelf:
    """The committed parts that shards are made of: part id -> table -> part."""

    work: Work
    parts: Mapping[str, Mapping[str, StoredPart]]
    settings: ReleaseSettings

    def read(self, part: str, columns: Mapping[str, Sequence[str]]) -> dict[str, pa.Table]:
        stored = self.parts[part]
        return {table: self.work.read(table, stored[table].key, names) for table, names in columns.items()}


def run_shards(shelf: Shelf, execute: Execute, watch: Watch) -> StageIndex:
    """Computes the shards that are not there yet; a picture that changed changes its own shard alone."""
    begin = time.perf_counter()
    plans = plan_shards(_rows(shelf), shelf.settings)
    keys = _keys(shelf, plans)
    done = dict(_committed(shelf.work, plans, keys))
    watch.started(STAGE, len(plans), len(done))
    missing = [(plan, key) for plan, key in zip(plans, keys, strict=True) if key not in done]
    if missing:
        shelf.work.write_plan(STAGE, keys)
    for result in execute(_task(shelf, plan, key) for plan, key in missing):
        done[result.stored.key] = result.stored
        watch.part_done(STAGE, result)
    index = StageIndex(STAGE, VERSION, tuple(done[key] for key in keys))
    write_if_changed(shelf.work, index)
    watch.finished(index, len(missing), time.perf_counter() - begin)
    return index


def _rows(shelf: Shelf) -> pa.Table:
    """What `plan_shards` asks for, over all parts."""
    empty = pa.table({"item": pa.array([], pa.string()), "split": pa.array([], pa.string())})
    empty = empty.append_column("est_bytes", pa.array([], pa.int64())).append_column("part", pa.array([], pa.string()))
    return pa.concat_tables([empty, *(_rows_of_part(shelf, part) for part in shelf.parts)])


def _rows_of_part(shelf: Shelf, part: str) -> pa.Table:
    tables = shelf.read(part, FOR_PLAN)
    kept = tables["selection"].filter(pc.equal(tables["selection"]["status"], "kept"))
    keys = row_keys(kept)
    images = tables["images"].take(pc.index_in(keys, value_set=row_keys(tables["images"])))
    places = pc.index_in(row_keys(tables["regions"]), value_set=keys).drop_null()
    counts = np.bincount(np.asarray(places, np.int64), minlength=kept.num_rows).astype(np.int64)
    estimates = estimate_bytes(images.rename_columns({"image_bytes": "bytes"}), counts, shelf.settings)
    return pa.table(
        {
            "item": kept["item"],
            "split": kept["split"],
            "est_bytes": pa.array(estimates, pa.int64()),
            "part": pa.array([part] * kept.num_rows, pa.string()),
        }
    )


def _keys(shelf: Shelf, plans: Sequence[ShardPlan]) -> list[str]:
    """Of each shard, over just its own rows of each table."""
    inputs: list[dict[str, dict[str, str]]] = [{} for _ in plans]
    by_part: dict[str, list[int]] = {}
    for i, plan in enumerate(plans):
        for part in plan.parts:
            by_part.setdefault(part, []).append(i)
    for part, asking in by_part.items():
        tables = shelf.read(part, NARROW)
        for i in asking:
            for table, rows in _own_rows(plans[i], tables):
                inputs[i][f"{part} {table}"] = column_hashes(rows)
    return [
        part_key(STAGE, VERSION, {"split": plan.split, **_settings(shelf.settings)}, of_plan)
        for plan, of_plan in zip(plans, inputs, strict=True)
    ]


def _settings(settings: ReleaseSettings) -> dict[str, Any]:
    """What changes a shard's bytes; how large shards grow only decides which rows are in one."""
    beside = ("version", "profile", "shard_bytes", "shard_rows")
    chosen = {name: value for name, value in asdict(settings).items() if name not in beside}
    return {**chosen, "schema": RELEASE_VERSION, "writer": WRITER_VERSION, **writers()}


@cache
def writers() -> dict[str, str]:
    """The libraries that encode pictures and lay out shards: another version may write other bytes."""
    return {package: version(package) for package in ("opencv-python", "pyarrow")}


def _own_rows(plan: ShardPlan, tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, pa.Table]]:
    selection = tables["selection"].filter(belonging(plan, tables["selection"]))
    wanted = row_keys(selection)
    yield "selection", selection
    for name in ("images", "regions", "captions"):
        yield name, tables[name].filter(pc.is_in(row_keys(tables[name]), value_set=wanted))


def _committed(work: Work, plans: Sequence[ShardPlan], keys: Sequence[str]) -> Iterator[tuple[str, StoredPart]]:
    index, present = work.index(STAGE), work.present(STAGE)
    known = {part.key: part for part in index.parts} if index else {}
    for plan, key in zip(plans, keys, strict=True):
        if key in present:
            yield key, known.get(key) or _reread(work, plan, key)


def _reread(work: Work, plan: ShardPlan, key: str) -> StoredPart:
    """Of a shard that a killed run committed before its index."""
    stats = shard_stats(work, key)
    with work.filesystem.open(shard_path(work, key), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return stored_shard(plan, key, stats["rows"], stats["rejected"], digest)


def _task(shelf: Shelf, plan: ShardPlan, key: str) -> ShardTask:
    parts = {part: {table: stored.key for table, stored in shelf.parts[part].items()} for part in plan.parts}
    return ShardTask(shelf.work, plan, key, parts, shelf.settings)
