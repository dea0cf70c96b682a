"""Goes through the rows of a release, a row group at a time, and collects what fails a check."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.release import counts as counting
from pipeline.release import verify_pixels, verify_rows
from pipeline.release.counts import Counts
from pipeline.release.folder import ReleaseFolder
from pipeline.release.layout import HUGGINGFACE, shard_schema
from pipeline.release.manifest import ledger_problems
from pipeline.release.verify_pixels import picture_problems
from pipeline.release.verify_rows import ROW_CHECKS, region_column
from schemas.tables.release import RELEASE

SAMPLE = 16  # rows a shard of which pixels are decoded, unless all are asked for
NAMED = 3  # of what fails a check
NARROW = tuple(sorted({*counting.COLUMNS, *verify_rows.COLUMNS}))
DAMAGE = (OSError, pa.ArrowInvalid)  # what pyarrow raises for a footer or a page that is not what it should be


@dataclass(frozen=True)
class Check:
    """One claim about a release, and whether it holds."""

    name: str
    passed: bool
    detail: str


class Problems:
    """What fails each check: how often, and the first few."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def note(self, name: str, found: Iterable[str]) -> None:
        for one in found:
            self._counts[name] += 1
            if len(named := self._first.setdefault(name, [])) < NAMED:
                named.append(one)

    def check(self, name: str, done: str) -> Check:
        """`done` says how much was looked at, where nothing fails."""
        if not self._counts[name]:
            return Check(name, True, done)
        more = "" if self._counts[name] <= NAMED else f", and {self._counts[name] - NAMED:,} more"
        return Check(name, False, ", ".join(self._first[name]) + more)


class Scan:
    """Goes through the shards, and remembers what only all of them together tell."""

    def __init__(self, folder: ReleaseFolder, problems: Problems, full: bool) -> None:
        self._folder, self._problems, self._full = folder, problems, full
        self._ids: dict[str, list[NDArray[np.bytes_]]] = {"image": [], "region": []}
        self.counts = Counts()
        self.rows = self.regions = self.decoded = 0

    def shard(self, name: str, rows: int) -> None:
        """One shard, of which the manifest says the number of rows."""
        schema = self._schema(name)
        if schema is None:
            return
        if (
            not schema.equals(RELEASE)
            or (schema.metadata or {}).get(HUGGINGFACE) != shard_schema().metadata[HUGGINGFACE]
        ):
            self._problems.note("schema of rows", [name])
            return
        before = self.rows
        for table in self._readable(name, self._folder.groups(name, NARROW)):
            self._narrow(table, name)
        for table in self._readable(name, self._pictures(name)):
            self.decoded += table.num_rows
            for check, found in picture_problems(table):
                self._problems.note(check, [found])
        if self.rows - before != rows:
            self._problems.note("row counts", [f"{name}: {self.rows - before:,} rows, the manifest says {rows:,}"])

    def _schema(self, name: str) -> pa.Schema | None:
        try:
            with self._folder.parquet(name) as shard:
                return shard.schema_arrow
        except DAMAGE as error:
            self._damaged(name, error)
            return None

    def _readable(self, name: str, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """Row groups up to the first that is damaged; what goes wrong with a row beyond that is a bug."""
        while True:
            try:
                table = next(tables)
            except StopIteration:
                return
            except DAMAGE as error:
                self._damaged(name, error)
                return
            yield table

    def _damaged(self, name: str, error: Exception) -> None:
        self._problems.note("shards readable", [f"{name} ({str(error).splitlines()[0]})"])

    def _narrow(self, table: pa.Table, name: str) -> None:
        self.rows += table.num_rows
        self.counts.add(table)
        for check, function in ROW_CHECKS.items():
            self._problems.note(check, function(table))
        strays = table["image_id"].filter(pc.not_equal(table["split"], name.partition("-")[0]))
        self._problems.note("splits disjoint", (f"{stray} in {name}" for stray in strays.to_pylist()))
        region_ids = region_column(table, "region_id")
        self.regions += len(region_ids)
        for kind, ids in (("image", table["image_id"]), ("region", region_ids)):
            self._ids[kind].append(_packed(ids))

    def _pictures(self, name: str) -> Iterator[pa.Table]:
        groups = self._folder.groups(name, verify_pixels.COLUMNS)
        yield from (groups if self._full else (group.slice(0, SAMPLE) for group in [next(groups, None)] if group))

    def release(self, manifest: Mapping[str, Any]) -> None:
        for kind, ids in self._ids.items():
            self._problems.note("ids unique", (f"{kind} {twice}" for twice in _repeated(ids)))
        self._problems.note("splits disjoint", (f"group {group}" for group in sorted(_shared(self.counts.groups))))
        self._problems.note("counts add up", _differences(manifest["counts"], self.counts.as_json()))
        ledgers = manifest["ledgers"]
        self._problems.note("ledgers add up", ledger_problems(ledgers["files"], ledgers["images"], self.rows))


def _packed(ids: pa.Array | pa.ChunkedArray) -> NDArray[np.bytes_]:
    """16 bytes an id, of those that are well formed."""
    good = ids.filter(pc.fill_null(pc.match_substring_regex(ids, verify_rows.ID), False))
    return np.frombuffer(bytes.fromhex("".join(good.to_pylist())), "S16")


def _repeated(packed: Iterable[NDArray[np.bytes_]]) -> list[str]:
    everything = np.sort(np.concatenate([np.empty(0, "S16"), *packed]))
    twice = np.unique(everything[1:][everything[1:] == everything[:-1]])
    return [one.ljust(16, b"\0").hex() for one in twice.tolist()]


def _shared(groups: Mapping[str, set[str]]) -> set[str]:
    """Groups that lie in more than one split."""
    seen = Counter(group for found in groups.values() for group in found)
    return {group for group, splits in seen.items() if splits > 1}


def _differences(said: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two JSON values differ, by dotted place."""
    if isinstance(said, dict) and isinstance(found, dict):
        for key in sorted({*said, *found}):
            yield from _differences(said.get(key), found.get(key), f"{place}.{key}".lstrip("."))
    elif said != found:
        yield f"{place}: the manifest says {said}, the rows {found}"
