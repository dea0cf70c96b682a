"""Structures that every picture of a kind shows: `the left pectoral muscle`, `the lungs`."""

from collections.abc import Iterator, Sequence

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.facts import Fact, Sentence
from pipeline.phantoms.sentences.nouns import agreement, plural
from pipeline.phantoms.sentences.pen import Pen, Phrase

MENTIONED = 0.4  # of pictures that show any


def anatomy(pen: Pen, phantom: Phantom, told: Sequence[Region]) -> Iterator[Sentence]:
    """One kind of structure at most, all of that kind together."""
    labels = list(dict.fromkeys(region.label for region in told if region.role == "anatomy"))
    if not labels or not pen.chance(MENTIONED):
        return
    label = pen.choose(labels)
    same = [region for region in told if region.role == "anatomy" and region.label == label]
    phrase = structure(About.one(phantom, same[0])) if len(same) == 1 else structures(same)
    yield pen.sentence("ANATOMY", {**agreement(label, len(same) > 1), **phrase.slots}, phrase.facts)


def structure(about: About) -> Phrase:
    """With the side where a reader can tell it; `a` where the picture has several of one side."""
    name, side = about.named.name, about.side if about.named.plural and " of " not in about.named.name else None
    same = [
        region
        for region in about.phantom.regions
        if region.label == about.region.label and (side is None or region.side == side)
    ]
    named = f"{side} {name}" if side else name
    words = f"the {named}" if len(same) == 1 or not about.named.plural else about.named.headed((side,) if side else ())
    return Phrase("{ref}", {"ref": words}, (about.finding, *((about.fact("side", side),) if side else ())))


def structures(same: Sequence[Region]) -> Phrase:
    label = same[0].label
    facts = (Fact("finding", label, tuple(region.id for region in same), label),)
    return Phrase("{ref}", {"ref": f"the {plural(label)}"}, facts)
