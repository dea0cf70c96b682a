"""What every captioner gives back, and the two methods that it has."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Draft:
    """Texts of a picture that a check did not let pass: (summary, report, caption or paraphrase; the region's id or ``)
    to the text and what is wrong with it, in the words of `pipeline/describe/check.py`.
    """

    evidence: Evidence
    wrong: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]


class Captioner(Protocol):
    """Writes from evidence alone; what it writes is read and checked, whoever it is."""

    @property
    def name(self) -> str:
        """The word of the column `texts_origin`."""
        ...

    def write(self, evidence: Sequence[Evidence]) -> Sequence[Texts | None]:
        """One for each picture, in order; None where it could not be had."""
        ...

    def rewrite(self, drafts: Sequence[Draft]) -> Sequence[Texts | None]:
        """Again, knowing what was wrong; of the texts given back those that were wrong are taken. None: no other text
        can be had.
        """
        ...
