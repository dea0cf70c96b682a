"""What one sentence of a report states of its picture: findings with their side, place and look."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.describe.reading.assertions import ABSENT, NOT_NOW
from pipeline.describe.reading.changes import UNKNOWN
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Named, Reading, mentioned, read
from pipeline.describe.reading.screens import is_advice, is_foreign
from pipeline.describe.reports.denials import DENIED_WITH, RESOLVED, is_gone, is_plain, may_be_gone, narrows
from pipeline.describe.reports.picture import Pictured
from pipeline.describe.reports.stretches import Stretch, stretches
from schemas.lexicon.findings import Finding

BOTH = "both"
# Why a finding that a report names makes no fact: words of schemas.reasons.
REASONS = {"historical": "report_of_another_time", "experiencer": "report_of_another_person"}
SUPPOSED, PARTLY, OTHER = "report_supposed", "report_partly_denied", "report_of_another_picture"
ASIDE = "report_of_another_section"
DOUBTED = frozenset({"unlikely", "doubtful", "improbable", "less"})
ASKED = "?"
_YEAR = re.compile(r"(?:19|20)\d\d")
# Words of a change that tell of what is to come, or of what was: whether it is so now cannot be read.
NOT_YET = frozenset({"may", "might", "will", "could", "can", "clear", "follow", "followup", "previously", "longer"})


@dataclass(frozen=True)
class Statement:
    """`side` is the patient's: left, right or both; `looks` are values by attribute of the lexicon."""

    finding: Finding
    assertion: str
    side: str | None = None
    place: str | None = None
    looks: tuple[tuple[str, str], ...] = ()
    change: str | None = None


@dataclass
class Said:
    """`left_out` are the reasons for which a name made no statement, one for each; `stated` are ids of all that is said
    to be there or possible, wider terms too, also what is denied elsewhere.
    """

    statements: list[Statement] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    stated: frozenset[str] = frozenset()


def said_in(sentence: str, picture: Pictured) -> Said:
    said = Said()
    if is_foreign(sentence):
        return said
    reading = read(sentence)
    elsewhere = picture.is_of_another_exam(reading)
    other_exam = elsewhere
    for stretch in stretches(reading, picture):
        elsewhere = other_exam or _is_elsewhere(stretch, picture, elsewhere)
        for named, known in stretch.findings:
            made = _made(reading, stretch, named, known, picture) if not elsewhere else OTHER
            if isinstance(made, str):
                said.left_out.append(made)
            else:
                said.statements.append(made)
    return said


def passed_over(sentence: str, picture: Pictured) -> list[str]:
    """The reason, once for each name, of a sentence that does not tell of the picture."""
    return [] if is_foreign(sentence) else [ASIDE for each in mentioned(sentence) if picture.finding(each) is not None]


def _is_elsewhere(stretch: Stretch, picture: Pictured, before: bool) -> bool:
    """Whether it speaks of another part of the body: its own words say so, else those before it."""
    mentions = [*stretch.others, *(each.mention for each, _ in stretch.findings)]
    told = [other for other in map(picture.is_of_another_part, mentions) if other is not None]
    return any(told) if told else before


def _made(reading: Reading, stretch: Stretch, named: Named, known: Finding, picture: Pictured) -> Statement | str:
    """A statement, or the reason why there is none."""
    sides, others = stretch.told_of(named.mention.at)
    side = _one_side(sides)
    if not picture.can_show(known) or picture.is_of_another_side(side):
        return OTHER
    if reason := _not_now(reading, stretch, named):
        return reason
    change = _change(reading, stretch)
    if change is None and may_be_gone(reading, named):
        return PARTLY
    if change == RESOLVED:
        partial = side not in (None, BOTH) or any(narrows(each) for each in others)
        return PARTLY if partial or not is_gone(reading, stretch, named) else Statement(known, ABSENT)
    place, looks = _one([picture.place(each) for each in others]), dict(_looks(others))
    if named.assertion == ABSENT:
        whole = side in (None, BOTH) and not place and not change and looks.keys() <= DENIED_WITH
        return Statement(known, ABSENT) if whole and is_plain(reading, stretch, named) else PARTLY
    return Statement(known, named.assertion, side, place, tuple(sorted(looks.items())), change)


def _not_now(reading: Reading, stretch: Stretch, named: Named) -> str | None:
    words = reading.found[stretch.start : stretch.end]
    if named.assertion in NOT_NOW:
        return REASONS.get(named.assertion, SUPPOSED)
    if ASKED in reading.found[named.mention.end :] or not DOUBTED.isdisjoint(words) or is_advice(" ".join(words)):
        return SUPPOSED
    unclear = reading.change is not None and reading.change.value == UNKNOWN
    if unclear and any(reading.found[i] in NOT_YET for i in reading.changed):
        return REASONS["historical"]
    return REASONS["historical"] if any(map(_YEAR.fullmatch, words)) else None


def _change(reading: Reading, stretch: Stretch) -> str | None:
    """What is said to have become of the findings of a stretch, or of the one that a sentence names."""
    if reading.change is None or reading.change.value == UNKNOWN:
        return None
    here = any(stretch.start <= i < stretch.end for i in reading.changed)
    alone = sum(bool(each.mention.of("finding")) for each in reading.named) == 1
    return reading.change.value if here or alone else None


def _one_side(sides: Sequence[str]) -> str | None:
    told = set(sides)
    return None if not told else BOTH if len(told) > 1 else sides[0]


def _one(places: Sequence[str | None]) -> str | None:
    told = {each for each in places if each is not None}
    return told.pop() if len(told) == 1 else None


def _looks(others: Sequence[Mention]) -> Iterator[tuple[str, str]]:
    """By attribute, where only one value is said of it."""
    told: dict[str, set[str]] = {}
    for mention in others:
        for look in mention.of("attribute", "severity")[:1]:
            attribute, _, value = look.partition("=")
            told.setdefault(attribute, set()).add(value)
    return ((attribute, values.pop()) for attribute, values in told.items() if len(values) == 1)
