"""What every captioner gives back, and the two methods that it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from annotators.captioners.evidence import Evidence

Slot = tuple[str, str]  # summary, report, caption or paraphrase; the region's id, of a picture's text ``
PICTURE = ""


@dataclass(frozen=True)
class RegionTexts:
    """`paraphrase` states the same facts as `caption` in other words."""

    region_id: str
    caption: str
    paraphrase: str


@dataclass(frozen=True)
class Texts:
    """A summary in one or two sentences, a report in findings style, and the texts of each region.

    A text that could not be had is empty; a region of which none could be had may be left out.
    """

    summary: str
    report: str
    regions: tuple[RegionTexts, ...]


@dataclass(frozen=True)
class Draft:
    """Texts of a picture that a check did not let pass: (summary, report, caption or paraphrase; the region's id or ``)
    to the text and what is wrong with it, in the words of `pipeline/describe/check.py`.
    """

    evidence: Evidence
    wrong: Mapping[Slot, tuple[str, tuple[str, ...]]]


def slots_of(evidence: Evidence) -> Iterator[Slot]:
    """Of all texts of a picture, in order."""
    yield from (("summary", PICTURE), ("report", PICTURE))
    for region in evidence.regions:
        yield from (("caption", region.region_id), ("paraphrase", region.region_id))


def texts_of(texts: Texts) -> dict[Slot, str]:
    """Those that could be had."""
    told: dict[Slot, str] = {("summary", PICTURE): texts.summary, ("report", PICTURE): texts.report}
    for each in texts.regions:
        told["caption", each.region_id] = each.caption
        told["paraphrase", each.region_id] = each.paraphrase
    return {slot: text for slot, text in told.items() if text}


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
