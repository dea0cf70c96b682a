"""One sentence, read: everything that it claims, in the order in which its words are given away."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from annotators.captioners.templates import phrases
from pipeline.describe.reading.assertions import ABSENT, Cue, assertions, cue_words, find_cues
from pipeline.describe.reading.changes import CUES as CHANGING
from pipeline.describe.reading.changes import Change, change
from pipeline.describe.reading.mentions import Mention, mentions
from pipeline.describe.reading.numbers import Count, Length, counts, lengths, lengths_spans
from pipeline.describe.reading.picture_places import FIELDS, InPicture, places_in_picture
from pipeline.describe.reading.plain_words import unknown
from pipeline.describe.reading.relations import Relation, relations
from pipeline.describe.reading.words import Words, folded, folded_words, standing
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.csv_table import listed, read_rows

_NOTHING = re.compile(
    r"\b(?:no|without) (?:further )?annotation\b|\bnot been annotated\b|\bnothing\b[^.]*\bannotated\b", re.IGNORECASE
)
_SIDED = frozenset({"left", "right", "od", "os", "l", "r", "bilateral", "bilaterally", "both", "each"})
_NO_SIDE = frozenset({"over", "unread"})
Span = tuple[int, int]
COUNTABLE = frozenset({"finding", "name", "area", "label"})  # slots
_SUFFIX = re.compile(
    r"(?:oma|omata|itis|osis|emia|pathy|plasia|megaly|ectasis|ectasia|rrhage|penia|lithiasis|malacia|stenosis)$"
)
_NO_DISEASE = frozenset(
    {
        *("diagnosis", "prognosis", "stroma", "aroma", "coma", "osmosis", "hypothesis"),
        *(
            "enclosis",
            "disclosis",
            "composis",
            "exposis",
            "supposis",
            "proposis",
            "purposis",
            "imposis",
        ),  # encloses, ..
    }
)
_HARMLESS = frozenset(
    {
        *("scale", "doubt", "comment", "label", "name", "annotation", "comparison", "measurement", "prior", "view"),
        *("unit", "spacing", "orientation", "longer", "fewer", "less", "being", "claim", "statement", "reader"),
        *("given", "only", "merely", "means", "more"),
    }
)
_OF = (("of", "the"), ("of", "this"), ("of", "that"))
_OF_LOOKS = "surround"  # `spiculation surrounds the mass` tells a look, no relation
_DIMENSIONS = frozenset({"wide", "high", "tall", "long", "across", "thick", "broad", "deep"})
_NONE = frozenset[int]()
_EMPTY = frozenset({"and", "so", "or", "the", "a", "an", "of", "any"})


class Named(NamedTuple):
    """A name of the lexicon, or of the facts, with how it is asserted (`assertions.py`)."""

    mention: Mention
    assertion: str


class Reading(NamedTuple):
    """All that one sentence claims. `diseases` are words for disease that no name covers, `unread` others that may
    claim something and from which nothing was read, both with how they are asserted; `denied` says that something
    is denied that no name covers; `sides` are the patient's: left, right, both.
    """

    found: tuple[str, ...]
    named: tuple[Named, ...]
    places: tuple[InPicture, ...]
    sides: tuple[str, ...]
    sides_at: tuple[int, ...]  # of the words of `sides`
    relations: tuple[tuple[Relation, int, int], ...]  # with the words before and behind which it stands
    lengths: tuple[Length, ...]
    counts: tuple[Count, ...]
    change: Change | None
    changed: frozenset[int]  # the words that tell the change
    diseases: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, str], ...]
    denied: bool
    nothing: bool  # says that nothing was annotated


@lru_cache(maxsize=1 << 11)
def read(text: str, names: frozenset[str] = frozenset()) -> Reading:
    """`names` are those that facts bear and the lexicon need not know."""
    low = text.lower().replace("’", "'")
    found = folded_words(text)
    words = frozenset(found)
    named = [each for each in mentions(found, names) if not _is_of_the_picture(each, found)]
    held = frozenset([i for each in named for i in each.indices])
    changed = change(low, words)
    related = [each for each in relations(low, words) if held.isdisjoint(_within(text, [each.span]))]
    told_changed = _within(text, changed.spans if changed else ())
    told = told_changed | _within(text, [each.span for each in related])
    places = tuple(places_in_picture(found, held | told))
    taken = held.union(told, *[each.indices for each in places])
    cues = list(find_cues(found, taken))
    said = assertions(len(found), cues)
    sided = [] if _SIDED.isdisjoint(words) else list(_sides(found, taken))
    countable = [each for each in named if not COUNTABLE.isdisjoint(each.term.by_slot)]
    spans = lengths_spans(low)
    measured = _within(text, spans)
    counted = tuple(counts(found, countable, held | told | measured))
    long = tuple(lengths(low))
    told_words = {str(count.number) for count in counted if count.mention is not None}
    told_words.update(CHANGING if changed else (), _DIMENSIONS if long else ())
    told_at = taken.union(measured, [at for at, _ in sided], _beside_looks(found, named) if _OF_LOOKS in words else ())
    return Reading(
        found=found,
        named=tuple([Named(each, said[each.at]) for each in named if "ignored" not in each.term.by_slot]),
        places=places,
        sides=tuple([side for _, side in sided]),
        sides_at=tuple([at for at, _ in sided]),
        relations=tuple([(each, *_around(text, each)) for each in related]),
        lengths=long,
        counts=counted,
        change=changed,
        changed=told_changed,
        diseases=tuple([(found[i], said[i]) for i in _diseases(found, taken) if said[i] != ABSENT]),
        unread=tuple([(found[i], said[i]) for i in _unread(found, told_at, told_words)]),
        denied=any(_denies_unknown(found, cue, held) for cue in cues),
        nothing="annot" in low and _NOTHING.search(low) is not None,
    )


@lru_cache(maxsize=1 << 11)
def mentioned(text: str, names: frozenset[str] = frozenset()) -> tuple[Mention, ...]:
    """What `read` names, without how it is asserted."""
    return tuple(mentions(folded_words(text), names))


def _is_of_the_picture(mention: Mention, found: Words) -> bool:
    """`the upper left quadrant` of a breast, and of a picture."""
    if "position" not in mention.term.by_slot:
        return False
    of, field = found[mention.end : mention.end + 2], found[mention.end + 2 : mention.end + 3]
    return of in _OF and not FIELDS.isdisjoint(field)


def _within(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """Indices of words that stand within characters."""
    if not spans:
        return _NONE
    return frozenset(
        [i for start, end in spans for i, first, last in standing(text, start, end) if start <= first and last <= end]
    )


def _around(text: str, relation: Relation) -> Span:
    start, end = relation.span
    inside = [i for i, first, _ in standing(text, start, end) if start <= first < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _sides(found: Sequence[str], taken: Collection[int]) -> Iterator[tuple[int, str]]:
    for i, word in enumerate(found):
        if word not in _SIDED or i in taken:
            continue
        after = found[i + 1] if i + 1 < len(found) else ""
        if word in ("left", "right") and after not in _NO_SIDE:
            yield i, word
        elif word in ("od", "os"):
            yield i, "right" if word == "od" else "left"
        elif word in ("l", "r") and found[i - 1 : i] == ("(",) and after == ")":
            yield i, "left" if word == "l" else "right"
        elif word in ("bilateral", "bilaterally") or (
            word in ("both", "each") and not _paired().isdisjoint(found[i + 1 : i + 3])
        ):
            yield i, "both"


@cache
def _paired() -> frozenset[str]:
    """What stands behind `both` where both sides are meant, as compared."""
    names = (folded_words(body_part(part).name)[-1] for part in phrases("acquisition", "paired"))
    return frozenset({"side", "lobe", "zone", "hemithorax", "base", "apex", *names})


def _beside_looks(found: Words, named: Sequence[Mention]) -> list[int]:
    """Of `spiculation surrounds the mass` the second word, which is of the look."""
    ends = (each.end for each in named if each.of("attribute"))
    return [at for at in ends if found[at : at + 1] == (_OF_LOOKS,)]


def _diseases(found: Words, taken: Collection[int]) -> list[int]:
    """Indices of words for disease that belong to nothing that was read."""
    return [i for i, word in enumerate(found) if i not in taken and _is_disease(word)]


def _unread(found: Words, taken: frozenset[int], told: Collection[str]) -> list[int]:
    """Indices of words that may claim something, from which nothing was read; those in `told` were."""
    left = [at for at in unknown(found, taken) if found[at] not in told]
    of_cues = cue_words(found, taken) if left else _NONE
    return [at for at in left if at not in of_cues]


@cache
def _heads() -> frozenset[str]:
    """General words for something wrong: with nothing to say which, they must be part of a known name."""
    rows = (row for row in read_rows("pipeline.describe.reading", "wording") if row["slot"] == "unread")
    return frozenset(folded(word) for row in rows for word in listed(row["words"]))


@lru_cache(maxsize=1 << 14)
def _is_disease(word: str) -> bool:
    return word in _heads() or (len(word) >= 7 and word not in _NO_DISEASE and _SUFFIX.search(word) is not None)


def _denies_unknown(found: Sequence[str], cue: Cue, held: frozenset[int]) -> bool:
    """`no fistula`, of which the lexicon knows nothing."""
    if cue.kind != "negated" or not cue.before or not held.isdisjoint(cue.scope):
        return False
    denied = [found[i] for i in cue.scope if found[i].isalpha() and found[i] not in _EMPTY][:1]
    return bool(denied) and found[cue.scope.start - 1] != "not" and _HARMLESS.isdisjoint(denied)
