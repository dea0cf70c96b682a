"""Which edits of a region's or picture's facts are certainly false: slot by slot, from geometry and annotation.

A place is swapped only for a third in which at most a quarter of the box lies, a size only two bins away, a length
only by a factor of two, a count only where every instance is annotated, a side only where a frame is known, a name
only where names exclude each other or the other is annotated exhaustively and lies elsewhere.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from annotators.captioners.evidence import Evidence, RegionEvidence
from pipeline.describe.marked import Marked
from schemas.facts import IMAGE, IMAGE_SIDES, SIZES, VERTICALS, Fact
from schemas.lexicon.confusable import confusable, may_swap
from schemas.lexicon.findings import Finding, finding, finding_of
from schemas.taxonomy.body_parts import related_parts
from schemas.taxonomy.csv_table import read_rows

CERTAIN_BASES = frozenset({"reader", "phantom", "pathology", "clinical"})
OTHER_SIDE = {"left": "right", "right": "left"}
SIZE_BINS_APART = 2
LENGTH_FACTORS = (0.5, 2.0)
COUNT_SHARE = 0.25
OVERLAP_SHARE = 0.25
# Distributions that need a number: two things can lie apart, three in several parts.
LEAST_OF = {"apart": 2, "several": 3, "everywhere": 5}


@dataclass(frozen=True)
class Swap:
    """`edited` replaces facts of the same slots; `original` and `replaced` are values, not words."""

    slot: str
    original: str
    replaced: str
    edited: tuple[Fact, ...]


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
    """All of one region, in the slots that its caption tells."""
    for attribute, order, clear in (
        ("image_side", IMAGE_SIDES, region.clear_sides),
        ("vertical", VERTICALS, region.clear_verticals),
    ):
        if ("position", attribute) in told:
            fact = evidence.by_slot["position", attribute]
            yield from (_swap(attribute, fact, value) for value in order if value in clear and value != fact.value)
    if ("side", "patient") in told:
        side = evidence.by_slot["side", "patient"]
        yield _swap("side", side, OTHER_SIDE[side.value])
    if ("size", "share_of_image") in told:
        yield from _sizes(evidence.by_slot["size", "share_of_image"])
    if ("measurement", "width") in told:
        yield from _lengths(evidence.by_slot["measurement", "width"], evidence.by_slot["measurement", "height"])
    if ("shape", "outline") in told:
        outline = evidence.by_slot["shape", "outline"]
        yield from (_swap("shape", outline, value) for value in ("round", "wide", "tall") if value != outline.value)
    if ("identity", "name") in told:
        yield from _names(region, evidence, scene)


def _swap(slot: str, fact: Fact, value: str) -> Swap:
    return Swap(slot, fact.value, value, (fact.with_value(value),))


def _sizes(fact: Fact) -> Iterator[Swap]:
    at = SIZES.index(fact.value)
    return (_swap("size", fact, size) for i, size in enumerate(SIZES) if abs(i - at) >= SIZE_BINS_APART)


def _lengths(width: Fact, height: Fact) -> Iterator[Swap]:
    """Both extents by one factor, so that the outline stays."""
    for factor in LENGTH_FACTORS:
        edited = tuple(fact.with_value(_times(fact.value, factor)) for fact in (width, height))
        if all(float(fact.value) for fact in edited):
            original, replaced = f"{width.value} x {height.value}", f"{edited[0].value} x {edited[1].value}"
            yield Swap("measurement", original, replaced, edited)


def _times(value: str, factor: float) -> str:
    decimals = len(value.partition(".")[2])
    return f"{float(value) * factor:.{decimals}f}"


def _names(region: Marked, evidence: RegionEvidence, scene: Scene) -> Iterator[Swap]:
    named = evidence.by_slot.get(("identity", "name"))
    if named is None or region.basis not in CERTAIN_BASES or scene.modality is None:
        return
    own = finding_of(named.value, scene.modality)
    if own is None:
        return
    for name, kind in _other_names(own, scene).items():
        elsewhere = not any(_overlap(region, other) for other in scene.regions if other.name == name)
        if elsewhere and name != named.value:
            of_kind = evidence.by_slot["identity", "kind"]
            changed = () if kind == of_kind.value else (of_kind.with_value(kind),)
            yield Swap("name", named.value, name, (named.with_value(name), *changed))


def _other_names(own: Finding, scene: Scene) -> dict[str, str]:
    """Name to kind: of the same closed set of exclusive names, or mistaken for it and annotated exhaustively."""
    modality = str(scene.modality)
    others = _exclusive(own.id, modality, scene.body_part)
    names = {other.name: other.kind for other in others if other.id not in scene.stated}
    mistaken = {pair.b for pair in confusable(own.id, modality) if pair.relation in ("X", "C") and not pair.condition}
    for name in sorted(scene.scope):
        other = finding_of(name, modality)
        if other is not None and other.id in mistaken - scene.stated and may_swap(own.id, other.id):
            names[name] = other.kind
    return {name: str(kind) for name, kind in names.items()}


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
    """Of the picture as a whole, each with the fact that it replaces: counts and sides. A side that a report tells is
    none: the other may have the same.
    """
    places = {fact.attribute: fact.value for fact in evidence.of_kind("distribution") if fact.frame == "image"}
    for fact in evidence.facts:
        if fact.kind == "count" and fact.basis in CERTAIN_BASES:
            for count in other_counts(int(fact.number), LEAST_OF.get(places.get(fact.attribute, ""), 1)):
                yield _swap("count", fact, str(count)), fact
        elif fact.subject == IMAGE and fact.frame == "patient" and fact.value in OTHER_SIDE:
            yield _swap("side", fact, OTHER_SIDE[fact.value]), fact


def other_counts(count: int, least: int = 1) -> list[int]:
    """Off by one or two steps of a quarter, at least one, up and down."""
    step = max(1, math.ceil(COUNT_SHARE * count))
    return [other for other in (count - 2 * step, count - step, count + step, count + 2 * step) if other >= least]
