"""What a captioner may say of a picture: facts of the picture and of its regions, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from annotators.proposal import Picture
from schemas.crops import Box
from schemas.facts import COUNT_KINDS, Fact

NO_KIND = "unlabelled"  # the kind of a region that nobody named
# What is counted without a name, as the attribute of its count.
UNLABELLED = "unlabelled area"  # found by a detector that names nothing
UNNAMED = "unnamed area"  # marked by the source under a label that is not mapped
AREAS = frozenset({UNLABELLED, UNNAMED})


@dataclass(frozen=True)
class RegionEvidence:
    """One region: at least its kind, its place and its size. Of several facts in a slot the first is said."""

    region_id: str
    facts: tuple[Fact, ...]

    @cached_property
    def by_slot(self) -> dict[tuple[str, str], Fact]:
        return {fact.slot: fact for fact in reversed(self.facts)}

    def value(self, kind: str, attribute: str) -> str | None:
        fact = self.by_slot.get((kind, attribute))
        return None if fact is None else fact.value


@dataclass(frozen=True)
class Shown:
    """What a captioner may look at: `look` decodes the picture each time. Boxes are in its pixels, a region each."""

    look: Callable[[], Picture]
    boxes_xyxy: tuple[Box, ...]


@dataclass(frozen=True)
class Evidence:
    """One picture; what is counted stands in the order in which it is to be told.

    `shown` is None for a captioner that looks at no pixels.
    """

    image_id: str
    facts: tuple[Fact, ...]
    regions: tuple[RegionEvidence, ...] = ()
    shown: Shown | None = field(default=None, compare=False, repr=False)

    @cached_property
    def by_slot(self) -> dict[tuple[str, str], Fact]:
        return {fact.slot: fact for fact in reversed(self.facts)}

    def value(self, kind: str, attribute: str) -> str | None:
        fact = self.by_slot.get((kind, attribute))
        return None if fact is None else fact.value

    @cached_property
    def kind_of_name(self) -> dict[str, str]:
        """The kind of each name that regions bear."""
        pairs = ((region.value("identity", "name"), region.value("identity", "kind")) for region in self.regions)
        return {name: kind for name, kind in pairs if name is not None and kind is not None}

    @cached_property
    def several(self) -> frozenset[str]:
        """Names that are counted more than once."""
        return frozenset(fact.attribute for fact in self.of_kind(*COUNT_KINDS) if fact.number > 1)

    def of_kind(self, *kinds: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.kind in kinds)

    @property
    def modality(self) -> str | None:
        return self.value("acquisition", "modality")

    def edited(self, old: Fact, new: Fact) -> "Evidence":
        return replace(self, facts=tuple(new if fact == old else fact for fact in self.facts))
