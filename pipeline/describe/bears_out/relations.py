"""How one region lies to another, held against the relations among facts."""

from collections.abc import Callable, Iterator

from pipeline.describe.known import Known
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Reading
from pipeline.describe.reading.relations import INVERSE, Relation


def unrelated(known: Known, reading: Reading) -> Iterator[str]:
    """`relation` for each that no fact tells."""
    for relation, at, end in reading.relations:
        if not _related(known, reading, relation, at, end):
            yield "relation"


def _related(known: Known, reading: Reading, relation: Relation, at: int, end: int) -> bool:
    """Between what is named before the words and behind them; where nothing is, between any two."""
    subjects = _subjects(known, reading, lambda each: each.end <= at)
    objects = _subjects(known, reading, lambda each: each.at >= end)
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


def _subjects(known: Known, reading: Reading, where: Callable[[Mention], bool]) -> set[str] | None:
    """Regions that are named in a part of the sentence; None where none is."""
    mentions = [named.mention for named in reading.named if where(named.mention)]
    ids = frozenset(id for mention in mentions for id in mention.of("finding"))
    names = frozenset(name for mention in mentions for name in mention.of("name"))
    things = known.by_subject
    found = {subject for subject, thing in things.items() if thing.is_called(ids, names)}
    return found or None
