"""The writer that needs no weights: templates filled from facts, varied by hashes of ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotators.captioners.captioner import Draft, RegionTexts, Texts
from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.region_text import Slot, Wording, caption, statement, wording
from annotators.captioners.report_text import counted, presence, report, summary


@dataclass(frozen=True)
class RuleWriter:
    """Says only what a fact says, in words that depend on ids and on which facts there are, not on their values.

    So the same call on evidence with one fact edited gives a text that differs in that fact's words alone, which is
    how negatives are written.
    """

    name: ClassVar[str] = "rules"

    def write(self, evidence: Sequence[Evidence]) -> list[Texts]:
        return [self._texts(each) for each in evidence]

    def rewrite(self, drafts: Sequence[Draft]) -> Sequence[Texts | None]:
        """None: its words follow from the facts."""
        return [None] * len(drafts)

    def wording(self, evidence: Evidence, region: RegionEvidence) -> Wording:
        """How the caption of this region is written, whatever its values."""
        return wording(evidence, region)

    def statement(self, evidence: Evidence, region: RegionEvidence, slot: Slot, seed: str) -> Wording:
        """How one slot of this region is told alone, in words that the seed chooses."""
        return statement(evidence, region, slot, seed)

    def presence(self, evidence: Evidence, name: str) -> tuple[str, str]:
        """That there is something of a name, and that there is nothing of it."""
        return presence(evidence, name)

    def counted(self, evidence: Evidence, name: str, count: int, side: str | None = None) -> str:
        """How many of a name there are, and on which of the patient's sides."""
        return counted(evidence, name, count, side)

    def report(self, evidence: Evidence) -> str:
        return report(evidence)

    def _texts(self, evidence: Evidence) -> Texts:
        regions = tuple(
            RegionTexts(region.region_id, caption(evidence, region), caption(evidence, region, turn=1))
            for region in evidence.regions
        )
        return Texts(summary(evidence), report(evidence), regions)
