"""A phantom in one sentence: modality, body part and main finding, or that nothing which was looked for is there."""

from collections.abc import Mapping

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.exam import exam_slots
from pipeline.phantoms.sentences.facts import Fact, Sentence
from pipeline.phantoms.sentences.noun_phrase import bare
from pipeline.phantoms.sentences.nouns import agreement
from pipeline.phantoms.sentences.pen import Pen
from pipeline.phantoms.sentences.phrasings import Phrasing


def summary(phantom: Phantom, phrasing: Phrasing = "training", seed: int = 0) -> Sentence:
    """No attribute, side, place or number of a region. Where what is there cannot be seen: no finding at all."""
    pen = Pen.of(phrasing, exam_slots(phantom), seed, "summary", phantom.id)
    picture = (Fact("modality", phantom.modality), Fact("body_part", phantom.body_part))
    main = main_finding(phantom)
    if main is not None:
        same = [region.id for region in phantom.findings if region.label == main.label and region.visible]
        facts = (*picture, Fact("finding", main.label, tuple(same), main.label))
        return pen.sentence("SUMMARY_SHOWS", _named(main.label, len(same) > 1), facts)
    if phantom.assessed and not phantom.findings:
        return pen.sentence("SUMMARY_NORMAL", {}, (*picture, Fact("normality", "normal")))
    return pen.sentence("SUMMARY_ONLY", {}, picture)


def _named(label: str, several: bool) -> Mapping[str, str]:
    return {**agreement(label, several), "things": bare(label, several)}


def main_finding(phantom: Phantom) -> Region | None:
    """Of those that can be seen the largest; one without a size of its own goes first."""
    seen = [region for region in phantom.findings if region.visible]
    sizes = {region.id: 1.0 if region.long_axis is None else region.long_axis for region in seen}
    return max(seen, key=lambda region: sizes[region.id], default=None)
