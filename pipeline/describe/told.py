"""Which of a text's own facts it tells: a caption leaves most of them out."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache

from annotators.captioners.nouns import noun
from annotators.captioners.templates import phrases
from pipeline.describe.reading.read import read
from schemas.facts import COUNT_KINDS, Fact
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.places import place
from schemas.taxonomy.body_parts import body_part

# What has no closed list of words is told wherever a text holds any of these.
_SPREAD = re.compile(r"\b(?:apart|parts|over|throughout|diffuse\w*|scatter\w*|spread|distribut\w*)\b")
_RELATED = re.compile(
    r"\b(?:above|below|under|beneath|between|beside|adjacent|next to|medial|lateral|larger|smaller|more|less)\b"
)
_EDGE = re.compile(r"\b(?:edge|border|touch\w*)\b")
_MEASURED = re.compile(r"\d")
_PLACES = frozenset({"vertical", "image_side"})  # slots of claims


def told_facts(text: str, facts: Iterable[Fact]) -> list[Fact]:
    """Of the facts that a text was written from, those that its words tell; whoever wrote it.

    The facts are true of the text's subject, so what is asked is only whether it speaks of them. In doubt it does, so
    that no text is taken to say less than it says: modality, technique, projection, plane, window and the kind of a
    region are told by every text.
    """
    low = text.lower()
    claims = _claims(text)
    return [fact for fact in facts if _is_told(fact, low, claims)]


@lru_cache(maxsize=4096)
def _claims(text: str) -> frozenset[tuple[str, str]]:
    """Places in the picture by axis, sides, change and relations, as (slot, value)."""
    reading = read(text)
    places = {("image_side", each.across) for each in reading.places} | {
        ("vertical", each.down) for each in reading.places
    }
    pairs = {(slot, value) for slot, value in places if value is not None}
    changes = [("change", reading.change.value)] if reading.change is not None else []
    return frozenset({*pairs, *changes, *(("side", side) for side in reading.sides), *_relations(text)})


def _relations(text: str) -> Iterator[tuple[str, str]]:
    return (("relation", each.value) for each, _, _ in read(text).relations)


def _is_told(fact: Fact, low: str, claims: frozenset[tuple[str, str]]) -> bool:
    if fact.kind == "position":
        return (fact.attribute, fact.value) in claims
    if fact.kind == "change":
        return ("change", fact.value) in claims
    if fact.kind in ("side", "laterality"):
        return ("side", "both" if fact.value == "bilateral" else fact.value) in claims
    if fact.kind in _DOUBTFUL:
        return _may_tell(fact, low, {slot for slot, _ in claims})
    return any(_holds(low, words) for words in _words_of(fact.kind, fact.attribute, fact.value))


_DOUBTFUL = frozenset({"distribution", "relation", "border", "measurement"})


def _may_tell(fact: Fact, low: str, slots: Collection[str]) -> bool:
    if fact.kind == "distribution" and fact.frame == "patient":
        return "side" in slots
    if fact.kind == "distribution":
        return not _PLACES.isdisjoint(slots) or _SPREAD.search(low) is not None
    if fact.kind == "relation":
        return "relation" in slots or _RELATED.search(low) is not None
    return (_EDGE if fact.kind == "border" else _MEASURED).search(low) is not None


@cache
def _words_of(kind: str, attribute: str, value: str) -> tuple[str, ...]:
    """Any of these in a text tells the fact; `` is in every text."""
    if kind in ("size", "shape"):
        return tuple(dict.fromkeys(each["words"][value] for each in phrases("region", kind) if "words" in each))
    if kind == "appearance":
        return tuple(each.phrase for each in attribute_values(attribute) if each.value == value)
    if kind == "location":
        return (place(value).phrase,)
    if kind == "label":
        return (phrases("labels", "categories")[value].lower(),)
    if kind in COUNT_KINDS or (kind, attribute) in (("identity", "name"), ("presence", "name")):
        named = noun(attribute if kind in COUNT_KINDS else value)
        return tuple(dict.fromkeys(each.lower() for each in (named.name, named.bare, named.plural)))
    return _part_words(value) if (kind, attribute) == ("acquisition", "body_part") else ("",)


def _part_words(part: str) -> tuple[str, ...]:
    adjective = phrases("acquisition", "adjectives").get(part)
    return tuple(each.lower() for each in (body_part(part).name, adjective) if each)


def _holds(low: str, words: str) -> bool:
    return _pattern(words).search(low) is not None


@lru_cache(maxsize=8192)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(words)}(?![\w-])" if words else "")
