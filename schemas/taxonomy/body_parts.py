"""The closed vocabulary of body parts, which part holds which, and the terms of DICOM's Body Part Examined.

DICOM terms as in PS3.16 Annex L; a part may lie in several larger ones.
"""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.csv_table import Row, folded, listed, made_from


@dataclass(frozen=True)
class BodyPart:
    """`name` is the word of captions; `parents` are the larger parts that hold it."""

    id: str
    name: str
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]


@cache
def body_parts() -> tuple[BodyPart, ...]:
    return made_from("schemas.taxonomy", "body_parts", _body_part)


def body_part(id: str) -> BodyPart:
    """Raises KeyError where there is no such part."""
    return _by_id()[id]


def body_part_of(term: str) -> str | None:
    """The id that a source's or DICOM's word stands for; None where it is unknown."""
    return _by_term().get(folded(term))


def contains_part(whole: str, part: str) -> bool:
    """Whether `part` is `whole` or lies within it, both ids; False for an unknown id."""
    return whole in _enclosing().get(part, frozenset())


def related_parts(a: str, b: str) -> bool:
    """Whether one of the two holds the other."""
    return contains_part(a, b) or contains_part(b, a)


@cache
def _by_id() -> dict[str, BodyPart]:
    return {part.id: part for part in body_parts()}


@cache
def _by_term() -> dict[str, str]:
    return {folded(term): part.id for part in body_parts() for term in (part.id, part.name, *part.synonyms)}


@cache
def _enclosing() -> dict[str, frozenset[str]]:
    return {part.id: frozenset(_upwards(part.id)) for part in body_parts()}


def _upwards(id: str) -> set[str]:
    found = {id}
    for parent in body_part(id).parents:
        found |= _upwards(parent)
    return found


def _body_part(row: Row) -> BodyPart:
    return BodyPart(row["id"], row["name"], listed(row["parents"]), listed(row["synonyms"]))
