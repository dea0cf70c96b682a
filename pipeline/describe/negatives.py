"""Certified negatives: the same text from facts of which one is edited to a value that is certainly false."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.nouns import noun
from annotators.captioners.region_text import Wording
from annotators.captioners.templates import chosen
from pipeline.describe.marked import Marked
from pipeline.describe.swaps import Scene, Swap, region_swaps, report_swaps

A_SLOT_AT_MOST = 3  # swaps, so that names do not crowd out what geometry certifies


class Renderer(Protocol):
    """A writer whose templates depend on ids and on which facts there are, never on their values."""

    def wording(self, evidence: Evidence, region: RegionEvidence) -> Wording: ...

    def report(self, evidence: Evidence) -> str: ...


@dataclass(frozen=True)
class Negative:
    text: str
    slot: str
    original: str
    replaced: str
    changed_slots: tuple[str, ...]
    certainty: str = "certified"

    def row(self) -> dict[str, Any]:
        """As the tables hold it (`schemas.tables.columns.NEGATIVE`)."""
        return {**vars(self), "changed_slots": list(self.changed_slots)}


def region_negatives(
    renderer: Renderer, evidence: Evidence, region: RegionEvidence, marked: Marked, scene: Scene, at_most: int
) -> list[Negative]:
    """At most so many, spread over the slots that the caption tells; fewer where the facts allow no more."""
    if at_most < 1:
        return []
    wording = renderer.wording(evidence, region)
    swaps = [swap for swap in region_swaps(marked, region, scene, wording.slots) if not _leaves_the_edge(swap, marked)]

    def render(swap: Swap) -> str:
        return wording.caption({**region.by_slot, **{fact.slot: fact for fact in swap.edited}})

    return list(_certified(region.region_id, wording.caption(region.by_slot), swaps, render, at_most))


def report_negatives(renderer: Renderer, evidence: Evidence, at_most: int) -> list[Negative]:
    """Of the report: a count of what is annotated exhaustively, or a side with its frame.

    What a body has once is told without a number, so its count is not edited.
    """
    if at_most < 1:
        return []
    replaced = {
        swap: fact for swap, fact in report_swaps(evidence) if swap.slot != "count" or not noun(fact.attribute).definite
    }

    def render(swap: Swap) -> str:
        return renderer.report(evidence.edited(replaced[swap], swap.edited[0]))

    return list(_certified(evidence.image_id, renderer.report(evidence), list(replaced), render, at_most))


def _certified(
    seed: str, positive: str, swaps: Iterable[Swap], render: Callable[[Swap], str], at_most: int
) -> Iterator[Negative]:
    """In turns over the slots; an edit that leaves the text as it was is not told there."""
    seen = {positive}
    for swap in _in_turns(seed, swaps):
        if len(seen) > at_most:
            return
        text = render(swap)
        if text not in seen:
            seen.add(text)
            yield Negative(text, swap.slot, swap.original, swap.replaced, changed_slots(swap))


def _in_turns(seed: str, swaps: Iterable[Swap]) -> Iterator[Swap]:
    """First one swap of each slot, then the next of each; within a slot by a hash of the seed."""
    slots: dict[tuple[str, str], list[Swap]] = {}
    for swap in swaps:
        slots.setdefault(swap.edited[0].slot, []).append(swap)
    queues = [_turned(found, chosen(seed, f"negative {found[0].slot}", len(found))) for found in slots.values()]
    for turn in range(max(map(len, queues), default=0)):
        yield from (queue[turn] for queue in queues if turn < len(queue))


def _turned(swaps: list[Swap], start: int) -> list[Swap]:
    return (swaps[start:] + swaps[:start])[:A_SLOT_AT_MOST]


def changed_slots(swap: Swap) -> tuple[str, ...]:
    """The slot itself, then what follows it: another name may be of another kind."""
    return (swap.slot, *(fact.attribute for fact in swap.edited if fact.slot == ("identity", "kind")))


def _leaves_the_edge(swap: Swap, marked: Marked) -> bool:
    """A region at the picture's edge is not told to lie at its very centre: that would be false by itself."""
    places = {"image_side": marked.image_side, "vertical": marked.vertical}
    if not marked.touches or swap.slot not in places:
        return False
    places[swap.slot] = swap.replaced
    return places == {"image_side": "centre", "vertical": "middle"}
