"""What every captioner gives back, and the one method that it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from annotators.captioners.evidence import Evidence


@dataclass(frozen=True)
class RegionTexts:
    """`paraphrase` states the same facts as `caption` in other words."""

    region_id: str
    caption: str
    paraphrase: str


@dataclass(frozen=True)
class Texts:
    """A summary in one or two sentences, a report in findings style, and the texts of each region, in order."""

    summary: str
    report: str
    regions: tuple[RegionTexts, ...]


class Captioner(Protocol):
    """Writes from evidence alone; the same evidence gives the same texts."""

    @property
    def name(self) -> str:
        """The word of the column `texts_origin`."""
        ...

    def write(self, evidence: Sequence[Evidence]) -> list[Texts]:
        """One for each picture, in order."""
        ...
