"""Which negatives of a picture's texts are kept where there are more than a text may have."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from annotators.captioners.templates import rank

Row = Mapping[str, Any]  # of `schemas.tables.columns.NEGATIVE`
Place = tuple[int, int]  # a text of the picture, and one of its negatives


def spread(texts: Sequence[Sequence[Row]], at_most: int) -> list[list[Row]]:
    """At most so many of each text, in turns over kinds and slots by a hash; twins are kept or left out together.

    A negative whose twin is not there is left out as well.
    """
    places = [(i, j) for i, negatives in enumerate(texts) for j in range(len(negatives))]
    turns = {place: turn for i in range(len(texts)) for place, turn in _turns(i, texts[i]).items()}
    together: dict[str, list[Place]] = {}
    for i, j in places:
        negative = texts[i][j]
        together.setdefault(negative["twin"] or f"{i} {j}", []).append((i, j))
    units = [unit for unit in together.values() if len(unit) == (2 if texts[unit[0][0]][unit[0][1]]["twin"] else 1)]
    units.sort(key=lambda unit: (max(turns[place] for place in unit), unit))
    room = [at_most] * len(texts)
    kept = set[Place]()
    for unit in units:
        if all(room[i] > 0 for i, _ in unit):
            kept.update(unit)
            for i, _ in unit:
                room[i] -= 1
    return [[each for j, each in enumerate(negatives) if (i, j) in kept] for i, negatives in enumerate(texts)]


def _turns(text: int, negatives: Sequence[Row]) -> dict[Place, tuple[int, int]]:
    """First one of each kind, then the next of each; within a kind one of each slot before a second."""
    hashes = [rank(each["twin"] or each["text"], "spread") for each in negatives]
    in_slot: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for j in sorted(range(len(negatives)), key=hashes.__getitem__):
        in_slot[negatives[j]["kind"], negatives[j]["slot"]].append(j)
    in_kind: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for (kind, _), found in in_slot.items():
        in_kind[kind] += [(turn, hashes[j], j) for turn, j in enumerate(found)]
    return {
        (text, j): (turn, hashed) for found in in_kind.values() for turn, (_, hashed, j) in enumerate(sorted(found))
    }
