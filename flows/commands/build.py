"""`medregion build`: reads the config, takes the lock, runs the flow, says where the release lies."""

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.asked import asked_line
from flows.build import BuildOrder, Built
from flows.commands.dry_run import print_plan
from flows.config.corpus import read_corpus
from flows.interrupts import attentive
from flows.orders import order_of
from flows.prefect_home import settle
from flows.prefect_server import prefect_server
from flows.progress import watch_on
from flows.terminal import TERMINAL, say, tell
from pipeline.commit import remove_temporaries
from pipeline.limits import check_space
from pipeline.locks import locked
from pipeline.work import Work
from schemas.errors import ConfigError

EXECUTORS = ("local", "dask")


@dataclass(frozen=True)
class BuildCommand:
    """The command line of `medregion build`."""

    config: Path
    work: str | None
    settings: tuple[str, ...]
    to: str | None
    limit: int | None
    dry_run: bool
    executor: str
    workers: int | None
    address: str | None


def run(command: BuildCommand) -> None:
    config = read_corpus(command.config, command.settings)
    if command.executor not in EXECUTORS:
        raise ConfigError("--executor", f"{command.executor!r} is not one of: {', '.join(EXECUTORS)}")
    work = Work(command.work or f"work/{config.name}")
    order = order_of(config, work, command.to, command.limit)
    if command.dry_run:
        print_plan(order)
        return
    check_space(work, source_bytes(order))
    with locked(Path(work.root)) if work.local else nullcontext():
        report(_run(order, command))


def source_bytes(order: BuildOrder) -> int:
    """All files under the sources' roots: an upper bound, found without opening any."""
    roots = {Path(source.root).resolve() for source in order.config.sources}
    return sum(entry.stat().st_size for root in roots for entry in root.rglob("*") if entry.is_file())


def _run(order: BuildOrder, command: BuildCommand) -> Built:
    folder = Path(order.work.root) if order.work.local else order.trace.with_suffix(".log")
    log = folder / "log"
    if order.work.local:
        remove_temporaries(folder)
        if order.config.ids == "keyed":
            folder.chmod(0o700)  # what people typed is in there word for word
    settle(log.absolute() / "prefect")
    TERMINAL.move_chatter(log / "servers.log")
    say(f"building {order.config.name} in {order.work.url}; servers write to {log / 'servers.log'}")
    executor: Literal["local", "dask"] = "dask" if command.executor == "dask" else "local"
    workers = command.workers or os.cpu_count() or 1
    with prefect_server() as server:  # starts while Prefect is imported here
        from flows.build_flow import run_build

        if server is not None:
            server.wait()
        with attentive(watch_on(TERMINAL.err)) as watch:
            return run_build(order, watch, executor, workers, command.address)


def report(built: Built) -> None:
    if built.asked is not None:
        say(asked_line(built.asked))
    if built.release is None:
        stage, index = list(built.indexes.items())[-1]
        tell(f"done up to {stage}: {index.rows} rows in {len(index.parts)} parts")
        return
    tell(f"release  {built.release.folder}")
    tell(f"report   {built.release.report}")
    tell(f"verify   medregion verify {built.release.folder}")
