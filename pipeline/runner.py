"""Runs one stage over its parts: what is committed stays, the rest is computed, an index ends it.

Where the parts are computed is the caller's: an `Execute` maps tasks to results, in any order.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from pipeline.stage import Stage
from pipeline.work import StageIndex, StoredPart, Work
from schemas.keys import column_hashes, part_key


class Task(Protocol):
    """Something a worker process can do; it survives pickling."""

    def run(self) -> "PartResult": ...


@dataclass(frozen=True)
class PartResult:
    """What comes back from a worker: never rows."""

    stored: StoredPart
    seconds: float


Execute = Callable[[Iterable[Any]], Iterator[PartResult]]


def serially(tasks: Iterable[Task]) -> Iterator[PartResult]:
    """The simplest Execute: in this process, one after another."""
    for task in tasks:
        yield task.run()


class Watch(Protocol):
    """Told how a build goes."""

    def started(self, stage: str, parts: int | None, done: int) -> None: ...

    def part_done(self, stage: str, result: PartResult) -> None: ...

    def finished(self, index: StageIndex, computed: int, seconds: float) -> None: ...


class Silent:
    """A Watch that does nothing."""

    def started(self, stage: str, parts: int | None, done: int) -> None:
        pass

    def part_done(self, stage: str, result: PartResult) -> None:
        pass

    def finished(self, index: StageIndex, computed: int, seconds: float) -> None:
        pass


@dataclass(frozen=True)
class PartInput:
    """One part of a stage, before anybody knows whether it must be computed."""

    part: str
    stage: Stage
    stored: Mapping[str, StoredPart] = field(default_factory=dict)  # input table -> committed part
    inline: Mapping[str, pa.Table] = field(default_factory=dict)  # input table -> rows, for narrow slices
    files: Callable[[], pa.Table] | None = None  # (item, path), asked for only when the part is computed

    def key(self) -> str:
        inputs = {name: self._hashes(name, columns) for name, columns in self.stage.reads.items()}
        return part_key(self.stage.name, self.stage.version, dict(self.stage.settings()), inputs)

    def _hashes(self, name: str, columns: tuple[str, ...]) -> dict[str, str]:
        if name in self.inline:
            return column_hashes(self.inline[name].select(list(columns)))
        known = self.stored[name].columns
        return {column: known[column] for column in columns}


@dataclass(frozen=True)
class PartTask:
    """Reads a part's inputs, calls the stage, commits its rows."""

    work: Work
    part: PartInput
    key: str
    files: pa.Table | None

    @property
    def stage_name(self) -> str:
        return self.part.stage.name

    def run(self) -> PartResult:
        begin = time.perf_counter()
        note_call(self.work, self.stage_name, self.key)
        tables = {name: self._table(name, columns) for name, columns in self.part.stage.reads.items()}
        if self.files is not None:
            tables["files"] = self.files
        rows = self.part.stage(tables)
        stored = self.work.write(self.stage_name, self.part.part, self.key, rows)
        return PartResult(stored, time.perf_counter() - begin)

    def _table(self, name: str, columns: tuple[str, ...]) -> pa.Table:
        if name in self.part.inline:
            return self.part.inline[name].select(list(columns))
        return self.work.read(name, self.part.stored[name].key, columns)


def run_stage(work: Work, parts: list[PartInput], execute: Execute, watch: Watch) -> StageIndex:
    """Computes what is missing of one stage, and writes its index.

    Raises what a stage raises for a wrong run; committed parts stay, and the index of the run before does too.
    """
    name, version = parts[0].stage.name, parts[0].stage.version
    begin = time.perf_counter()
    keys = [part.key() for part in parts]
    done = committed(work, name, keys)
    watch.started(name, len(parts), len(done))
    missing = [(part, key) for part, key in zip(parts, keys, strict=True) if key not in done]
    if missing:
        work.write_plan(name, keys)
    for result in execute(_tasks(work, missing)):
        done[result.stored.key] = result.stored
        watch.part_done(name, result)
    # A leaf that splits may keep all its rows on one side: same key, another place in the tree.
    stored = (replace(done[key], part=part.part) for part, key in zip(parts, keys, strict=True))
    index = StageIndex(name, version, tuple(stored))
    write_if_changed(work, index)
    watch.finished(index, len(missing), time.perf_counter() - begin)
    return index


def _tasks(work: Work, missing: Iterable[tuple[PartInput, str]]) -> Iterator[PartTask]:
    """Made as they are asked for, so that paths and slices of few parts are in memory at once."""
    for part, key in missing:
        files = part.files() if part.files is not None else None
        # The task must pickle: what gave the paths stays here.
        slim = PartInput(part.part, part.stage, part.stored, part.inline)
        yield PartTask(work, slim, key, files)


def committed(work: Work, stage: str, keys: Iterable[str]) -> dict[str, StoredPart]:
    """Of these keys, those that are on disk, whatever the last index says: what is gone is computed again.

    What a part holds is told by the index where it knows the part, else by the part's footer.
    """
    index, present = work.index(stage), work.present(stage)
    known = {part.key: part for part in index.parts} if index else {}
    return {key: known.get(key) or work.stored(stage, key) for key in keys if key in present}


def write_if_changed(work: Work, index: StageIndex) -> None:
    if work.index(index.stage) != index:
        work.write_index(index)


def note_call(work: Work, stage: str, key: str) -> None:
    """One line a computed part, in `log/calls.jsonl`: what a restart must not add to for committed parts."""
    if not work.local:
        return
    folder = Path(work.path("log"))
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"stage": stage, "key": key, "process": os.getpid()}) + "\n"
    descriptor = os.open(folder / "calls.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())  # one write of an appended line is atomic
    finally:
        os.close(descriptor)
