"""Texts and their check: how well the checker tells true sentences from false ones, and how fast the rule writer is
with every text checked, how varied its texts are; what it costs to hold a model's answers to a schema.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks import asking, decoding
from benchmarks.corpora import REPOSITORY
from benchmarks.planted import (
    SECOND_PROSE,
    UNSEEN_PROSE,
    Sentence,
    by_hand,
    of_phantoms,
    of_real_sources,
    prose,
    tables_of_phantoms,
)
from benchmarks.reported import scores
from benchmarks.rows import Row
from benchmarks.variety import real_captions, variety
from pipeline.describe.captions import Describe
from pipeline.describe.check import unsupported
from pipeline.describe.reading.read import mentioned, read
from pipeline.describe.settings import DescribeSettings
from pipeline.intervals import clopper_pearson

SEED = 404  # of phantoms that no pattern was tried on
PICTURES, QUICK = 1500, 48
ROUNDS = 3
RECALL, FALSE_ALARMS, RATE = 0.98, 0.02, 300.0
REAL = Path(os.environ.get("MEDREGION_REAL_DATA", REPOSITORY / ".." / "shared" / "data" / "real"))


@dataclass
class Told:
    """Of one slot: sentences, and how many of them the checker doubts."""

    true: int = 0
    doubted: int = 0
    false: int = 0
    found: int = 0

    def add(self, sentence: Sentence, doubted: bool) -> None:
        if sentence.truth:
            self.true, self.doubted = self.true + 1, self.doubted + doubted
        else:
            self.false, self.found = self.false + 1, self.found + doubted


def measure(scratch: Path, quick: bool) -> list[Row]:
    count = QUICK if quick else PICTURES
    sources: list[tuple[str, Callable[[], Iterable[Sentence]]]] = [("phantoms", lambda: of_phantoms(count, SEED))]
    if not quick:
        sources += [("by hand", by_hand), ("prose of models", prose)]
        sources += [("second prose of models", lambda: prose(SECOND_PROSE))]
        sources += [("unseen prose of models", lambda: prose(UNSEEN_PROSE))]
        sources += [("real notes and findings", lambda: of_real_sources(REAL))] if REAL.is_dir() else []
    rows = [row for name, sentences in sources for row in scored(name, sentences())]
    rows += variety(f"{count} phantoms", Describe()(tables_of_phantoms(count, SEED)))
    if not quick and REAL.is_dir():
        rows += variety("real images", real_captions(REAL, scratch))
    return [*rows, *scores(), *rates(count), *asking.rates(scratch, quick), *decoding.rates(scratch, quick)]


def scored(source: str, sentences: Iterable[Sentence]) -> Iterator[Row]:
    """Rows of all slots together, which have the bounds, and of each."""
    told: dict[str, Told] = {"all": Told()}
    for sentence in sentences:
        doubted = bool(unsupported(sentence.text, sentence.facts))
        for slot in ("all", sentence.slot):
            told.setdefault(slot, Told()).add(sentence, doubted)
    for slot, each in told.items():
        bound = slot == "all"
        if each.false:
            yield _share(f"false sentences found, {source}, {slot}", each.found, each.false, RECALL if bound else None)
        if each.true:
            what = f"true sentences doubted, {source}, {slot}"
            yield _share(what, each.doubted, each.true, FALSE_ALARMS if bound else None, better_low=True)


def _share(what: str, some: int, of: int, target: float | None, better_low: bool = False) -> Row:
    low, high = clopper_pearson(some, of)
    return Row(f"{what} (n {of})", "share", [some / of, low, high], "lower" if better_low else "higher", target)


def rates(count: int) -> Iterator[Row]:
    """Pictures a second on one core, drawn and derived beforehand."""
    tables = tables_of_phantoms(count, SEED)
    without = Describe(DescribeSettings(negatives_per_region=0, negatives_per_report=0))
    for name, stage, target in (("texts and their check", without, RATE), ("with negatives", Describe(), None)):
        samples = [count / _seconds(stage, tables) for _ in range(ROUNDS)]
        yield Row(f"rules, phantoms, {name}", "pictures/s", samples, "higher", target)


def _seconds(stage: Describe, tables: dict[str, pa.Table]) -> float:
    """Of processors, so that what else the machine does is not counted."""
    read.cache_clear()
    mentioned.cache_clear()
    start = time.process_time()
    stage(tables)
    return time.process_time() - start
