"""Which names of the lexicon a text holds, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.describe.reading.vocabulary import (
    SIDE_WORDS,
    Meaning,
    Term,
    Vocabulary,
    Words,
    names_vocabulary,
    vocabulary,
)


@dataclass(frozen=True)
class Mention:
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
    """From left to right, none within another; of terms that start at one word the longest, `names` before others."""
    known = (names_vocabulary(names), vocabulary()) if names else (vocabulary(),)
    sides = [] if SIDE_WORDS.isdisjoint(found) else [at for at, word in enumerate(found) if word in SIDE_WORDS]
    here: list[Mention] = []
    end = 0
    for at, word in enumerate(found):
        for each in known if at >= end else ():
            if word in each.firsts and (mention := _longest(each, found, at, sides)) is not None:
                here.append(mention)
                end = mention.end
                break
    return here


def _longest(known: Vocabulary, found: Words, at: int, sides: Sequence[int]) -> Mention | None:
    if (longest := known.longest(found, at, sides=sides)) is None:
        return None
    term, indices = longest
    return Mention(indices, term, _readings(term) if len(term.words) > 1 else ())


@cache
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
