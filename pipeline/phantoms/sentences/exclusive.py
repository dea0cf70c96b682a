"""Which places and values exclude each other for one thing: what the truth certifies to be false beside what is so.

The table is ours, and cautious: a place within another, or a word that a reader might use for both, is in no row.
"""

import re
from collections.abc import Iterator
from functools import cache

from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.places import all_places, is_legal, place
from schemas.taxonomy.csv_table import listed, read_rows

_CLOCK = re.compile(r"_(\d+)_oclock$")
CLOCK_APART = 3  # hours


@cache
def other_values(attribute: str, value: str, modality: str) -> tuple[str, ...]:
    """Of an attribute of the lexicon, those that a picture of the modality may have, in the table's order."""
    legal = {each.value for each in attribute_values(attribute) if not each.modalities or modality in each.modalities}
    return tuple(each for each in _beside(attribute, value, tuple(sorted(legal))) if each in legal)


@cache
def other_places(place_id: str, side: str | None) -> tuple[str, ...]:
    """Of the same vocabulary, that exist on the side. Clock positions are at least three hours apart."""
    vocabulary = place(place_id).vocabulary
    known = tuple(each.id for each in all_places() if each.vocabulary == vocabulary)
    clock = _CLOCK.search(place_id)
    found = _hours_away(int(clock[1]), known) if clock else _beside(vocabulary, place_id, known)
    return tuple(each for each in found if side is None or is_legal(each, side) or place(each).body_part is None)


def _hours_away(hour: int, known: tuple[str, ...]) -> Iterator[str]:
    for each in known:
        other = _CLOCK.search(each)
        apart = abs(int(other[1]) - hour) if other else 0
        if min(apart, 12 - apart) >= CLOCK_APART:
            yield each


def _beside(of: str, value: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Those of every row that holds the value."""
    found: dict[str, None] = {}
    for row in read_rows("pipeline.phantoms.sentences", "exclusive"):
        values = known if row["values"] == "*" else listed(row["values"])
        if row["of"] == of and value in values:
            found.update(dict.fromkeys(each for each in values if each != value))
    return tuple(found)
