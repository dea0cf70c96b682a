"""Things that a sentence may be about: regions, what a report tells of, and what is counted under one name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from annotators.captioners.evidence import AREAS
from pipeline.describe.known.names import forms_of, ids_of
from schemas.facts import COUNT_KINDS, IMAGE, IMAGE_SIDES, MEASURED_BASES, PLACES, VERTICALS, Fact

_TO_MM = {"mm": 1.0, "um": 0.001}
_ALSO = {"wide": "orientation=wider than tall", "tall": "orientation=taller than wide"}  # of a shape
Pair = tuple[str, str]


@dataclass(eq=False)
class Thing:
    """`ids`, `names` and `ends` as in `names.Forms`; `claims` are (slot, value) pairs that may be said of it."""

    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    claims: set[Pair] = field(default_factory=set)
    lengths_mm: list[float] = field(default_factory=list)

    def is_called(self, ids: Iterable[str], names: Iterable[str]) -> bool:
        return not self.ids.isdisjoint(ids) or not self.names.isdisjoint(names)

    def add_name(self, name: str, modality: str | None) -> None:
        forms = forms_of(name, modality)
        self.ids |= forms.ids
        self.names |= forms.names
        self.ends |= forms.ends
        self.claims.update(("side", side) for side in forms.sides)

    def add(self, fact: Fact, modality: str | None) -> None:
        if fact.kind == "identity":
            if fact.attribute == "name":
                self.add_name(fact.value, modality)
        elif fact.kind == "measurement":
            if fact.basis in MEASURED_BASES:
                self.lengths_mm.append(fact.number * _TO_MM.get(fact.unit or "mm", 1.0))
        else:
            self.claims.update(_claims(fact.kind, fact.attribute, fact.value))


def things_of(facts: Sequence[Fact], modality: str | None) -> Mapping[str, Thing]:
    """By subject: regions and what a report tells of."""
    things: dict[str, Thing] = {}
    for fact in facts:
        if fact.subject != IMAGE and fact.kind != "relation" and fact.assertion != "absent":
            things.setdefault(fact.subject, Thing()).add(fact, modality)
    return things


def groups_of(facts: Sequence[Fact], modality: str | None) -> Mapping[str, Thing]:
    """By name: what is counted under it; where a distribution says so, all of it lies there."""
    groups: dict[str, Thing] = {}
    for fact in facts:
        if fact.subject == IMAGE and fact.kind in (*COUNT_KINDS, "distribution"):
            thing = groups.setdefault(fact.attribute, Thing())
            thing.add_name(fact.attribute, modality)
            if fact.kind == "distribution":
                thing.claims.update(_spread(fact))
    return groups


@lru_cache(maxsize=1 << 12)
def _claims(kind: str, attribute: str, value: str) -> tuple[Pair, ...]:
    """Of a fact."""
    match kind:
        case "side":
            return (("side", "both" if value == "bilateral" else value),)
        case "position":
            return ((attribute, value),)
        case "size":
            return (("size", value),)
        case "shape":
            looks = filter(None, (f"shape={value}", _ALSO.get(value)))
            return tuple(("attribute", look) for look in looks)
        case "appearance":
            return (("severity" if attribute == "severity" else "attribute", f"{attribute}={value}"),)
        case "location":
            return (("position", value),)
        case "change":
            return (("change", value),)
    return ()


def _spread(fact: Fact) -> Iterable[Pair]:
    value = fact.value
    if fact.frame == "patient":
        yield "side", "both" if value == "bilateral" else value
    elif value in PLACES:
        vertical, side = value.split(" ")
        yield from (("vertical", vertical), ("image_side", side))
    elif value in VERTICALS:
        yield "vertical", value
    elif value in IMAGE_SIDES:
        yield "image_side", value


class Counted(NamedTuple):
    """How many of a name there are; `exact`, else at least so many."""

    ids: frozenset[str]
    name: str
    number: int
    exact: bool
    declared: bool  # exact because somebody said that all are marked, not because there is one


def counted_in(facts: Sequence[Fact], modality: str | None) -> list[Counted]:
    return [
        Counted(
            ids_of(fact.attribute, modality), fact.attribute, int(fact.number), _is_exact(fact), fact.kind == "count"
        )
        for fact in facts
        if fact.kind in COUNT_KINDS
    ]


def _is_exact(fact: Fact) -> bool:
    return fact.kind == "count" or fact.assertion == "possible" or fact.attribute in AREAS or fact.number == 1
