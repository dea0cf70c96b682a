"""False versions that two regions of a picture make of each other, so that no text gives itself away.

What A falsely takes from B, B falsely takes from A: whole captions (`other_region`), one slot of a caption (`binding`)
or of a sentence on nothing else (`statement`). Both are false with certainty, or neither is told. Of whole captions
and statements each pair of texts so stands once each way: who sees no picture is right of one as often as of the other.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.region_text import LOCATION, SIDE, Facts, Slot, Wording
from annotators.captioners.templates import chosen
from pipeline.describe.claims import claim_of, subject_of
from pipeline.describe.marked import Marked
from pipeline.describe.negatives import Negative, Renderer, leaves_the_edge
from pipeline.describe.swaps import (
    CERTIFIED,
    EXCLUSIVE,
    PRESUMED,
    Scene,
    excluded_by,
    false_names,
    lengths_apart,
)

OTHER_REGION = "other_region"
PARTNERS = 4  # of a region, where others are free to exchange; then it may be a fifth to eighth of others
OF_A_PAIR = 2  # slots exchanged in captions; in statements all that differ
UNEXCHANGED = ("border", "location")  # kinds of facts of which another value may be true as well
NAME, KIND = ("identity", "name"), ("identity", "kind")
WIDTH, HEIGHT = ("measurement", "width"), ("measurement", "height")
VERTICAL, ACROSS = ("position", "vertical"), ("position", "image_side")
TAKEN_ALONG = frozenset({ACROSS, HEIGHT, KIND})
WORDS = {WIDTH: "measurement", HEIGHT: "measurement", SIDE: "side", ("size", "share_of_image"): "size"}
WORDS |= {("shape", "outline"): "shape"}
# What a slot takes along, in a caption and stated alone.
ALONG: Mapping[Slot, tuple[Slot, ...]] = {NAME: (KIND,), WIDTH: (HEIGHT,)}
ALONG_ALONE: Mapping[Slot, tuple[Slot, ...]] = {**ALONG, VERTICAL: (ACROSS,), SIDE: (VERTICAL,)}


@dataclass(frozen=True)
class Telling:
    """A region as it is told."""

    region: RegionEvidence
    marked: Marked
    wording: Wording
    scene: Scene

    @cached_property
    def caption(self) -> str:
        return self.wording.caption(self.facts)

    @property
    def facts(self) -> Facts:
        return self.region.by_slot

    @cached_property
    def claims(self) -> Mapping[Slot, str]:
        return {slot: claim_of(fact) for slot, fact in self.facts.items()}

    @cached_property
    def false(self) -> Mapping[str, str]:
        """What is certainly false of it, and how certain that is."""
        places = {"image_side": self.marked.clear_sides, "vertical": self.marked.clear_verticals}
        elsewhere = [f"{axis}={place}" for axis, clear in places.items() for place in clear]
        subject = subject_of(self.region.facts, self.marked.basis, self.scene.modality, elsewhere)
        named = excluded_by(self.marked.basis)
        looks = tuple(f"{attribute}=" for kind, attribute in self.facts if kind == "appearance")
        others = {claim for claim in subject.false if not claim.startswith("name=")}
        found = {claim: named if claim.startswith(looks) else CERTIFIED for claim in others}
        return {**found, **self._false_names}

    @cached_property
    def _false_names(self) -> dict[str, str]:
        """Excluded by its own, or annotated exhaustively and elsewhere; of others something unmarked may lie there."""
        own = self.region.value(*NAME)
        told = false_names(self.marked, own, self.scene).items() if own else ()
        return {f"name={other}": certainty for other, (_, certainty) in told if certainty != PRESUMED}

    def given(self, slots: Sequence[Slot], other: "Telling") -> Facts:
        """Its facts with the other's values in some slots."""
        return {**self.facts, **{slot: self.facts[slot].with_value(other.facts[slot].value) for slot in slots}}

    def how_false(self, slots: Sequence[Slot], other: "Telling") -> str | None:
        """How certainly the other's values in some slots are false of it; None where they may be true."""
        claims = [self.false[claim] for slot in slots if (claim := other.claims[slot]) in self.false]
        if WIDTH in slots and WIDTH in self.facts and _apart(self.facts, other.facts):
            claims.append(CERTIFIED)
        return CERTIFIED if CERTIFIED in claims else EXCLUSIVE if claims else None


@dataclass(frozen=True)
class Exchange:
    """What two regions falsely take of each other: `slots`, the first on purpose; () is the whole caption."""

    a: Telling
    b: Telling
    slots: tuple[Slot, ...] = ()

    @cached_property
    def certainties(self) -> tuple[str, str] | None:
        """Of a and of b; None where either may be true."""
        found = [
            one.how_false(self.slots or sorted(other.wording.slots & other.facts.keys()), other)
            for one, other in ((self.a, self.b), (self.b, self.a))
        ]
        return (found[0], found[1]) if found[0] and found[1] else None

    def facts(self) -> tuple[Facts, Facts]:
        """Of a and of b, each with the other's values."""
        return self.a.given(self.slots, self.b), self.b.given(self.slots, self.a)

    def negatives(self, kind: str, texts: Sequence[str]) -> Iterator["Both"]:
        """`texts`: true and false of a, then of b; nothing where an exchange leaves a text as it was."""
        certain = self.certainties
        if certain is None or texts[0] == texts[1] or texts[2] == texts[3]:
            return
        slot, changed = self._slot(kind)
        values = [self._value(one) for one in (self.a, self.b)]
        purpose = " ".join(attribute for _, attribute in self.slots)
        twin = twin_of(self.a, self.b, f"{kind} {purpose}")
        one = Negative(texts[1], texts[0], kind, slot, changed, values[0], values[1], certain[0], twin)
        other = Negative(texts[3], texts[2], kind, slot, changed, values[1], values[0], certain[1], twin)
        yield one, other

    def _slot(self, kind: str) -> tuple[str, tuple[str, ...]]:
        if not self.slots:
            told = (self.a.wording.slots | self.b.wording.slots) - {WIDTH, HEIGHT}
            return kind, tuple(sorted({attribute for _, attribute in told}))
        words = tuple(dict.fromkeys(WORDS.get(slot, slot[1]) for slot in self._differing))
        return ("position" if words == ("vertical", "image_side") else words[0]), words

    def _value(self, one: Telling) -> str | None:
        """As a text tells it; None of a whole caption."""
        told = [one.facts[slot].value for slot in self._differing if slot != KIND]
        return (" x " if WIDTH in self.slots else " ").join(told) or None

    @property
    def _differing(self) -> list[Slot]:
        """Both extents, where either differs."""
        differ = [slot for slot in self.slots if self.a.facts[slot].value != self.b.facts[slot].value]
        return [slot for slot in self.slots if slot in differ or slot in (WIDTH, HEIGHT)]


Both = tuple[Negative, Negative]  # of one region and of the other


def twin_of(a: Telling, b: Telling, purpose: str) -> str:
    """The same whichever of both is named first."""
    ids = sorted((a.region.region_id, b.region.region_id))
    return hashlib.blake2b("\x1f".join((*ids, purpose)).encode(), digest_size=8).hexdigest()


def exchanges(renderer: Renderer, evidence: Evidence, told: Sequence[Telling]) -> dict[str, list[Negative]]:
    """By region id; each region with PARTNERS others, drawn by a hash of both ids, or as many as differ from it."""
    found: dict[str, list[Negative]] = {each.region.region_id: [] for each in told}
    partners = dict.fromkeys(found, 0)
    left = sorted(combinations(told, 2), key=lambda pair: twin_of(pair[0], pair[1], "partners"))
    for most in (PARTNERS, 2 * PARTNERS):
        later = []
        for a, b in left:
            ids = a.region.region_id, b.region.region_id
            fewest, more = sorted(partners[id] for id in ids)
            if fewest >= PARTNERS or more >= most:
                later.append((a, b))
                continue
            pairs = [*whole(a, b, OTHER_REGION), *_bindings(a, b), *statements(renderer, evidence, a, b)]
            for one, other in pairs:
                found[ids[0]].append(one)
                found[ids[1]].append(other)
            for id in ids if pairs else ():
                partners[id] += 1
        left = later
    return found


def whole(a: Telling, b: Telling, kind: str) -> Iterator[Both]:
    yield from Exchange(a, b).negatives(kind, (a.caption, b.caption, b.caption, a.caption))


def _bindings(a: Telling, b: Telling) -> Iterator[Both]:
    """One slot of both captions."""
    told = a.wording.slots & a.facts.keys() & b.wording.slots & b.facts.keys()
    fitting = [slot for slot in sorted(told) if slot[0] not in UNEXCHANGED]
    if any(LOCATION in one.wording.slots for one in (a, b)):
        fitting = [slot for slot in fitting if slot != SIDE]  # there is no left middle lobe
    for exchange in islice(_certain(a, b, fitting, ALONG), OF_A_PAIR):
        facts = exchange.facts()
        if not any(leaves_the_edge(one.marked, given) for one, given in zip((a, b), facts, strict=True)):
            texts = (a.caption, a.wording.caption(facts[0]), b.caption, b.wording.caption(facts[1]))
            yield from exchange.negatives("binding", texts)


def statements(renderer: Renderer, evidence: Evidence, a: Telling, b: Telling) -> Iterator[Both]:
    """One slot of both regions, whether their captions tell it or not."""
    fitting = [slot for slot in sorted(a.facts.keys() & b.facts.keys()) if slot[0] not in UNEXCHANGED]
    if any(one.wording.style != "named" for one in (a, b)):
        fitting = [slot for slot in fitting if slot != NAME]
    for exchange in _certain(a, b, [slot for slot in fitting if slot not in TAKEN_ALONG], ALONG_ALONE):
        slot = exchange.slots[0]
        wording = renderer.statement(evidence, a.region, slot, twin_of(a, b, slot[1]))
        true, false = wording.caption(a.facts), wording.caption(b.facts)
        yield from exchange.negatives("statement", (true, false, false, true))


def _certain(
    a: Telling, b: Telling, fitting: Sequence[Slot], along: Mapping[Slot, tuple[Slot, ...]]
) -> Iterator[Exchange]:
    """Those that are false of both, in turns from a hash of both."""
    start = chosen(twin_of(a, b, "slots"), "exchange", len(fitting)) if fitting else 0
    every = (Exchange(a, b, (slot, *along.get(slot, ()))) for slot in (*fitting[start:], *fitting[:start]))
    return (exchange for exchange in every if exchange.certainties)


def _apart(a: Facts, b: Facts) -> bool:
    """Whether width or height differ beyond doubt."""
    return a[WIDTH].unit == b[WIDTH].unit and any(
        lengths_apart(a[slot].value, b[slot].value) for slot in (WIDTH, HEIGHT)
    )
