"""The closed vocabulary of projections of X-ray pictures, with DICOM's View Position terms."""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.csv_table import Row, folded, listed, made_from


@dataclass(frozen=True)
class Projection:
    """`name` is the word of captions."""

    id: str
    name: str
    modalities: tuple[str, ...]
    synonyms: tuple[str, ...]


@cache
def projections() -> tuple[Projection, ...]:
    return made_from("schemas.taxonomy", "projections", _projection)


def projection_of(term: str) -> str | None:
    """The id that a source's or DICOM's word stands for; None where it is unknown."""
    return _by_term().get(folded(term))


@cache
def _by_term() -> dict[str, str]:
    return {folded(term): each.id for each in projections() for term in (each.id, each.name, *each.synonyms)}


def _projection(row: Row) -> Projection:
    return Projection(row["id"], row["name"], listed(row["modalities"]), listed(row["synonyms"]))
