"""From a config and a command line to an order that can be carried out, or one clear line of what is wrong."""

import difflib
import os
from pathlib import Path

from flows.build import STEPS, BuildOrder
from flows.config.corpus import CorpusConfig
from flows.work_folder import check_place
from pipeline.annotate.models import check_models
from pipeline.describe.writers import check_writer
from pipeline.inventory.check import check_source
from pipeline.inventory.take import InventoryOptions
from pipeline.phantoms.source import as_folder
from pipeline.select.splits import thresholds
from pipeline.work import Work
from schemas.errors import ConfigError
from schemas.ids import IdKey, read_key


def order_of(config: CorpusConfig, work: Work, until: str | None, limit: int | None) -> BuildOrder:
    """Checks what can be checked before anything is written: stage, key, place, sources, splits, weights."""
    stage = until or "release"
    if stage not in STEPS:
        nearest = difflib.get_close_matches(stage, STEPS, n=1, cutoff=0.4)
        instead = f"did you mean {nearest[0]!r}?" if nearest else f"one of: {', '.join(STEPS)}"
        raise ConfigError("--to", f"no stage {stage!r}; {instead}")
    config = config.model_copy(update={"sources": tuple(map(as_folder, config.sources))})
    for source in config.sources:
        check_source(source, Path(source.root))
    check_place(work, config.sources)
    thresholds(config.select.splits)
    check_models(config.annotate)
    check_writer(config.describe, config.sources)
    answers = answers_path(work)
    skip = (Path(work.root), answers) if work.local else (answers,)
    options = InventoryOptions(limit=limit, skip=skip)
    return BuildOrder(config, work, id_key_of(config), trace_path(work), answers, stage, options)


def id_key_of(config: CorpusConfig) -> IdKey:
    """No secret for `ids: content`; else the key file that MEDREGION_KEY_FILE names."""
    if config.ids == "content":
        return IdKey()
    named = os.environ.get("MEDREGION_KEY_FILE")
    if not named:
        raise ConfigError("ids", "keyed ids need MEDREGION_KEY_FILE; a corpus of public sources may say `ids: content`")
    return read_key(Path(named))


def trace_path(work: Work) -> Path:
    """Beside a local work directory; for an object store in the current folder, since paths must not leave."""
    return _beside(work, "trace")


def answers_path(work: Work) -> Path:
    """The folder of what a server answered and of its ledger; beside the work directory too, so that whoever removes
    that and builds anew does not pay again.
    """
    return _beside(work, "answers")


def _beside(work: Work, ending: str) -> Path:
    if work.local:
        folder = Path(work.root)
        return folder.with_name(f"{folder.name}.{ending}")
    return Path(f"{work.root.strip('/').replace('/', '-')}.{ending}").absolute()
