"""Attributes in words, by where they may stand: before the noun, after it, or as what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from pipeline.phantoms.scene import Region
from schemas.lexicon.attributes import AttributeValue, attribute_values
from schemas.lexicon.findings import finding

Position = Literal["before", "after", "with"]
BEFORE: Final = "before"
AFTER: Final = "after"
WITH: Final = "with"
_AFTER_WORDS = (" in ", " than ", "of ")


@dataclass(frozen=True)
class Look:
    """`noun` is what a thing with it shows: `coarse calcification`, `no halo`; of WITH alone."""

    attribute: str
    value: str
    position: Position
    words: str
    noun: str = ""


def looks(region: Region, modality: str) -> tuple[Look, ...]:
    """Those that the region's name does not say already, in the order of the region's attributes."""
    found = (look(name, value, region.label, modality) for name, value in region.attributes.items())
    return tuple(each for each in found if each)


@cache
def look(attribute: str, value: str, label: str, modality: str) -> Look | None:
    """None where the value says nothing beside the name, or several scales claim it."""
    known = meant(attribute, value, modality)
    if known is None or _in_name(known, finding(label).name):
        return None
    words = (
        f"with a grading of {known.phrase}" if attribute == "severity" and known.scale != "ordinal-3" else known.phrase
    )
    last, of_name = words.rsplit(" ", 1)[-1], finding(label).name.rsplit(" ", 1)[-1]
    if words.startswith(("with ", "without ")):
        if last == of_name:  # `with intense uptake` of an uptake
            return Look(attribute, value, BEFORE, words.split(" ")[1]) if words.startswith("with ") else None
        return Look(attribute, value, WITH, words, _shown(words))
    after = any(words.startswith(part) or (part[0] == " " and part in words) for part in _AFTER_WORDS)
    return Look(attribute, value, AFTER if after else BEFORE, words)


@cache
def meant(attribute: str, value: str, modality: str) -> AttributeValue | None:
    """The one entry of the lexicon that a value can be in a modality."""
    found = [
        each
        for each in attribute_values(attribute)
        if each.value == value and (not each.modalities or modality in each.modalities)
    ]
    return found[0] if len(found) == 1 else None


def _in_name(known: AttributeValue, name: str) -> bool:
    """`circumscribed` of a circumscribed mass, `coarse` of a coarse calcification."""
    words = name.lower().split(" ")
    return known.value in words or known.phrase in words


def _shown(words: str) -> str:
    """`with a halo` is `a halo`, `without a halo` `no halo`."""
    what = words.split(" ", 1)[1]
    return what if words.startswith("with ") else f"no {what.removeprefix('a ').removeprefix('an ')}"


def told(found: Sequence[Look], *positions: Position) -> tuple[Look, ...]:
    """Those of some positions."""
    return tuple(each for each in found if each.position in positions)
