"""The closed vocabularies of facts: each attribute's values, the order of ordinal ones, and their phrases."""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.csv_table import Row, folded, listed, made_from


@dataclass(frozen=True)
class AttributeValue:
    """`scale` tells the ordinals of one attribute apart (severity by `icdr`, by `ordinal-3`, ...).

    `rank` orders the values of a scale, None where they have no order. `at_least` is the lower bound of a
    bin: for size the box's long side over the picture's long side, for count a number; the bounds are ours.
    `modalities` empty means any.
    """

    attribute: str
    scale: str
    value: str
    rank: int | None
    phrase: str
    modalities: tuple[str, ...]
    synonyms: tuple[str, ...]
    at_least: float | None


@cache
def attribute_table() -> tuple[AttributeValue, ...]:
    return made_from("schemas.lexicon", "attributes", _attribute_value)


@cache
def attribute_values(attribute: str, scale: str | None = None) -> tuple[AttributeValue, ...]:
    """In the order of the table; of one scale where it is named.

    Raises KeyError for an unknown attribute or scale.
    """
    found = tuple(
        each for each in attribute_table() if each.attribute == attribute and (scale is None or each.scale == scale)
    )
    if not found:
        raise KeyError(attribute if scale is None else f"{attribute}:{scale}")
    return found


def attribute_value_of(attribute: str, word: str, scale: str | None = None) -> AttributeValue | None:
    """The one value that a word stands for, whatever its case and separators; None where none or several."""
    wanted = folded(word)
    meant = [
        each
        for each in attribute_values(attribute, scale)
        if wanted in map(folded, (each.value, each.phrase, *each.synonyms))
    ]
    return meant[0] if len(meant) == 1 else None


def size_bin(share: float) -> AttributeValue:
    """Of a box's long side over the picture's long side, between 0 and 1."""
    return _bin("size", share)


def count_bin(count: int) -> AttributeValue:
    """Of a number of things, at least 1."""
    return _bin("count", count)


def _bin(attribute: str, amount: float) -> AttributeValue:
    reached = [each for each in attribute_values(attribute) if amount >= (each.at_least or 0.0)]
    if not reached:
        raise ValueError(f"{attribute}: {amount} lies below every bin")
    return reached[-1]


def _attribute_value(row: Row) -> AttributeValue:
    return AttributeValue(
        attribute=row["attribute"],
        scale=row["scale"],
        value=row["value"],
        rank=int(row["rank"]) if row["rank"] else None,
        phrase=row["phrase"],
        modalities=listed(row["modalities"]),
        synonyms=listed(row["synonyms"]),
        at_least=float(row["at_least"]) if row["at_least"] else None,
    )
