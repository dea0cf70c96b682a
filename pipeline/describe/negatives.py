"""False versions of a text: the same words from facts of which one is edited to a value that is not so."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.nouns import noun
from annotators.captioners.region_text import Facts, Slot, Wording
from annotators.captioners.templates import chosen
from pipeline.describe.marked import Marked
from pipeline.describe.swaps import CERTAIN_BASES, CERTIFIED, Scene, Swap, region_swaps, report_swaps
from schemas.facts import COUNT_KINDS, Fact
from schemas.lexicon.findings import Finding, ancestors, finding_of

_SIDE = re.compile(r"\b(?:left|right)\b", re.IGNORECASE)
KINDS = ("edit", "statement", "binding", "other_region", "other_picture", "added", "absent")
A_SLOT_AT_MOST = 2  # swaps, so that names do not crowd out what geometry certifies
UNTOLD = frozenset({"location", "border", "identity", "measurement"})  # kinds of facts that no clause is added about


class Renderer(Protocol):
    """A writer whose templates depend on ids and on which facts there are, never on their values."""

    def wording(self, evidence: Evidence, region: RegionEvidence) -> Wording: ...

    def statement(self, evidence: Evidence, region: RegionEvidence, slot: Slot, seed: str) -> Wording: ...

    def presence(self, evidence: Evidence, name: str) -> tuple[str, str]: ...

    def counted(self, evidence: Evidence, name: str, count: int, side: str | None = None) -> str: ...

    def report(self, evidence: Evidence) -> str: ...


@dataclass(frozen=True)
class Negative:
    """`positive` is the true text in the same words."""

    text: str
    positive: str
    kind: str
    slot: str
    changed_slots: tuple[str, ...]
    original: str | None = None
    replaced: str | None = None
    certainty: str = CERTIFIED
    twin: str | None = None

    def row(self, told: str) -> dict[str, Any]:
        """As the tables hold it (`schemas.tables.columns.NEGATIVE`), beside the text `told`."""
        same = self.positive == told
        return {**vars(self), "changed_slots": list(self.changed_slots), "positive": None if same else self.positive}


def region_edits(
    renderer: Renderer, evidence: Evidence, region: RegionEvidence, marked: Marked, scene: Scene
) -> Iterator[Negative]:
    """Each edit of its facts in the caption, where that tells them, else in a sentence behind it; and stated alone."""
    wording = renderer.wording(evidence, region)
    caption = wording.caption(region.by_slot)
    statements: dict[Slot, Wording] = {}
    for swap in _few(region.region_id, _edits(region, marked, scene)):
        slot = swap.edited[0].slot
        facts = edited(region.by_slot, swap)
        if slot not in statements:
            statements[slot] = renderer.statement(evidence, region, slot, f"{region.region_id} {slot[1]}")
        alone = statements[slot]
        true, false = alone.caption(region.by_slot), alone.caption(facts)
        if slot in wording.slots:
            yield from _negative(swap, "edit", caption, wording.caption(facts))
        elif slot[0] not in UNTOLD and not (slot[0] == "size" and ("measurement", "width") in wording.slots):
            yield from _negative(swap, "added", f"{caption} {true}", f"{caption} {false}")
        yield from _negative(swap, "statement", true, false)


def edited(facts: Facts, swap: Swap) -> Facts:
    return {**facts, **{fact.slot: fact for fact in swap.edited}}


def _edits(region: RegionEvidence, marked: Marked, scene: Scene) -> Iterator[Swap]:
    for swap in region_swaps(marked, region, scene, frozenset(region.by_slot)):
        if not leaves_the_edge(marked, edited(region.by_slot, swap)):
            yield swap


def _negative(swap: Swap, kind: str, true: str, false: str) -> Iterator[Negative]:
    """None where the edit leaves the text as it was."""
    if true != false:
        yield Negative(
            text=false,
            positive=true,
            kind=kind,
            slot=swap.slot,
            changed_slots=changed_slots(swap),
            original=swap.original,
            replaced=swap.replaced,
            certainty=swap.certainty,
        )


def report_edits(renderer: Renderer, evidence: Evidence) -> Iterator[Negative]:
    """Of the report: a count of what is annotated exhaustively, or a side with its frame.

    What a body has once is told without a number, so its count is not edited; nor is a side that is told twice, since
    one would speak against the other.
    """
    report = renderer.report(evidence)
    once = len(_SIDE.findall(report)) == 1
    replaced = {
        swap: fact
        for swap, fact in report_swaps(evidence)
        if (once if swap.slot == "side" else not noun(fact.attribute).definite)
    }
    for swap in _few(evidence.image_id, replaced):
        yield from _negative(swap, "edit", report, renderer.report(evidence.edited(replaced[swap], swap.edited[0])))


def report_statements(renderer: Renderer, evidence: Evidence) -> Iterator[Negative]:
    """How many of a name there are, and on which side, in a sentence on nothing else: where things lie goes along with
    how many they are.
    """
    counts = {fact.attribute: int(fact.number) for fact in evidence.of_kind("count")}
    replaced = {swap: fact for swap, fact in report_swaps(evidence) if _is_counted(fact, counts)}
    for swap in _few(f"{evidence.image_id} stated", replaced):
        name, (value, other) = replaced[swap].attribute, (replaced[swap].value, swap.edited[0].value)
        if swap.slot == "side":
            texts = [renderer.counted(evidence, name, counts[name], side) for side in (value, other)]
        else:
            texts = [renderer.counted(evidence, name, int(count)) for count in (value, other)]
        yield Negative(texts[1], texts[0], "statement", swap.slot, (swap.slot,), f"{value} {name}", f"{other} {name}")


def _is_counted(fact: Fact, counts: Mapping[str, int]) -> bool:
    return fact.kind in ("count", "distribution") and fact.attribute in counts and not noun(fact.attribute).definite


def polarities(renderer: Renderer, evidence: Evidence, stated: frozenset[str]) -> Iterator[Negative]:
    """Names that are there, told as not there, and names that are annotated exhaustively and absent as there.

    `stated` are findings that a report speaks of, which may be there though nobody marked them. Neither is told of
    structures, which need no mark to be there, nor of a name beside a wider or narrower one.
    """
    held = {fact.attribute for fact in evidence.of_kind(*COUNT_KINDS) if fact.basis in CERTAIN_BASES}
    absent = {fact.value for fact in evidence.of_kind("presence") if _surely_absent(fact)}
    for name, known in [*((name, "present") for name in sorted(held)), *((name, "absent") for name in sorted(absent))]:
        own = finding_of(name, evidence.modality)
        if own is None or own.kind == "anatomy" or noun(name).definite or any(_related(own, other) for other in held):
            continue
        if known == "absent" and own.id in stated:
            continue
        there, not_there = renderer.presence(evidence, name)
        true, false = (there, not_there) if known == "present" else (not_there, there)
        original, replaced = (f"{name} present", f"{name} absent")[:: 1 if known == "present" else -1]
        yield Negative(false, true, "absent", "presence", ("presence",), original, replaced)


def _surely_absent(fact: Fact) -> bool:
    """By who annotates it exhaustively; what a report denies was read by rule."""
    return fact.assertion == "absent" and fact.basis != "report"


def _related(own: Finding, name: str) -> bool:
    other = finding_of(name)
    return other is not None and (other.id in ancestors(own.id) or own.id in ancestors(other.id))


def _few(seed: str, swaps: Iterable[Swap]) -> Iterator[Swap]:
    """At most A_SLOT_AT_MOST of a slot, by a hash of the seed."""
    slots: dict[Slot, list[Swap]] = {}
    for swap in swaps:
        slots.setdefault(swap.edited[0].slot, []).append(swap)
    for slot, found in slots.items():
        start = chosen(seed, f"negative {slot}", len(found))
        yield from (found[start:] + found[:start])[:A_SLOT_AT_MOST]


def changed_slots(swap: Swap) -> tuple[str, ...]:
    """The slot itself, then what follows it: another name may be of another kind."""
    return (swap.slot, *(fact.attribute for fact in swap.edited if fact.slot == ("identity", "kind")))


def leaves_the_edge(marked: Marked, told: Facts) -> bool:
    """A region at the picture's edge is not told to lie at its very centre: that would be false by itself."""
    places = told["position", "image_side"].value, told["position", "vertical"].value
    return bool(marked.touches) and places == ("centre", "middle")


def distinct(negatives: Iterable[Negative]) -> list[Negative]:
    """Each text once beside its true one."""
    found: dict[tuple[str, str], Negative] = {}
    for negative in negatives:
        found.setdefault((negative.positive, negative.text), negative)
    return list(found.values())
