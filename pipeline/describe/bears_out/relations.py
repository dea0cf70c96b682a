"""How one region lies to another, held against the relations among facts."""

from collections.abc import Iterator, Sequence

from pipeline.describe.known.known import Known
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Reading
from pipeline.describe.reading.relations import INVERSE, Relation

_STOPS = frozenset({",", ";", ":"})


def unrelated(known: Known, reading: Reading) -> Iterator[str]:
    """`relation` for each that no fact tells."""
    for relation, at, end in reading.relations:
        if not _related(known, reading, relation, at, end):
            yield "relation"


def _related(known: Known, reading: Reading, relation: Relation, at: int, end: int) -> bool:
    """Between what is named before the words and behind them; where nothing is, between any two."""
    before, behind = _around(known, reading, at, end)
    subjects, objects = _subjects(known, before), _subjects(known, behind)
    if len(known.by_subject) == 1:  # a caption is of its region
        subjects = subjects or set(known.by_subject)
    attribute = INVERSE.get(relation.value, relation.value)
    if relation.value in INVERSE:
        if subjects is None and objects is None:
            return False  # of which of the two it is said cannot be read
        subjects, objects = objects, subjects
    return any(
        fact.kind == "relation"
        and fact.attribute == attribute
        and (subjects is None or fact.subject in subjects)
        and (objects is None or fact.value in objects)
        for fact in known.facts
    )


def _around(known: Known, reading: Reading, at: int, end: int) -> tuple[list[Mention], list[Mention]]:
    """What is named before the words, in their clause where something is, and the next behind them. Where nothing
    stands before, the rest behind it is what is spoken of: `above the cyst lies a nodule`.
    """
    mentions = [named.mention for named in reading.named if _subjects(known, [named.mention])]
    before, behind = [each for each in mentions if each.end <= at], [each for each in mentions if each.at >= end]
    comma = max((i for i in range(at) if reading.found[i] in _STOPS), default=0)
    near = [each for each in before if each.at >= comma]
    return (near or before, behind[:1]) if before else (behind[1:], behind[:1])


def _subjects(known: Known, mentions: Sequence[Mention]) -> set[str] | None:
    """Regions that are named so; None where none is."""
    called = {thing for mention in mentions for thing in known.called(mention.term)}
    found = {subject for subject, thing in known.by_subject.items() if thing in called}
    return found or None
