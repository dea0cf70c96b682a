"""The picture that a report is joined to, and whether a sentence can be about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.describe.bears_out.acquired import ALSO
from pipeline.describe.bears_out.names import GENERIC
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Reading
from schemas.laterality import laterality_word
from schemas.lexicon.findings import Finding, finding
from schemas.lexicon.places import is_place, place
from schemas.taxonomy.assessable import assessable
from schemas.taxonomy.body_parts import body_part_of, related_parts
from schemas.taxonomy.modalities import modalities

TOLD_KINDS = frozenset({"finding", "device"})
OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Pictured:
    """None where nobody says it. `side` is the patient's, of a picture that shows one alone."""

    modality: str | None
    body_part: str | None
    side: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Pictured":
        known = row["modality"] in {each.id for each in modalities()}
        part = body_part_of(row["body_part"]) if row["body_part"] else None
        return cls(row["modality"] if known else None, part, laterality_word(row["image_laterality"]))

    def finding(self, mention: Mention) -> Finding | None:
        """The one thing that a mention can mean here; None for general words, structures, and where several can be."""
        found = [known for known in map(finding, mention.of("finding")) if self._is_told(known)]
        return found[0] if len(found) == 1 else None

    def _is_told(self, known: Finding) -> bool:
        return known.kind in TOLD_KINDS and known.id not in GENERIC

    def can_show(self, known: Finding) -> bool:
        """Whether such a picture shows it; a part that nobody states excludes nothing."""
        if self.modality is None or known.occurs_in(self.modality):
            bound = known.category is not None and self.modality is not None and self.body_part is not None
            return not bound or assessable(str(known.category), str(self.modality), self.body_part)
        return False

    def is_of_another_exam(self, reading: Reading) -> bool:
        """Whether a sentence names an examination other than the picture's, or any where that is not known."""
        own = {self.modality, *ALSO.get(self.modality or "", ())}
        named = (modality for each in reading.named if (modality := _exams(each.mention)))
        return any(own.isdisjoint(exams) for exams in named)

    def is_of_another_part(self, mention: Mention) -> bool | None:
        """None where a mention names no part, or the picture's is not known."""
        parts = _parts(mention)
        if not parts or self.body_part is None:
            return None
        return not any(related_parts(part, self.body_part) for part in parts)

    def place(self, mention: Mention) -> str | None:
        """The one place that a mention can mean in such a picture."""
        found = [each for each in mention.of("position") if is_place(each) and self._has(place(each).body_part)]
        return found[0] if len(found) == 1 else None

    def _has(self, part: str | None) -> bool:
        return part is not None and (self.body_part is None or related_parts(part, self.body_part))

    def is_of_another_side(self, side: str | None) -> bool:
        return self.side in OTHER_SIDE and side == OTHER_SIDE[self.side]


def _exams(mention: Mention) -> Collection[str]:
    exams = {value.partition(":")[0] for value in mention.of("exam")}
    return exams | set(mention.of("modality"))


def _parts(mention: Mention) -> Collection[str]:
    placed = {place(each).body_part for each in mention.of("position") if is_place(each)}
    return {part for part in {*mention.of("body_part"), *placed} if part}
