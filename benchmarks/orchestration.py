"""What Prefect, the executors and the driver cost: start-up, time an item, share of a build's wall."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.corpora import REPOSITORY, cores, make_corpus, watched_build
from benchmarks.rows import Row
from flows.prefect_home import settle
from flows.prefect_server import prefect_server
from pipeline.runner import Execute, PartResult
from pipeline.work import StoredPart

ITEMS_A_PART = 256
STAGES = 6  # whose parts are computed by workers


@dataclass(frozen=True)
class Nothing:
    """A part that costs nothing, so that what is left is orchestration."""

    number: int
    stage_name: str = "nothing"

    def run(self) -> PartResult:
        return PartResult(StoredPart(f"a/{self.number}", str(self.number), ITEMS_A_PART, {}, {}), 0.0)


def measure(scratch: Path, quick: bool) -> list[Row]:
    items = 2048 if quick else 20_480
    rounds = 1 if quick else 3
    tasks = [Nothing(i) for i in range(STAGES * items // ITEMS_A_PART)]
    settle(scratch / "prefect")
    pool = [_through_pool(tasks) * 1e3 / items for _ in range(rounds)]
    with quiet(), prefect_server() as server:  # one for all: Prefect reads the address once
        if server is not None:
            server.wait()
        local = [_through_prefect("local", tasks) * 1e3 / items for _ in range(rounds)]
        dask = [] if quick else [_through_prefect("dask", tasks) * 1e3 / items for _ in range(rounds)]
    name = f"six stages of {items} items"
    rows = [Row(f"{name}, local", "ms an item", local, "lower", 0.5, sorted(pool)[len(pool) // 2], "bare process pool")]
    if quick:
        return rows
    rows.append(Row(f"{name}, dask", "ms an item", dask, "lower", 0.5))
    rows += [_start_up(scratch / executor, executor, limit) for executor, limit in (("local", 20.0), ("dask", 40.0))]
    rows.append(Row("medregion --help", "s", [_timed(_help) for _ in range(5)], "lower", 0.5))
    return [*rows, _share_of_wall(scratch / "share", items, sorted(local)[1])]


def _help() -> None:
    subprocess.run([sys.executable, "-m", "flows.cli", "--help"], cwd=REPOSITORY, check=True, capture_output=True)


def _timed(body: Callable[[], object]) -> float:
    begin = time.perf_counter()
    body()
    return time.perf_counter() - begin


def _through_pool(tasks: list[Nothing]) -> float:
    """Seconds of the tasks alone, once the workers are up."""
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        list(pool.map(Nothing.run, tasks[: 4 * cores()]))
        return _timed(lambda: list(pool.map(Nothing.run, tasks)))


def _through_prefect(executor: str, tasks: list[Nothing]) -> float:
    """Seconds of the tasks alone, once server, flow and workers are up."""
    from flows import build_flow

    found: list[float] = []

    def body(execute: Execute) -> None:
        list(execute(tasks[: 4 * cores()]))
        found.append(_timed(lambda: list(execute(tasks))))

    build_flow.run_body(body, "dask" if executor == "dask" else "local", cores(), None)
    return found[0]


@contextmanager
def quiet() -> Iterator[None]:
    """Servers write to file descriptors: both go to nowhere for a while."""
    saved = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    try:
        yield
    finally:
        for descriptor, copy in enumerate(saved, start=1):
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(nowhere)


def _start_up(scratch: Path, executor: str, limit_seconds: float) -> Row:
    """The whole command over a corpus of four pictures that is committed already."""
    scratch.mkdir(parents=True)
    config = make_corpus(scratch, 4)
    watched_build(config, scratch / "work", "--executor", executor)
    samples = [watched_build(config, scratch / "work", "--executor", executor).seconds for _ in range(3)]
    return Row(f"start-up and nothing to do, {executor}", "s", samples, "lower", limit_seconds)


def _share_of_wall(scratch: Path, items: int, ms_an_item: float) -> Row:
    scratch.mkdir(parents=True)
    seconds = watched_build(make_corpus(scratch, items), scratch / "work").seconds
    share = ms_an_item / 1e3 * items / seconds
    return Row(f"orchestration of a build of {items} pictures of 64 px", "share of wall", [share], "lower", 0.01)
