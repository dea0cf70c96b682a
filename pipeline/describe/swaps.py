"""Which edits of a region's or picture's facts are certainly false: slot by slot, from geometry and annotation.

A place is swapped only for a third in which at most a quarter of the box lies, a size only two bins away, a length only
by a factor of 1.5 or more, a count only where every instance is annotated, a side only where a frame is known, a name
only where names exclude each other or the other is annotated exhaustively and lies elsewhere, a look only for another
of its closed words, two steps away where these have an order.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.templates import chosen
from pipeline.describe.marked import Marked
from schemas.facts import IMAGE, IMAGE_SIDES, SIZES, VERTICALS, Fact
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.confusable import confusable, may_swap
from schemas.lexicon.findings import Finding, finding, finding_of
from schemas.lexicon.places import is_legal
from schemas.taxonomy.body_parts import related_parts
from schemas.taxonomy.csv_table import read_rows

CERTAIN_BASES = frozenset({"reader", "phantom", "pathology", "clinical"})
OTHER_SIDE = {"left": "right", "right": "left"}
SIZE_BINS_APART = 2
LENGTH_FACTORS = (1.8, 2.1, 2.45, 2.8)  # and the same down; doubled lengths would all be even
LENGTHS_APART = 1.5  # a factor, beyond what both leave to rounding
COUNT_SHARE = 0.25
OVERLAP_SHARE = 0.25
# Distributions that need a number: two things can lie apart, three in several parts.
LEAST_OF = {"apart": 2, "several": 3, "everywhere": 5}
CERTIFIED, EXCLUSIVE, PRESUMED = "certified", "exclusive", "presumed"
COMPLETE = "phantom"  # a basis that knows all of a thing: it is nothing else
OUTLINES = ("round", "wide", "tall")
RANKS_APART = 2


@dataclass(frozen=True)
class Swap:
    """`edited` replaces facts of the same slots; `original` and `replaced` are values, not words."""

    slot: str
    original: str
    replaced: str
    edited: tuple[Fact, ...]
    certainty: str = CERTIFIED


@dataclass(frozen=True)
class Scene:
    """What the other regions of a picture mean for one region's names: `scope` is annotated exhaustively, and `stated`
    are ids that a report says to be there or possible, which is no certain name and no certain falsehood.
    """

    modality: str | None
    body_part: str | None
    regions: Sequence[Marked]
    scope: frozenset[str]
    stated: frozenset[str] = frozenset()


def region_swaps(
    region: Marked, evidence: RegionEvidence, scene: Scene, told: frozenset[tuple[str, str]]
) -> Iterator[Swap]:
    """All of one region, in the slots `told`."""
    for attribute, order, clear in (
        ("image_side", IMAGE_SIDES, region.clear_sides),
        ("vertical", VERTICALS, region.clear_verticals),
    ):
        if ("position", attribute) in told:
            fact = evidence.by_slot["position", attribute]
            yield from (_swap(attribute, fact, value) for value in order if value in clear and value != fact.value)
    if ("side", "patient") in told:
        side = evidence.by_slot["side", "patient"]
        place = evidence.value("location", "anatomy") if ("location", "anatomy") in told else None
        if place is None or is_legal(place, OTHER_SIDE[side.value]):
            yield _swap("side", side, OTHER_SIDE[side.value])
    if ("size", "share_of_image") in told:
        yield from _sizes(evidence.by_slot["size", "share_of_image"])
    if ("measurement", "width") in told:
        yield from _lengths(evidence.by_slot["measurement", "width"], evidence.by_slot["measurement", "height"])
    if ("shape", "outline") in told:
        outline = evidence.by_slot["shape", "outline"]
        yield from (_swap("shape", outline, value) for value in OUTLINES if value != outline.value)
    if ("identity", "name") in told:
        yield from _names(region, evidence, scene)
    if region.basis in CERTAIN_BASES:
        for slot in sorted(told):
            if slot[0] == "appearance":
                yield from _looks(evidence.by_slot[slot], region.basis, scene.modality)


def _swap(slot: str, fact: Fact, value: str, certainty: str = CERTIFIED) -> Swap:
    return Swap(slot, fact.value, value, (fact.with_value(value),), certainty)


def _looks(fact: Fact, basis: str, modality: str | None) -> Iterator[Swap]:
    for value in other_looks(fact.attribute, fact.value, modality):
        yield _swap(fact.attribute, fact, value, excluded_by(basis))


@cache
def other_looks(attribute: str, value: str, modality: str | None) -> tuple[str, ...]:
    """Which look a thing certainly has not: who chose one of a closed list excluded the others of its scale, of an
    ordinal one those RANKS_APART.
    """
    known = attribute_values(attribute)
    own = next((each for each in known if each.value == value), None)
    return tuple(
        other.value
        for other in known
        if own is not None
        and other.scale == own.scale
        and other.value != own.value
        and (not other.modalities or modality in other.modalities)
        and _ranks_apart(own.rank, other.rank)
    )


def _ranks_apart(a: int | None, b: int | None) -> bool:
    return a is None or b is None or abs(a - b) >= RANKS_APART


def excluded_by(basis: str) -> str:
    """How certain it is that a thing is nothing that excludes what `basis` says it is."""
    return CERTIFIED if basis == COMPLETE else EXCLUSIVE


def _sizes(fact: Fact) -> Iterator[Swap]:
    at = SIZES.index(fact.value)
    return (_swap("size", fact, size) for i, size in enumerate(SIZES) if abs(i - at) >= SIZE_BINS_APART)


def _lengths(width: Fact, height: Fact) -> Iterator[Swap]:
    """Both extents by one factor, so that the outline stays; once up and once down."""
    up = LENGTH_FACTORS[chosen(f"{width.subject} {width.value}", "length", len(LENGTH_FACTORS))]
    for factor in (1 / up, up):
        edited = tuple(fact.with_value(_times(fact.value, factor)) for fact in (width, height))
        pairs = zip((width, height), edited, strict=True)
        if all(float(fact.value) for fact in edited) and any(lengths_apart(a.value, b.value) for a, b in pairs):
            original, replaced = f"{width.value} x {height.value}", f"{edited[0].value} x {edited[1].value}"
            yield Swap("measurement", original, replaced, edited)


def lengths_apart(a: str, b: str) -> bool:
    """Whether two lengths differ by LENGTHS_APART however each was rounded."""
    low, high = sorted((a, b), key=float)
    return float(high) - _half_digit(high) >= LENGTHS_APART * (float(low) + _half_digit(low))


def _half_digit(value: str) -> float:
    return 0.5 / 10.0 ** len(value.partition(".")[2])


def _times(value: str, factor: float) -> str:
    decimals = len(value.partition(".")[2])
    return f"{float(value) * factor:.{decimals}f}"


def _names(region: Marked, evidence: RegionEvidence, scene: Scene) -> Iterator[Swap]:
    named = evidence.by_slot.get(("identity", "name"))
    if named is None:
        return
    for name, (kind, certainty) in false_names(region, named.value, scene).items():
        of_kind = evidence.by_slot["identity", "kind"]
        changed = () if kind == of_kind.value else (of_kind.with_value(kind),)
        yield Swap("name", named.value, name, (named.with_value(name), *changed), certainty)


def false_names(region: Marked, name: str, scene: Scene) -> dict[str, tuple[str, str]]:
    """Kind and certainty of each name that the region has not and that is worth telling apart from its own.

    None of them is borne by a region that overlaps this one.
    """
    own = None if scene.modality is None or region.basis not in CERTAIN_BASES else finding_of(name, scene.modality)
    if own is None:
        return {}
    there = {name, *names_there(region, scene)}
    return {other: told for other, told in _other_names(own, scene, region.basis).items() if other not in there}


def names_there(region: Marked, scene: Scene) -> frozenset[str]:
    """Of the regions that overlap this one, and its own."""
    return frozenset(other.name for other in scene.regions if other.name and _overlap(region, other))


def _other_names(own: Finding, scene: Scene, basis: str) -> dict[str, tuple[str, str]]:
    """Of the same closed set of exclusive names, or what it is mistaken for: excluded by it, annotated exhaustively, or
    only presumed not to be there.
    """
    modality = str(scene.modality)
    excluded = excluded_by(basis)
    names = {other.name: (other.kind, excluded) for other in _exclusive(own.id, modality, scene.body_part)}
    for pair in confusable(own.id, modality):
        if pair.relation not in ("X", "C") or not may_swap(own.id, pair.b) or pair.condition not in ("", basis):
            continue
        other = finding(pair.b)
        presumed = excluded if pair.relation == "X" else PRESUMED
        certainty = CERTIFIED if other.name in scene.scope else presumed
        if names.get(other.name, ("", ""))[1] != CERTIFIED:
            names[other.name] = (other.kind, certainty)
    stated = {finding(each).name for each in scene.stated}
    return {name: (str(kind), certainty) for name, (kind, certainty) in names.items() if name not in stated}


@cache
def _exclusive(finding_id: str, modality: str, body_part: str | None) -> tuple[Finding, ...]:
    """Of the sets that a picture of this part can hold, so that a wrong name is not told by where it cannot be."""
    sets: dict[str, list[str]] = {}
    for row in read_rows("pipeline.describe", "exclusive_names"):
        fits = not row["body_part"] or (body_part is not None and related_parts(row["body_part"], body_part))
        if row["modality"] == modality and fits:
            sets.setdefault(row["set"], []).append(row["finding"])
    ids = dict.fromkeys(id for members in sets.values() if finding_id in members for id in members)
    return tuple(finding(id) for id in ids if id != finding_id)


def _overlap(a: Marked, b: Marked) -> bool:
    """Whether more than a quarter of the smaller box lies in the other."""
    (al, at, ar, ab), (bl, bt, br, bb) = a.box_xyxy, b.box_xyxy
    shared = max(0, min(ar, br) - max(al, bl)) * max(0, min(ab, bb) - max(at, bt))
    return shared > OVERLAP_SHARE * min((ar - al) * (ab - at), (br - bl) * (bb - bt))


def report_swaps(evidence: Evidence) -> Iterator[tuple[Swap, Fact]]:
    """Of the picture as a whole, each with the fact that it replaces: counts and sides.

    The side of a thing is false where all of the thing are annotated. A side that a report tells is none: the other may
    have the same.
    """
    counted = {fact.attribute for fact in evidence.of_kind("count") if fact.basis in CERTAIN_BASES}
    places = {fact.attribute: fact.value for fact in evidence.of_kind("distribution") if fact.frame == "image"}
    for fact in evidence.facts:
        if fact.kind == "count" and fact.basis in CERTAIN_BASES:
            for count in other_counts(int(fact.number), LEAST_OF.get(places.get(fact.attribute, ""), 1)):
                edited = fact.with_value(str(count))
                original, replaced = (f"{each.value} {each.attribute}" for each in (fact, edited))
                yield Swap("count", original, replaced, (edited,)), fact
        elif fact.subject == IMAGE and fact.frame == "patient" and fact.value in OTHER_SIDE:
            if fact.kind == "distribution" and fact.attribute not in counted:
                continue
            yield _swap("side", fact, OTHER_SIDE[fact.value]), fact


def other_counts(count: int, least: int = 1) -> list[int]:
    """Off by one or two steps of a quarter, at least one, up and down."""
    step = max(1, math.ceil(COUNT_SHARE * count))
    return [other for other in (count - 2 * step, count - step, count + step, count + 2 * step) if other >= least]
