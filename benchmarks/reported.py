"""Facts read from sentences in the manner of reports, held against what the sentences state; scored slot by slot."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from benchmarks.planted import SENTENCES
from benchmarks.rows import Row
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.read_report import statements_of
from pipeline.intervals import clopper_pearson

REPORTS = SENTENCES.parent / "reports" / "sentences.yaml"
PARTS = ("tuned", "held")  # of the file; no pattern was mended after `held`


@dataclass(frozen=True)
class Case:
    slot: str
    text: str
    picture: Pictured
    expected: frozenset[str]

    def read(self) -> frozenset[str]:
        return frozenset(told for each in statements_of([self.text], self.picture).statements for told in words(each))


def cases(part: str) -> Iterator[Case]:
    document: dict[str, Any] = yaml.safe_load(REPORTS.read_text(encoding="utf-8"))
    for slot, rows in document[part].items():
        for name, text, expected in rows:
            about = document["pictures"][name]
            picture = Pictured(about["modality"], about.get("body_part"), None)
            yield Case(slot, text, picture, frozenset(expected))


def scores() -> Iterator[Row]:
    """Share of what is read that is stated, and of what is stated that is read, of each part and slot."""
    for part in PARTS:
        told: dict[str, Counter[str]] = {"all": Counter()}
        for case in cases(part):
            got = case.read()
            right, wrong, missed = len(got & case.expected), len(got - case.expected), len(case.expected - got)
            for slot in ("all", case.slot):
                told.setdefault(slot, Counter()).update(right=right, wrong=wrong, missed=missed)
        for slot, each in told.items():
            for what, of in (("precision", each["right"] + each["wrong"]), ("recall", each["right"] + each["missed"])):
                if of:
                    samples = [each["right"] / of, *clopper_pearson(each["right"], of)]
                    yield Row(f"facts of reports, {what}, {part}, {slot} (n {of})", "share", samples, "higher")


def words(statement: Any) -> Iterator[str]:
    """`pneumonia possible`, `pneumonia side left`."""
    id = statement.finding.id
    yield f"{id} {statement.assertion}"
    if statement.side:
        yield f"{id} side {'bilateral' if statement.side == 'both' else statement.side}"
    if statement.place:
        yield f"{id} place {statement.place}"
    if statement.change:
        yield f"{id} change {statement.change}"
    yield from (f"{id} severity {value}" for attribute, value in statement.looks if attribute == "severity")
