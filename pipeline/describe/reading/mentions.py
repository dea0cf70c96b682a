"""Which names of the lexicon a text holds, and where."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipeline.describe.reading.vocabulary import (
    SIDE_WORDS,
    Meaning,
    Term,
    names_vocabulary,
    vocabulary,
)
from pipeline.describe.reading.words import Words


class Mention(NamedTuple):
    """A term at some of a text's words, from `at` to before `end`. `readings`: the same words as several shorter terms,
    each of which must then hold: `circumscribed breast mass` is a name, and a breast mass that is circumscribed.
    """

    indices: tuple[int, ...]
    term: Term
    readings: tuple["Mention", ...] = ()

    @property
    def at(self) -> int:
        return self.indices[0]

    @property
    def end(self) -> int:
        return self.indices[-1] + 1

    @property
    def meanings(self) -> frozenset[Meaning]:
        return self.term.meanings

    def of(self, *slots: str) -> list[str]:
        """Values of its meanings in these slots."""
        by_slot = self.term.by_slot
        if len(slots) == 1:
            return by_slot.get(slots[0], [])
        return [value for slot in slots if slot in by_slot for value in by_slot[slot]]


def mentions(found: Words, names: frozenset[str] = frozenset()) -> list[Mention]:
    """From left to right, none within another; of terms that start at one word the longest, of equal ones `names`."""
    own = names_vocabulary(names) if names else None
    known = (vocabulary(),) if own is None or own.firsts.keys().isdisjoint(found) else (own, vocabulary())
    sides = [] if SIDE_WORDS.isdisjoint(found) else [at for at, word in enumerate(found) if word in SIDE_WORDS]
    here: list[Mention] = []
    end = 0
    for at, word in enumerate(found):
        if at < end:
            continue
        best: tuple[Term, tuple[int, ...]] | None = None
        for each in known:
            if word in each.firsts and (longest := each.longest(found, at, sides=sides)) is not None:
                best = longest if best is None or longest[1][-1] > best[1][-1] else best
        if best is not None:
            term, indices = best
            here.append(Mention(indices, term, _readings(term) if len(indices) > 1 else ()))
            end = indices[-1] + 1
    return here


@lru_cache(maxsize=1 << 14)
def _readings(term: Term) -> tuple[Mention, ...]:
    """Shorter terms that together cover every word; empty where none do."""
    parts = tuple(_parts(term.words))
    return parts if sum(len(part.indices) for part in parts) == len(term.words) else ()


def _parts(found: Words) -> Iterator[Mention]:
    at = 0
    while at < len(found):
        longest = vocabulary().longest(found, at, less_than=len(found))
        if longest is None:
            return
        term, indices = longest
        yield Mention(indices, term)
        at = indices[-1] + 1
