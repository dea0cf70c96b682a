"""Where in a body part or in the picture something lies, and on which sides of a patient a place exists."""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.body_parts import related_parts
from schemas.taxonomy.csv_table import Row, listed, made_from

IMAGE_VOCABULARIES = ("image", "field", "field_clock")


@dataclass(frozen=True)
class Place:
    """`phrase` follows `preposition` and `the`, with the side between: in the [left] lower zone.

    `sides` are the patient's sides on which the place exists; empty: it takes none. A swap of a position
    stays within one `vocabulary`. `body_part` is None for places of the picture itself, which need no frame.
    """

    vocabulary: str
    id: str
    phrase: str
    preposition: str
    body_part: str | None
    sides: tuple[str, ...]


@cache
def all_places() -> tuple[Place, ...]:
    return made_from("schemas.lexicon", "places", _place)


def place(id: str) -> Place:
    """Raises KeyError where there is no such place."""
    return _by_id()[id]


def is_place(id: str) -> bool:
    return id in _by_id()


@cache
def places(body_part: str | None) -> tuple[Place, ...]:
    """Those that a picture of a body part (an id) can show, and always those of the picture itself."""
    return tuple(
        each
        for each in all_places()
        if each.body_part is None or (body_part is not None and related_parts(each.body_part, body_part))
    )


def is_legal(place_id: str, side: str | None) -> bool:
    """Whether a place exists on a side: there is no left middle lobe and no right lingula.

    No side is always legal.
    """
    found = _by_id().get(place_id)
    return found is not None and (side is None or side in found.sides)


@cache
def _by_id() -> dict[str, Place]:
    return {each.id: each for each in all_places()}


def _place(row: Row) -> Place:
    return Place(
        vocabulary=row["vocabulary"],
        id=row["id"],
        phrase=row["phrase"],
        preposition=row["preposition"],
        body_part=row["body_part"] or None,
        sides=listed(row["sides"]),
    )
