"""How a text asserts what it names: present, denied, in doubt, of the past, supposed, or of somebody else.

The ConText algorithm (Harkema et al., 2009, J Biomed Inform 42:839; NegEx, Chapman et al., 2001): cues before or behind
a name, each with a scope that another cue or a closing word ends; what only looks like a cue is read first.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from pipeline.describe.reading.words import Phrases, Words, folded_words
from schemas.taxonomy.csv_table import listed, read_rows

PRESENT, ABSENT, POSSIBLE = "present", "absent", "possible"
PSEUDO = "pseudo"  # what only looks like a cue
NOT_NOW = frozenset({"historical", "hypothetical", "experiencer"})
_ASSERTION = {"negated": ABSENT, "possible": POSSIBLE}
_STOPS = frozenset({".", ";", "|"})
_PATIENT = frozenset({"he", "she", "himself", "herself", "patient"})  # back from a relative
_SUGGESTING = frozenset({"suggest", "indicate", "raise"})  # `nothing in it suggests ..`
_LISTING = ":"  # a cue with a colon is of the whole list behind it


class Cue(NamedTuple):
    """`kind` is what it makes of names; `scope` the words that it reaches."""

    kind: str
    scope: range
    before: bool


def assertions(count: int, cues: Iterable[Cue]) -> list[str]:
    """Of each of `count` words, what a name there would be."""
    said = [PRESENT] * count
    for cue in sorted(cues, key=lambda cue: _ORDER[cue.kind]):
        for i in cue.scope:
            said[i] = _ASSERTION.get(cue.kind, cue.kind)
    return said


_ORDER = {"possible": 0, "negated": 1, "historical": 2, "hypothetical": 3, "experiencer": 4}


def find_cues(found: Words, taken: frozenset[int]) -> Iterator[Cue]:
    """Words at `taken` belong to names or to what was read before, and are no cues themselves."""
    marked = list(_marked(found, taken))
    if not marked:
        return
    ends = _ends(found, taken)
    starts = {at for at, _, kind in marked if kind.endswith(("_before", "_both")) and found[at] not in _SUGGESTING}
    for at, end, kind in marked:
        name, _, side = kind.rpartition("_")
        if side in ("before", "both"):
            whole = _LISTING in found[at:end]
            closes = _closes_whole if whole else _closes_person if name == "experiencer" else _closes
            last = next((i for i in range(end, len(found)) if closes(i, found, ends, starts)), len(found))
            yield Cue(name, range(end, last), True)
        if side in ("after", "both"):
            first = next((i + 1 for i in range(at - 1, -1, -1) if i in ends), 0)
            yield Cue(name, range(first, at), False)


def _closes(i: int, found: Words, ends: frozenset[int], starts: set[int]) -> bool:
    return i in ends or i in starts


def _closes_whole(i: int, found: Words, ends: frozenset[int], starts: set[int]) -> bool:
    return found[i] in (".", "|")


def _closes_person(i: int, found: Words, ends: frozenset[int], starts: set[int]) -> bool:
    """`a brother who has ..` is still about the brother."""
    return found[i] in _STOPS or found[i] in _PATIENT


def _ends(found: Words, taken: frozenset[int]) -> frozenset[int]:
    """Where a scope ends: a closing word, a stop."""
    ends = _phrases("end")
    return frozenset(
        i
        for i, word in enumerate(found)
        if word in _STOPS or (word in ends.firsts and i not in taken and any(ends.at(found, i)))
    )


def cue_words(found: Words, taken: frozenset[int]) -> frozenset[int]:
    """Indices of words of cues, and of what only looks like one."""
    return frozenset(i for at, end, _ in _matched(found, taken) for i in range(at, end))


def _marked(found: Words, taken: frozenset[int]) -> Iterator[tuple[int, int, str]]:
    """What is a cue of all that is `_matched`."""
    return (each for each in _matched(found, taken) if each[2] != PSEUDO)


def _matched(found: Words, taken: frozenset[int]) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each cue and of what only looks like one, the longest first at each word."""
    cues, end = _phrases("cue"), 0
    if cues.firsts.isdisjoint(found):
        return
    for at, word in enumerate(found):
        if at < end or word not in cues.firsts:
            continue
        for stop, kind in cues.at(found, at):
            if taken.isdisjoint(range(at, stop)):
                end = stop
                yield at, end, kind
                break


@cache
def _phrases(what: str) -> Phrases[str]:
    """Cues with their kinds, or what ends their scopes."""
    rows = (row for row in read_rows("pipeline.describe.reading", "cues") if (row["kind"] == "end") == (what == "end"))
    return Phrases((folded_words(each), row["kind"]) for row in rows for each in listed(row["words"]))
