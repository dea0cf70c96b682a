"""All that the texts of a picture state of it, each finding once."""

from collections.abc import Iterable, Sequence

from pipeline.describe.reading.assertions import ABSENT, POSSIBLE
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.sentences import sentences, skipped_sentences
from pipeline.describe.reports.statements import BOTH, Said, Statement, passed_over, said_in
from schemas.lexicon.findings import ancestors

CONTRADICTED = "report_contradicts_itself"


def statements_of(texts: Iterable[str], picture: Pictured) -> Said:
    """In the order in which findings are first named; what texts say both ways is left out."""
    whole = Said()
    for text in texts:
        for sentence in sentences(text):
            said = said_in(sentence, picture)
            whole.statements += said.statements
            whole.left_out += said.left_out
        for sentence in skipped_sentences(text):
            whole.left_out += passed_over(sentence, picture)
    by_finding: dict[str, list[Statement]] = {}
    for each in whole.statements:
        by_finding.setdefault(each.finding.id, []).append(each)
    there = {id for id, all_ in by_finding.items() if any(each.assertion != ABSENT for each in all_)}
    wider = there.union(*map(ancestors, there)) if there else there
    denied = {id for id, all_ in by_finding.items() if any(each.assertion == ABSENT for each in all_)}
    both_ways = denied & wider
    kept = [_merged(all_) for id, all_ in by_finding.items() if id not in both_ways]
    return Said(kept, [*whole.left_out, *(CONTRADICTED for _ in both_ways)], frozenset(wider))


def _merged(said: Sequence[Statement]) -> Statement:
    """The careful word of several; a place, look or change that all who tell one agree on."""
    doubted = any(each.assertion == POSSIBLE for each in said)
    return Statement(
        said[0].finding,
        POSSIBLE if doubted else said[0].assertion,
        _side([each.side for each in said if each.side]),
        _agreed(each.place for each in said),
        tuple(sorted(set.intersection(*(set(each.looks) for each in said)))),
        _agreed(each.change for each in said),
    )


def _side(sides: Sequence[str]) -> str | None:
    return None if not sides else BOTH if len(set(sides)) > 1 else sides[0]


def _agreed(told: Iterable[str | None]) -> str | None:
    values = {value for value in told if value is not None}
    return values.pop() if len(values) == 1 else None
