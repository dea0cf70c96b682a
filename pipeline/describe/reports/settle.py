"""What annotations and labels leave of a report: of one finding they are believed, and the report is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.describe.marked import Marked
from pipeline.describe.reading.assertions import ABSENT
from pipeline.describe.reports.statements import Said, Statement
from schemas.lexicon.findings import ancestors, finding_of

ANNOTATED, LABELLED = "report_contradicts_annotation", "report_contradicts_label"
REPEATED = "report_repeats_annotation"


@dataclass(frozen=True)
class Annotated:
    """`row` holds the picture's columns as `derive_facts` has them."""

    row: Mapping[str, Any]
    regions: Sequence[Marked]

    @cached_property
    def shown(self) -> frozenset[str]:
        """Ids that regions show, wider terms too; also what only a model marked."""
        ids = self._ids(region.name for region in self.regions)
        return ids.union(*map(ancestors, ids))

    @cached_property
    def missing(self) -> frozenset[str]:
        """Ids of which every instance would be annotated, and none is."""
        return self._ids(self.row["annotation_scope"] or ()) - self.shown

    @cached_property
    def states(self) -> Mapping[str, str]:
        """State by category."""
        return {label["category"]: label["state"] for label in self.row["label_states"] or ()}

    def _ids(self, names: Iterable[str | None]) -> frozenset[str]:
        found = (finding_of(name, self.row["modality"]) or finding_of(name) for name in names if name is not None)
        return frozenset(each.id for each in found if each is not None)

    def objection(self, said: Statement) -> str | None:
        """Why a statement makes no fact."""
        id, category = said.finding.id, said.finding.category
        if said.assertion == ABSENT:
            if id in self.shown:
                return ANNOTATED
            if id == category and self.states.get(id) in ("present", "uncertain"):
                return LABELLED
            return None if self.missing.isdisjoint({id, *ancestors(id)}) else REPEATED
        if not self.missing.isdisjoint({id, *ancestors(id)}):
            return ANNOTATED
        if category is not None and self.states.get(category) == "absent":
            return LABELLED
        return REPEATED if id in self.shown else None


def settled(said: Said, annotated: Annotated) -> Said:
    objections = [annotated.objection(each) for each in said.statements]
    kept = [each for each, objection in zip(said.statements, objections, strict=True) if objection is None]
    return Said(kept, [*said.left_out, *_known(objections)])


def _known(objections: Iterable[str | None]) -> Iterator[str]:
    return (each for each in objections if each is not None)
