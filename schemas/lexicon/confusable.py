"""Which findings are mistaken for which, and what a swap of the two in a text is worth as a negative."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, cast

from schemas.lexicon.findings import ancestors, is_finding
from schemas.taxonomy.csv_table import Row, made_from

Relation = Literal["X", "C", "D", "H"]

ANYTHING = "*"
ANY_MODALITY = "any"


@dataclass(frozen=True)
class Confusable:
    """One pair, readable in both directions.

    `relation`: X exclude each other in one region; C may coexist, so only where b is explicitly absent; D
    degrees of one thing, so only two grades apart; H one holds the other or cannot be told from it, so never.
    `condition` is a further demand (`pathology`, `contrast_phases`, ...) or empty.
    """

    row: int
    modality: str
    a: str
    b: str
    relation: Relation
    cue: str
    condition: str

    def turned(self) -> "Confusable":
        return replace(self, a=self.b, b=self.a)


@cache
def confusable_table() -> tuple[Confusable, ...]:
    return made_from("schemas.lexicon", "confusable", _confusable)


@cache
def confusable(finding_id: str, modality: str) -> tuple[Confusable, ...]:
    """The pairs of a finding in a modality, it as `a`; those of relation H too, which say what is blocked."""
    here = [each for each in confusable_table() if each.modality in (modality, ANY_MODALITY)]
    return tuple(each if each.a == finding_id else each.turned() for each in here if finding_id in (each.a, each.b))


def may_swap(a: str, b: str) -> bool:
    """Whether b in place of a could ever make a negative, whatever the modality.

    Never for unknown ids, one and the same thing, a term and its wider term, a generic term, or a pair of
    relation H (with all narrower terms of both: COVID-19 pneumonia is blocked with consolidation as pneumonia
    is). True promises nothing yet: `confusable` says under which relation.
    """
    if a == b or not (is_finding(a) and is_finding(b)):
        return False
    if a in ancestors(b) or b in ancestors(a):
        return False
    if {a, b} & _generic():
        return False
    return not any(frozenset((x, y)) in _blocked() for x in {a} | ancestors(a) for y in {b} | ancestors(b))


@cache
def _generic() -> frozenset[str]:
    return frozenset(each.a for each in confusable_table() if each.b == ANYTHING)


@cache
def _blocked() -> frozenset[frozenset[str]]:
    """Pairs of relation H."""
    return frozenset(frozenset((each.a, each.b)) for each in confusable_table() if each.relation == "H")


def _confusable(row: Row) -> Confusable:
    return Confusable(
        row=int(row["row"]),
        modality=row["modality"],
        a=row["a"],
        b=row["b"],
        relation=cast("Relation", row["relation"]),
        cue=row["cue"],
        condition=row["condition"],
    )
