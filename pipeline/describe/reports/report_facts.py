"""Facts of what a report states, in closed words; what is denied is denied of the picture, the rest are things."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.describe.marked import Marked
from pipeline.describe.reading.assertions import ABSENT
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.read_report import statements_of
from pipeline.describe.reports.settle import Annotated, settled
from pipeline.describe.reports.statements import BOTH, Statement
from schemas.facts import IMAGE, REPORTED, Fact

BASIS = "report"


@dataclass(frozen=True)
class Reported:
    """`left_out` counts, by reason, what the texts name and no fact says; `stated` are ids of findings that they state
    to be there or possible, wider ones too, whatever annotations or other sentences say.
    """

    facts: tuple[Fact, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()


NOTHING = Reported()


def report_facts(row: Mapping[str, Any], regions: Sequence[Marked]) -> Reported:
    """Of the picture's texts in `row["texts"]`, of whatever kind."""
    texts = [each["text"] for each in row["texts"] or () if each["text"]]
    if not texts:
        return NOTHING
    said = statements_of(texts, Pictured.of(row))
    left = settled(said, Annotated(row, regions))
    facts = tuple(fact for i, each in enumerate(left.statements, 1) for fact in _facts(f"{REPORTED}{i}", each, row))
    return Reported(facts, Counter(left.left_out), said.stated)


def _facts(subject: str, said: Statement, row: Mapping[str, Any]) -> Iterator[Fact]:
    name, source = said.finding.name, row["source"]
    if said.assertion == ABSENT:
        yield Fact(IMAGE, "presence", "name", name, BASIS, assertion=ABSENT, source=source)
        return
    yield Fact(subject, "identity", "name", name, BASIS, assertion=said.assertion, source=source)
    if said.side is not None:
        side = "bilateral" if said.side == BOTH else said.side
        yield Fact(subject, "side", "patient", side, "source_statement", frame="patient", source=source)
    if said.place is not None:
        yield Fact(subject, "location", "anatomy", said.place, BASIS, source=source)
    for attribute, value in said.looks:
        yield Fact(subject, "appearance", attribute, value, BASIS, source=source)
    if said.change is not None:
        yield Fact(subject, "change", "since_prior", said.change, BASIS, source=source)
