"""What can be said of one region: its facts, each with the words that say it."""

from dataclasses import dataclass
from functools import cached_property

from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.sentences.facts import Fact, Slot
from pipeline.phantoms.sentences.lengths import long_axis
from pipeline.phantoms.sentences.looks import Look, looks
from pipeline.phantoms.sentences.nouns import Noun, noun
from pipeline.phantoms.sentences.where import at_place, at_place_on_side, on_side, takes_side
from schemas.lexicon.attributes import attribute_values

# What a projection measures is the shadow on the detector, not the thing.
PROJECTIONS = ("radiography", "mammography", "dental")


def said_side(phantom: Phantom, region: Region) -> str | None:
    """The patient's side, where a reader can tell it and the place has sides."""
    if region.side not in ("left", "right") or not phantom.side_is_known:
        return None
    return region.side if takes_side(region.place, region.side) else None


@dataclass(frozen=True)
class About:
    """`named` is how it is called: another noun where there are several of its kind."""

    phantom: Phantom
    region: Region
    named: Noun

    @staticmethod
    def one(phantom: Phantom, region: Region) -> "About":
        return About(phantom, region, noun(region.label))

    @property
    def finding(self) -> Fact:
        return self.fact("finding", self.region.label)

    @cached_property
    def side(self) -> str | None:
        return said_side(self.phantom, self.region)

    @property
    def place(self) -> str | None:
        return self.phantom.told_place(self.region)

    @cached_property
    def at(self) -> str | None:
        """Place and side together."""
        place = self.place
        if place is None:
            return self.on
        return at_place_on_side(place, self.side) if self.side else at_place(place)

    @property
    def on(self) -> str | None:
        """The side alone."""
        return on_side(self.side, self.phantom.body_part) if self.side else None

    @property
    def at_facts(self) -> tuple[Fact, ...]:
        place = (self.fact("position", self.place),) if self.place else ()
        return (*place, *((self.fact("side", self.side),) if self.side else ()))

    @property
    def size(self) -> str | None:
        if self.region.stratum is None:
            return None
        return next(each.phrase for each in attribute_values("size") if each.value == self.region.stratum)

    @property
    def mm(self) -> str | None:
        """The long axis; of things alone, for a structure's box is not its size."""
        if self.phantom.spacing_mm is None or self.region.stratum is None:
            return None
        return long_axis(self.region.box_xyxy, self.phantom.spacing_mm)

    @property
    def detector(self) -> str:
        return " at the detector" if self.phantom.modality in PROJECTIONS else ""

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        return looks(self.region, self.phantom.modality)

    def fact(self, slot: Slot, value: str, attribute: str = "") -> Fact:
        return Fact(slot, value, (self.region.id,), self.region.label, attribute)

    def look_facts(self, found: tuple[Look, ...]) -> tuple[Fact, ...]:
        return tuple(self.fact("attribute", each.value, each.attribute) for each in found)
