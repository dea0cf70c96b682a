"""The 30 disease categories, each an explicit list of ICD-10 prefixes, and the named gaps between them.

The reference list is ICD-10 (WHO, 2019); a second list holds ICD-10-CM. `no finding` is a state of an image,
not a category, and has no code.
"""

from dataclasses import dataclass
from functools import cache

from schemas.taxonomy.csv_table import Row, listed, made_from


@dataclass(frozen=True)
class Conditional:
    """A prefix that resolves only at a body part (`*`: any) or beside a word, in one edition or (empty) both."""

    prefix: str
    condition: str
    edition: str


@dataclass(frozen=True)
class Category:
    """A group of images, not an asserted diagnosis; `also` holds (prefix, other category) pairs."""

    id: str
    name: str
    who: tuple[str, ...]
    cm: tuple[str, ...]
    at_body_part: tuple[Conditional, ...]
    with_word: tuple[Conditional, ...]
    also: tuple[tuple[str, str], ...]
    notes: str


@dataclass(frozen=True)
class Gap:
    """A field of medicine that no category covers; `codes` are WHO prefixes of any length."""

    id: str
    name: str
    codes: tuple[str, ...]


@cache
def categories() -> tuple[Category, ...]:
    return made_from("schemas.taxonomy", "categories", _category)


@cache
def gaps() -> tuple[Gap, ...]:
    return made_from("schemas.taxonomy", "gaps", lambda row: Gap(row["id"], row["name"], listed(row["codes"])))


def category(id: str) -> Category:
    """Raises KeyError where there is no such category."""
    return _by_id()[id]


def is_category(id: str) -> bool:
    return id in _by_id()


@cache
def _by_id() -> dict[str, Category]:
    return {each.id: each for each in categories()}


def _category(row: Row) -> Category:
    return Category(
        id=row["id"],
        name=row["name"],
        who=listed(row["who"]),
        cm=listed(row["cm"]) or listed(row["who"]),
        at_body_part=_conditionals(row["at_body_part"]),
        with_word=_conditionals(row["with_word"]),
        also=_pairs(row["also"]),
        notes=row["notes"],
    )


def _conditionals(cell: str) -> tuple[Conditional, ...]:
    return tuple(Conditional(*(*item.split(":"), "")[:3]) for item in listed(cell))


def _pairs(cell: str) -> tuple[tuple[str, str], ...]:
    return tuple((left, right) for left, _, right in (item.partition(":") for item in listed(cell)))
