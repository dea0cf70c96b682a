"""What a sentence says, in closed words, and whether the truth of a phantom bears it out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.lengths import long_axis
from schemas.lexicon.findings import finding

Slot = Literal[
    "finding", "polarity", "side", "position", "count", "size", "measurement", "attribute", "change", "benign",
    "normality", "modality", "technique", "body_part", "projection", "plane", "window_name", "laterality",
]  # fmt: skip

GONE = "resolved"  # the change of what is no longer there
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement. `subjects` are ids of regions; none: it is about the picture.

    `about` is the finding, `attribute` narrows the slot where it needs that: the attribute's name, or the category
    that a denied finding stands for. Values are ids and closed words of the lexicon; lengths as written.
    """

    slot: Slot
    value: str
    subjects: tuple[str, ...] = ()
    about: str = ""
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`form` is the text with its slots open, `kind` the rule of the grammar that it was drawn from."""

    text: str
    facts: tuple[Fact, ...]
    kind: str
    form: str


def text_of(sentences: Iterable[Sentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def holds(fact: Fact, phantom: Phantom) -> bool:
    """Whether the scene bears the fact out. Of a count: among what can be seen.

    A region that the phantom lacks bears nothing out.
    """
    if fact.slot in _OF_REGIONS:
        same = _OF_REGIONS[fact.slot]
        return _all_subjects(fact, phantom, lambda region: same(fact, region, phantom))
    return _OF_PICTURE[fact.slot](fact, phantom)


def _all_subjects(fact: Fact, phantom: Phantom, same: Callable[[Region], bool]) -> bool:
    """Whether there are subjects, the picture has all of them, and it is so of each."""
    meant = [region for region in phantom.regions if region.id in fact.subjects]
    return len(meant) == len(fact.subjects) > 0 and all(map(same, meant))


def _finding(fact: Fact, phantom: Phantom) -> bool:
    """Of no region in particular: any that is there."""
    if not fact.subjects:
        return any(region.label == fact.value for region in phantom.regions)
    return _all_subjects(fact, phantom, lambda region: region.label == fact.value)


def _polarity(fact: Fact, phantom: Phantom) -> bool:
    """A denial: its category is assessed and not there, seen or unseen, and neither is the finding."""
    denied = fact.attribute in phantom.assessed and fact.attribute not in phantom.present
    return fact.value == ABSENT and denied and all(region.label != fact.about for region in phantom.regions)


def _count(fact: Fact, phantom: Phantom) -> bool:
    return fact.value == str(sum(region.label == fact.about and region.visible for region in phantom.regions))


def _change(fact: Fact, phantom: Phantom) -> bool:
    if fact.value == GONE:
        return finding(fact.about).name in phantom.gone
    return _all_subjects(fact, phantom, lambda region: region.change == fact.value)


def _normality(fact: Fact, phantom: Phantom) -> bool:
    return bool(phantom.assessed) and not phantom.findings


def _header(name: str) -> Callable[[Fact, Phantom], bool]:
    return lambda fact, phantom: getattr(phantom, name) == fact.value


def _measured(fact: Fact, region: Region, phantom: Phantom) -> bool:
    return phantom.spacing_mm is not None and long_axis(region.box_xyxy, phantom.spacing_mm) == fact.value


_OF_REGIONS: Mapping[str, Callable[[Fact, Region, Phantom], bool]] = {
    "side": lambda fact, region, phantom: region.side == fact.value,
    "position": lambda fact, region, phantom: region.place == fact.value,
    "size": lambda fact, region, phantom: region.stratum == fact.value,
    "measurement": _measured,
    "attribute": lambda fact, region, phantom: region.attributes.get(fact.attribute) == fact.value,
    "benign": lambda fact, region, phantom: region.role == "mimic" and region.label == fact.value,
}
_OF_PICTURE: Mapping[str, Callable[[Fact, Phantom], bool]] = {
    "finding": _finding,
    "polarity": _polarity,
    "count": _count,
    "change": _change,
    "normality": _normality,
    "laterality": _header("image_laterality"),
    **{name: _header(name) for name in ("modality", "technique", "body_part", "projection", "plane", "window_name")},
}
