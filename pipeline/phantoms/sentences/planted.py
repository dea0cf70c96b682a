"""True and false sentences about a phantom, a pair for each slot: what a checker of texts is scored with.

Every sentence names what it is about. A false one differs from its true partner in one fact, and the scene certifies
that fact to be false: of the thing that is meant there is only one of its name or of a related one, seen or unseen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.alternatives import (
    is_alone,
    other_body_parts,
    other_findings,
    other_lengths,
    other_modalities,
    other_numbers,
    other_sizes,
)
from pipeline.phantoms.sentences.denials import deniable
from pipeline.phantoms.sentences.describe import CHANGE_RULES, change, look, measurement, side, size, where
from pipeline.phantoms.sentences.exam import exam_slots, modality_slots
from pipeline.phantoms.sentences.exclusive import other_places, other_values
from pipeline.phantoms.sentences.facts import ABSENT, Fact, Sentence, Slot
from pipeline.phantoms.sentences.looks import Look
from pipeline.phantoms.sentences.looks import look as look_of
from pipeline.phantoms.sentences.nouns import noun
from pipeline.phantoms.sentences.pen import Pen, Phrase
from pipeline.phantoms.sentences.phrasings import Phrasing
from pipeline.phantoms.sentences.report import count, denial
from schemas.taxonomy.body_parts import body_part

OTHER_SIDE: Mapping[str, str] = {"left": "right", "right": "left"}


class Planted(NamedTuple):
    """`truth` is whether the scene bears out every fact of the sentence; `slot` what its pair differs in."""

    sentence: Sentence
    truth: bool
    slot: Slot


Pair = tuple[Sentence, Sentence]  # true, false


def planted(phantom: Phantom, phrasing: Phrasing = "evaluation", seed: int = 0) -> Iterator[Planted]:
    """Of each slot a true and a false sentence, where the scene certifies a false one; in the order of the slots."""
    pen = Pen.of(phrasing, exam_slots(phantom), seed, "planted", phantom.id)
    seen = [each for each in phantom.regions if each.visible and each.role in ("finding", "extent", "mimic")]
    single = pen.shuffled([region for region in seen if is_alone(phantom, region)])
    pairs: tuple[tuple[Slot, Iterator[Pair]], ...] = (
        ("finding", _findings(pen, phantom, pen.shuffled(seen))),
        ("polarity", _polarities(pen, phantom, pen.shuffled(phantom.findings))),
        ("count", _counts(pen, phantom, pen.shuffled(seen))),
        *((slot, pairs) for slot, pairs in _of_regions(replace(pen, needs="{ref"), phantom, single)),
        ("modality", _modalities(pen, phantom)),
        ("body_part", _body_parts(pen, phantom)),
    )
    for slot, found in pairs:
        pair = next(found, None)
        if pair is not None:
            yield Planted(pair[0], True, slot)
            yield Planted(pair[1], False, slot)


def _findings(pen: Pen, phantom: Phantom, seen: Sequence[Region]) -> Iterator[Pair]:
    """Something that is there, and one that it is mistaken for."""
    for region in seen:
        if others := other_findings(phantom, region.label):
            yield presence(pen, region.label), presence(pen, pen.choose(others))


def _polarities(pen: Pen, phantom: Phantom, there: Sequence[Region]) -> Iterator[Pair]:
    """The same finding affirmed and denied: one that is there, or one that is not."""
    seen = [region for region in there if region.visible and region.category]
    absent = [pen.choose(choices) for choices in deniable(phantom)]
    if seen and not (absent and pen.chance(0.5)):
        fact = Fact("polarity", ABSENT, about=seen[0].label, attribute=seen[0].category or "")
        yield presence(pen, seen[0].label), denial(pen, [fact])
    elif absent:
        denied = pen.choose(absent)
        yield denial(pen, [denied]), presence(pen, denied.about)


def presence(pen: Pen, label: str) -> Sentence:
    """`There is a spiculated mass.`, of no region in particular."""
    phrase = Phrase("{head}", {"head": noun(label).headed(())}, (Fact("finding", label, about=label),))
    return pen.sentence("PRESENCE", noun(label).agreement, (), phrase)


def _counts(pen: Pen, phantom: Phantom, seen: Sequence[Region]) -> Iterator[Pair]:
    """Of kinds that are all seen, and whose name means nothing else."""
    for region in seen:
        same = [each for each in phantom.regions if each.label == region.label]
        rest = [each for each in phantom.regions if each.label != region.label]
        if all(each.visible for each in same) and is_alone(replace(phantom, regions=(region, *rest)), region):
            ids, label = tuple(each.id for each in same), region.label
            other = pen.choose(other_numbers(len(same)))
            yield count(pen, label, len(same), ids), count(pen, label, other, ids)


def _modalities(pen: Pen, phantom: Phantom) -> Iterator[Pair]:
    def said(id: str) -> Sentence:
        return pen.sentence("MODALITY", modality_slots(id), (Fact("modality", id),))

    if others := other_modalities(phantom.modality, phantom.body_part):
        yield said(phantom.modality), said(pen.choose(others))


def _body_parts(pen: Pen, phantom: Phantom) -> Iterator[Pair]:
    def said(id: str) -> Sentence:
        return pen.sentence("BODY_PART", {"part": body_part(id).name}, (Fact("body_part", id),))

    if others := other_body_parts(phantom.modality, phantom.body_part):
        yield said(phantom.body_part), said(pen.choose(others))


def _of_regions(pen: Pen, phantom: Phantom, single: Sequence[Region]) -> Iterator[tuple[Slot, Iterator[Pair]]]:
    """Slots of one region, each on the first region that allows it."""
    told = [Told(pen, About.one(phantom, region)) for region in single]
    yield "side", (pair for each in told for pair in each.sides())
    yield "position", (pair for each in told for pair in each.positions())
    yield "size", (pair for each in told for pair in each.sizes())
    yield "measurement", (pair for each in told for pair in each.measurements())
    yield "attribute", (pair for each in told for pair in each.attributes())
    yield "change", (pair for each in told for pair in each.changes())


@dataclass(frozen=True)
class Told:
    """Pairs about one region: as it is, and as it would be with one thing changed."""

    pen: Pen
    about: About

    @property
    def _slots(self) -> Mapping[str, str]:
        named = self.about.named
        return {**named.agreement, **dict.fromkeys(("ref", "ref_of"), f"the {named.name}")}

    def _changed(self, **values: object) -> About:
        return About.one(self.about.phantom, replace(self.about.region, **values))  # type: ignore[arg-type]

    def sides(self) -> Iterator[Pair]:
        if self.about.side:
            other = OTHER_SIDE[self.about.side]
            one, two = self.about, self._changed(side=other, place=None)
            yield side(self.pen, one, self.about.side, self._slots), side(self.pen, two, other, self._slots)

    def positions(self) -> Iterator[Pair]:
        place = self.about.place
        if place and (others := other_places(place, self.about.region.side)):
            other = self._changed(place=self.pen.choose(others))
            yield next(where(self.pen, self.about, self._slots)), next(where(self.pen, other, self._slots))

    def sizes(self) -> Iterator[Pair]:
        region = self.about.region
        if region.stratum and self.about.size:
            other = self._changed(stratum=self.pen.choose(other_sizes(region.stratum)))
            yield (
                size(self.pen, self.about, self.about.size, self._slots),
                size(self.pen, other, other.size or "", self._slots),
            )

    def measurements(self) -> Iterator[Pair]:
        if self.about.mm:
            said = (self.about.mm, self.pen.choose(other_lengths(self.about.mm)))
            true, false = (measurement(self.pen, self.about, words, self._slots) for words in said)
            yield true, false

    def attributes(self) -> Iterator[Pair]:
        for one in self.pen.shuffled(self.about.looks):
            if others := self._other_looks(one):
                said = ((one,), (self.pen.choose(others),))
                true, false = (look(self.pen, self.about, each, self._slots) for each in said)
                yield true, false

    def _other_looks(self, one: Look) -> tuple[Look, ...]:
        label, modality = self.about.region.label, self.about.phantom.modality
        values = other_values(one.attribute, one.value, modality)
        found = (look_of(one.attribute, value, label, modality) for value in values)
        return tuple(each for each in found if each)

    def changes(self) -> Iterator[Pair]:
        if self.about.region.change:
            others = [each for each in CHANGE_RULES if each != self.about.region.change]
            other = self._changed(change=self.pen.choose(others))
            yield change(self.pen, self.about, self._slots), change(self.pen, other, self._slots)
