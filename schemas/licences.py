"""Licences of pictures and annotations: their ids, which of them are open, and which of several is the strictest.

The table beside this module goes from the freest to the strictest; what it does not know is `other`, the strictest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from schemas.taxonomy.csv_table import Row, folded, made_from

OTHER = "other"


@dataclass(frozen=True)
class Licence:
    """`id` is SPDX's where there is one; `open` as in the Open Definition 2.1: anyone may use, change and share."""

    id: str
    terms: str
    open: bool
    spellings: tuple[str, ...]


@cache
def licences() -> tuple[Licence, ...]:
    """From the freest to the strictest, a total order; within the same terms the order is ours."""
    return made_from("schemas", "licences", _licence)


@lru_cache(maxsize=1 << 12)
def licence_id(words: str | None) -> str:
    """The id that a person's words stand for, whatever their case and separators; `other` where they are unknown.

    Only whole spellings count: `CC BY 4.0, but ...` is another licence.
    """
    return _by_spelling().get(folded(words), OTHER) if words else OTHER


def is_open(id: str) -> bool:
    """Raises KeyError where there is no such id."""
    return licences()[strictness(id)].open


def strictness(id: str) -> int:
    """The place in the table, 0 the freest. Raises KeyError where there is no such id."""
    return _places()[id]


def strictest(words: Iterable[str | None]) -> str:
    """The id of the strictest of some licences, each an id or a person's words; None, or nothing at all, is `other`."""
    return max(map(licence_id, words), key=strictness, default=OTHER)


@cache
def _places() -> dict[str, int]:
    return {licence.id: place for place, licence in enumerate(licences())}


@cache
def _by_spelling() -> dict[str, str]:
    return {folded(words): each.id for each in licences() for words in (each.id, *each.spellings)}


def _licence(row: Row) -> Licence:
    # Spellings are parted by bars: a person's words hold commas and semicolons.
    spellings = tuple(words.strip() for words in row["spellings"].split("|") if words.strip())
    return Licence(row["id"], row["terms"], row["open"] == "yes", spellings)
