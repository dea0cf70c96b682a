"""The order of a build, read from top to bottom. Callable without Prefect: `build(order, serially, Silent())`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.config.corpus import CorpusConfig
from flows.facts import RunClock, revision
from flows.thread_executor import thread_executor
from pipeline.annotate.stage import Annotate
from pipeline.describe.balance.counts import CountEdits
from pipeline.describe.balance.rates import rates_of_parts
from pipeline.describe.balance.stage import Balance
from pipeline.describe.captions import Describe
from pipeline.describe.local_writer import local_stage
from pipeline.describe.noted import as_noted, note_settings
from pipeline.describe.writers import served
from pipeline.ingest.images import Ingest
from pipeline.ingest.records import Records
from pipeline.inventory.index import store_all, take_all
from pipeline.inventory.take import InventoryOptions
from pipeline.limits import check_rejected_share
from pipeline.parts import is_files_part
from pipeline.release.index import Shelf, run_shards
from pipeline.release.ledgers import Tables
from pipeline.release.publish import About, Published, publish
from pipeline.runner import Execute, PartInput, Watch, run_stage
from pipeline.select.reduce import Reduction, reduced
from pipeline.select.selection import Select
from pipeline.sources import SourceSettings
from pipeline.trace import Trace
from pipeline.work import StageIndex, StoredPart, Work
from schemas.errors import ConfigError, FellShort
from schemas.ids import IdKey
from schemas.keys import canonical_hash

PARTS_AT_ONCE = 3  # that a model is asked about: while one is checked, others ask


@dataclass(frozen=True)
class BuildOrder:
    """What is to be built, where, with which key, and how far."""

    config: CorpusConfig
    work: Work
    id_key: IdKey
    trace: Path
    answers: Path
    until: str = "release"
    options: InventoryOptions = field(default_factory=InventoryOptions)


@dataclass(frozen=True)
class Built:
    """What a build left behind: an index a stage, the release where it went that far, the ledger of who was asked."""

    indexes: Mapping[str, StageIndex]
    release: Published | None
    asked: Mapping[str, Any] | None = None


@dataclass
class Run:
    """A build on its way: what is known of each finished stage."""

    order: BuildOrder
    execute: Execute
    watch: RunClock
    trace: Trace
    indexes: dict[str, StageIndex] = field(default_factory=dict)
    release: Published | None = None
    asked: Mapping[str, Any] | None = None

    @property
    def config(self) -> CorpusConfig:
        return self.order.config

    def source_of(self, part: StoredPart) -> SourceSettings:
        return next(source for source in self.config.sources if source.name == part.source)

    def parts(self) -> list[StoredPart]:
        """Parts of images; their ids go through all stages."""
        return [part for part in self.indexes["inventory"].parts if not is_files_part(part.part)]

    def stored(self, part: StoredPart, *tables: str) -> dict[str, StoredPart]:
        return {table: self.indexes[table].by_part[part.part] for table in tables}

    def finish(self, parts: list[PartInput], execute: Execute | None = None) -> None:
        index = run_stage(self.order.work, parts, execute or self.execute, self.watch)
        self.indexes[index.stage] = index


def build(order: BuildOrder, execute: Execute, watch: Watch) -> Built:
    """Runs the stages up to `order.until`; what is committed stays, whatever happens."""
    with Trace.open(order.trace) as trace:
        run = Run(order, execute, RunClock(watch), trace)
        for verb, step in STEPS.items():
            step(run)
            if verb == order.until:
                break
    return Built(run.indexes, run.release, run.asked)


def inventory(run: Run) -> None:
    """Raises ConfigError where no source holds a picture of a format that is read today."""
    inventories = take_all(run.config.sources, run.order.id_key, run.trace, run.order.options)
    if not any(each.counts.images for each in inventories.values()):
        raise ConfigError("sources", "none holds a PNG, JPEG, TIFF or DICOM file; `--dry-run` says what each holds")
    run.indexes["inventory"] = store_all(run.order.work, inventories, run.watch)


def ingest(run: Run) -> None:
    run.finish(
        [
            PartInput(
                part.part,
                Ingest(part.source, run.order.id_key, run.config.ingest),
                run.stored(part, "inventory"),
                files=_files(run, part, support=False),
            )
            for part in run.parts()
        ]
    )
    for source in run.config.sources:
        check_rejected_share(source, run.indexes["inventory"], run.indexes["images"], run.order.work)


def records(run: Run) -> None:
    run.finish(
        [
            PartInput(
                part.part,
                Records(run.source_of(part)),
                run.stored(part, "inventory", "images"),
                files=_files(run, part, support=True),
            )
            for part in run.parts()
        ]
    )


def select(run: Run) -> None:
    stage = Select(run.config.select, run.order.id_key, run.config.release.profile)
    reduction = Reduction(run.config.sources, run.config.select, run.order.id_key)
    inputs = [run.stored(part, "images", "records") for part in run.parts()]
    decisions = reduced(run.order.work, inputs, reduction)
    run.finish(
        [
            PartInput(part.part, stage, stored, {"decisions": of_part})
            for part, stored, of_part in zip(run.parts(), inputs, decisions, strict=True)
        ]
    )


def annotate(run: Run) -> None:
    stage = Annotate(run.config.annotate, run.order.id_key)
    run.finish([PartInput(part.part, stage, run.stored(part, "images", "selection")) for part in run.parts()])


def describe(run: Run) -> None:
    """Texts with all negatives that can be drawn, then those of these that have a counterpart."""
    noted = as_noted(run.config.describe)
    _write(run)
    inputs = [run.stored(part, "drafts", "selection") for part in run.parts()]
    run.finish([PartInput(part.part, CountEdits(), stored) for part, stored in zip(run.parts(), inputs, strict=True)])
    rates = rates_of_parts(run.order.work, run.indexes["counts"])
    balance = Balance(run.config.describe)
    run.finish(
        [
            PartInput(part.part, balance, stored, {"rates": of_part})
            for part, stored, of_part in zip(run.parts(), inputs, rates, strict=True)
        ]
    )
    note_settings(run.order.work, noted)


def _write(run: Run) -> None:
    """A model is asked from this process, which holds it, or the one ledger and the credential, some parts at once."""
    settings = run.config.describe
    if settings.writer == "rules":
        run.finish(_described(run, Describe(settings)))
        return
    if settings.writer == "transformers":
        with thread_executor(PARTS_AT_ONCE) as execute:
            run.finish(_described(run, local_stage(settings)), execute)
        return
    with thread_executor(PARTS_AT_ONCE) as execute, served(settings, run.order.answers) as (stage, chat):
        run.finish(_described(run, stage), execute)
        run.asked = chat.summary()


def _described(run: Run, stage: Describe) -> list[PartInput]:
    tables = ("images", "selection", "regions", "records")
    return [PartInput(part.part, stage, run.stored(part, *tables)) for part in run.parts()]


def release(run: Run) -> None:
    tables = ("images", "selection", "regions", "captions")
    parts = {part.part: run.stored(part, *tables) for part in run.parts()}
    shards = run_shards(Shelf(run.order.work, parts, run.config.release), run.execute, run.watch)
    run.indexes["shards"] = shards
    if not shards.parts:
        raise FellShort(f"no picture is left to release; see `medregion status {run.order.work.url}` for the reasons")
    public = run.config.public()
    about = About(
        name=run.config.name,
        version=run.config.release.version or canonical_hash([[shard.key for shard in shards.parts], public])[:12],
        named=run.config.release.version is not None,
        revision=revision(),
        ids=run.config.ids,
        key_id=run.order.id_key.key_id,
        profile=run.config.release.profile,
        config=public,
    )
    run.release = publish(Tables(run.order.work, run.indexes), about, run.watch.facts())


STEPS: dict[str, Callable[[Run], None]] = {
    "inventory": inventory,
    "ingest": ingest,
    "records": records,
    "select": select,
    "annotate": annotate,
    "describe": describe,
    "release": release,
}


def _files(run: Run, part: StoredPart, *, support: bool) -> Callable[[], pa.Table]:
    """The paths that a reader of this part needs, looked up when it is computed."""

    def look_up() -> pa.Table:
        rows = run.order.work.read("inventory", part.key, ["item", "support"])
        if not support:
            return run.trace.files(part.source, rows["item"].to_pylist())
        items = [file["item"] for files in rows["support"].to_pylist() for file in files or []]
        return run.trace.files(part.source, items)

    return look_up
