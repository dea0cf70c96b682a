"""A phantom's report: technique, all that can be seen, what is gone, and what was looked for and is not there."""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.anatomy import anatomy
from pipeline.phantoms.sentences.denials import deniable
from pipeline.phantoms.sentences.describe import describe
from pipeline.phantoms.sentences.exam import exam_slots, technique
from pipeline.phantoms.sentences.facts import GONE, Fact, Sentence
from pipeline.phantoms.sentences.nouns import (
    NUMBERS,
    PLURAL,
    SINGULAR,
    agreement,
    counted_noun,
    listed_words,
    noun,
    plural,
)
from pipeline.phantoms.sentences.pen import Pen
from pipeline.phantoms.sentences.phrasings import Phrasing
from schemas.lexicon.findings import findings

DENIED_TOGETHER = 3
PLAIN_DENIALS = 0.5  # of pictures without disease whose report lists what is absent besides

NOTHING_OMITTED: Set[str] = frozenset()


def report(
    phantom: Phantom, phrasing: Phrasing = "training", omit: Set[str] = NOTHING_OMITTED, seed: int = 0
) -> tuple[Sentence, ...]:
    """Sentences in the order of reading. The same arguments give the same text anywhere.

    `omit` are ids of regions that it is silent about: then neither their number nor their category is told.
    """
    pen = Pen.of(phrasing, exam_slots(phantom), seed, "report", phantom.id)
    told = [region for region in phantom.regions if region.visible and region.id not in omit]
    return (
        technique(pen, phantom),
        *_things(pen, phantom, told, ("finding", "extent")),
        *_gone(pen, phantom),
        *_things(pen, phantom, told, ("mimic",)),
        *anatomy(pen, phantom, told),
        *_absences(pen, phantom),
    )


def _things(pen: Pen, phantom: Phantom, told: Sequence[Region], roles: Sequence[str]) -> Iterator[Sentence]:
    """By kind, in the scene's order; several of a kind are counted first, unless one of them is left out."""
    kinds = dict.fromkeys(region.label for region in told if region.role in roles)
    for label in kinds:
        same = [region for region in told if region.label == label and region.role in roles]
        there = [region for region in phantom.regions if region.label == label and region.visible]
        if len(same) > 1 and len(there) == len(same):
            yield count(pen, label, len(same), tuple(region.id for region in same))
        for which, region in enumerate(same, 1):
            named = counted_noun(label) if len(same) > 1 else noun(label)
            numbered = which if len(same) > 1 else 0
            yield from describe(pen, About(phantom, region, named), numbered if len(there) == len(same) else -which)


def count(pen: Pen, label: str, number: int, ids: tuple[str, ...]) -> Sentence:
    """`Two circumscribed masses are seen.`"""
    facts = (Fact("finding", label, ids, label), Fact("count", str(number), ids, label))
    counted, words = counted_noun(label), NUMBERS[number] if number < len(NUMBERS) else str(number)
    several = number > 1
    things = counted.plural if several and counted.plural else counted.name
    return pen.sentence("COUNT", {**(PLURAL if several else SINGULAR), "n": words, "things": things}, facts)


def _gone(pen: Pen, phantom: Phantom) -> Iterator[Sentence]:
    """A thing of a kind that is still there is spoken of as one of several."""
    for name in dict.fromkeys(phantom.gone):
        label, several = _named()[name], phantom.gone.count(name) > 1
        remains = any(region.label == label for region in phantom.regions)
        if remains and not several:
            words, agrees = counted_noun(label).headed(()), counted_noun(label).agreement
        else:
            words = f"some {plural(label)}" if remains else f"the {plural(label) if several else name}"
            agrees = agreement(label, several)
        slots = {**agrees, "gone": words}
        yield pen.sentence("CHANGE_GONE", slots, (Fact("change", GONE, about=label),))


@cache
def _named() -> Mapping[str, str]:
    return {each.name: each.id for each in findings()}


def _absences(pen: Pen, phantom: Phantom) -> Iterator[Sentence]:
    """Of a picture without disease first that it is; of any, one denial for each category that is absent."""
    normal = bool(phantom.assessed) and not phantom.findings
    if normal:
        yield pen.sentence("NORMALITY", {}, (Fact("normality", "normal"),))
        if not pen.chance(PLAIN_DENIALS):
            return
    denials = [pen.choose(choices) for choices in pen.shuffled(deniable(phantom))]
    for i in range(0, len(denials), DENIED_TOGETHER):
        yield denial(pen, denials[i : i + DENIED_TOGETHER])


def denial(pen: Pen, denied: Sequence[Fact]) -> Sentence:
    """`There is no pneumothorax, fracture or pneumonia.`"""
    named = [noun(fact.about) for fact in denied]
    words = {"things": [each.name for each in named], "a_things": [each.headed(()) for each in named]}
    return pen.sentence("ABSENCE", {slot: listed_words(each, "or") for slot, each in words.items()}, tuple(denied))
