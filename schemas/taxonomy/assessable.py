"""Which categories a reader could assess on a picture: AUC, negatives and `no finding` stay inside this.

The table is ours, by clinical judgement. What it leaves out is `not_assessed`, never absent.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from schemas.taxonomy.body_parts import body_part_of, contains_part, related_parts
from schemas.taxonomy.csv_table import Row, folded, listed, made_from
from schemas.taxonomy.modalities import PARAMETRIC_MAP, UNKNOWN, modality, technique_of
from schemas.taxonomy.projections import projection_of


@dataclass(frozen=True)
class Assessable:
    """One row. An empty list admits anything; `unknown` in a list admits what is not stated.

    A picture shows a listed body part when one of the two holds the other (an abdominal CT shows the liver, a
    liver ultrasound shows it too); `=part` asks that the picture be of the part itself.
    """

    category: str
    modality: str
    body_parts: tuple[str, ...]
    projections: tuple[str, ...]
    techniques: tuple[str, ...]


@cache
def assessable_table() -> tuple[Assessable, ...]:
    return made_from("schemas.taxonomy", "assessable", _assessable)


def assessable(
    category: str,
    modality: str,
    body_part: str | None = None,
    projection: str | None = None,
    technique: str | None = None,
) -> bool:
    """Whether a category can be called present or absent on such a picture; terms as sources write them."""
    return category in assessable_categories(modality, body_part, projection, technique)


@lru_cache(maxsize=4096)
def assessable_categories(
    modality_id: str,
    body_part: str | None = None,
    projection: str | None = None,
    technique: str | None = None,
) -> tuple[str, ...]:
    """In the order of the table; empty for a parametric map, which shows a computed quantity.

    Where no body part is stated, the one that the modality nearly always shows is assumed. Raises KeyError
    where there is no such modality.
    """
    part = body_part_of(body_part or modality(modality_id).assumed_body_part)
    view = projection_of(projection) if projection else UNKNOWN
    method = technique_of(modality_id, technique) if technique else UNKNOWN
    found = (
        row.category
        for row in assessable_table()
        if row.modality == modality_id
        and _shows(part, row.body_parts)
        and (not row.projections or view in row.projections)
        and (method in row.techniques if row.techniques else method != PARAMETRIC_MAP)
    )
    return tuple(dict.fromkeys(found))


def _shows(part: str | None, wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return True
    return part is not None and any(
        contains_part(item[1:], part) if item.startswith("=") else related_parts(item, part) for item in wanted
    )


def _assessable(row: Row) -> Assessable:
    return Assessable(
        row["category"],
        row["modality"],
        listed(row["body_parts"]),
        tuple(map(folded, listed(row["projections"]))),
        listed(row["techniques"]),
    )
