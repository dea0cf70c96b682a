"""What a text tells, and what is true and certainly false of a picture or region: sets of words that compare."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pipeline.describe.reports.report_facts import BASIS as REPORT
from pipeline.describe.swaps import CERTAIN_BASES, COMPLETE, OTHER_SIDE, OUTLINES, SIZE_BINS_APART, other_looks
from pipeline.describe.told import told_facts
from schemas.facts import COUNT_KINDS, IMAGE_SIDES, SIZES, VERTICALS, Fact
from schemas.lexicon.confusable import confusable, may_swap
from schemas.lexicon.findings import finding_of, findings
from schemas.taxonomy.body_parts import body_parts, related_parts
from schemas.taxonomy.modalities import modalities

LATERALITIES = ("left", "right", "bilateral")
OVERLAP_SHARE = 0.25  # of a box that may lie in a third that is told falsely
COUNTED = range(1, 13)

Claims = frozenset[str]
NOTHING: Claims = frozenset()


@dataclass(frozen=True)
class Subject:
    """What is true of it, and what is certainly false; all else is unknown."""

    true: Claims
    false: Claims


def told_claims(text: str, facts: Iterable[Mapping[str, Any]]) -> Claims:
    """Of a text with the facts that it was written from, as a release holds them."""
    own = [Fact.from_row(fact) for fact in facts]
    things = _things(own)
    return frozenset(claim_of(fact, things.get(fact.subject, "")) for fact in told_facts(text, own))


def claim_of(fact: Fact, thing: str = "") -> str:
    """What is only possible is a claim of its own, which makes nothing true or false. `thing` is the name of what a
    report tells of: that one is mild says nothing of another.
    """
    claim = _claim(fact, "no" if fact.assertion == "absent" else "yes", thing)
    return f"possible {claim}" if fact.assertion == "possible" else claim


def _things(facts: Iterable[Fact]) -> Mapping[str, str]:
    """Names of what a report tells of, by subject."""
    return {fact.subject: fact.value for fact in facts if fact.is_reported and fact.kind == "identity"}


def _claim(fact: Fact, said: str, thing: str) -> str:
    kind, attribute, value = fact.kind, fact.attribute, fact.value
    if fact.is_reported:
        return f"has {value}={said}" if kind == "identity" else f"reported {thing} {attribute}={value}"
    if kind == "label":
        return f"category {value}={said}"
    if kind == "presence":
        return f"has {value}={said}"
    if kind in COUNT_KINDS:
        return f"{'count' if kind == 'count' else 'at least'} {attribute}={value}"
    if kind == "relation":
        return f"{fact.subject} {attribute}={value}"  # between two regions of one picture
    if kind in ("acquisition", "position", "appearance", "identity"):
        return f"{attribute}={value}"
    if kind in ("side", "size", "shape", "location", "laterality"):
        return f"{kind}={value}"
    return f"{kind} {attribute}={value}{fact.unit or ''}"


def region_subject(region: Mapping[str, Any], modality: str | None, wh: tuple[int, int]) -> Subject:
    """A region of a released row; `wh` is of the picture that its box lies in."""
    facts = [Fact.from_row(row) for row in region["facts"] or ()]
    return subject_of(facts, region["label_source"], modality, _wrong_thirds(region["box_xyxy"], wh))


def subject_of(facts: Sequence[Fact], basis: str, modality: str | None, elsewhere: Iterable[str]) -> Subject:
    """A region that `basis` named; `elsewhere` are claims of places where it certainly does not lie."""
    true = frozenset(map(claim_of, facts))
    false = set(elsewhere)
    certain = basis in CERTAIN_BASES
    for fact in facts:
        if fact.assertion == "possible":
            continue
        if fact.slot == ("side", "patient"):
            false.add(f"side={OTHER_SIDE[fact.value]}")
        elif fact.kind == "size":
            at = SIZES.index(fact.value)
            false |= {f"size={size}" for i, size in enumerate(SIZES) if abs(i - at) >= SIZE_BINS_APART}
        elif fact.kind == "shape":
            false |= {f"shape={outline}" for outline in OUTLINES if outline != fact.value}
        elif certain and fact.kind == "appearance":
            false |= {f"{fact.attribute}={value}" for value in other_looks(fact.attribute, fact.value, modality)}
        elif certain and fact.slot == ("identity", "name"):
            false |= _other_names(fact.value, modality or "", basis)
    return Subject(true, frozenset(false) - true)


def image_subject(row: Mapping[str, Any]) -> Subject:
    """A released row as a whole. That a report tells of a thing, or denies it, makes that true, and nothing false: it
    is of the examination, which may show it on another picture.
    """
    true, false = set[str](), set[str]()
    facts = [Fact.from_row(fact) for fact in row["facts"] or ()]
    things = _things(facts)
    for fact in facts:
        claim = claim_of(fact, things.get(fact.subject, ""))
        true.add(claim)
        if fact.assertion == "possible" or fact.basis == REPORT:
            continue
        if fact.kind in ("label", "presence"):
            name, _, said = claim.rpartition("=")
            false.add(f"{name}={'yes' if said == 'no' else 'no'}")
            if fact.kind == "presence" and said == "no":
                false |= {f"{word} {fact.value}={other}" for other in COUNTED for word in ("count", "at least")}
        elif fact.kind in COUNT_KINDS:
            more, less = _numbers(fact.attribute, int(fact.number), exact=fact.kind == "count")
            true |= more
            false |= less
        elif fact.kind == "laterality":
            false |= {f"laterality={other}" for other in LATERALITIES if other != fact.value}
    return Subject(frozenset(true), frozenset(false | _other_pictures(row["modality"], row["body_part"])) - true)


def _numbers(name: str, number: int, exact: bool) -> tuple[set[str], set[str]]:
    """What so many, or at least so many, make true and false of the name."""
    true = {f"has {name}=yes", *(f"at least {name}={other}" for other in COUNTED if other <= number)}
    false = {f"has {name}=no", *(f"count {name}={other}" for other in COUNTED if other < number)}
    if exact:
        above = [other for other in COUNTED if other > number]
        false |= {f"{word} {name}={other}" for other in above for word in ("count", "at least")}
    return true, false


@cache
def _other_pictures(modality: str | None, part: str | None) -> Claims:
    """Other modalities, and body parts that neither hold this one nor lie in it."""
    kinds = {f"modality={each.id}" for each in modalities() if modality and each.id != modality}
    parts = {f"body_part={each.id}" for each in body_parts() if part and not related_parts(each.id, part)}
    return frozenset(kinds | parts)


@lru_cache(maxsize=1 << 12)
def _other_names(name: str, modality: str, basis: str) -> Claims:
    """Names that the thing certainly has not: of findings that the modality cannot show, that exclude it, or, where
    all is known of the thing, of anything that is neither wider nor narrower.
    """
    own = finding_of(name, modality)
    if own is None:
        return NOTHING
    excluded = {pair.b for pair in confusable(own.id, modality) if pair.relation == "X" and not pair.condition}
    return frozenset(
        f"name={other.name}"
        for other in findings()
        if may_swap(own.id, other.id) and (basis == COMPLETE or other.id in excluded or not other.occurs_in(modality))
    )


def _wrong_thirds(box_xyxy: Sequence[float], wh: tuple[int, int]) -> set[str]:
    """Thirds of the picture in which at most a quarter of the box lies."""
    found = set[str]()
    for slot, order, low, high, length in (
        ("image_side", IMAGE_SIDES, box_xyxy[0], box_xyxy[2], wh[0]),
        ("vertical", VERTICALS, box_xyxy[1], box_xyxy[3], wh[1]),
    ):
        for i, word in enumerate(order):
            shared = min(high, length * (i + 1) / 3) - max(low, length * i / 3)
            if max(0.0, shared) <= OVERLAP_SHARE * (high - low):
                found.add(f"{slot}={word}")
    return found
