"""Which edits are the reverse of each other.

An edit makes one value into another beside companions: the same name, the same kind of picture. Who reads texts alone
cannot tell true from false where as many edits go forth as back in each such cell. Two regions that exchange values
make one edit of both: its reverse are two alike regions whose values lie the other way round.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.describe.audit.words import half_octave

Row = Mapping[str, Any]
Place = tuple[int, int]  # a text of the picture (0 its report, then its regions), and one of its negatives
AXES = {"vertical": "image_side", "image_side": "vertical"}
EXTENTS = " x "


@dataclass(frozen=True)
class Way:
    """`cell` names what both ways share, by 64 bits; `forth` is which of both."""

    cell: int
    forth: bool


@dataclass(frozen=True)
class Edit:
    """One negative, or the two of twins; `way` is None where both ways are in it: it is fair by itself."""

    places: tuple[Place, ...]
    way: Way | None


def texts_of(picture: Row) -> list[Sequence[Row]]:
    """The negatives of the report, then of each region."""
    return [picture["negatives"] or (), *(region["negatives"] or () for region in picture["regions"] or ())]


def edits(picture: Row, scene: Sequence[str]) -> Iterator[Edit]:
    """Of a row of CAPTIONS; each of its negatives is in one edit. `scene` is what all its cells are of: which
    half of the patients, modality, body part.
    """
    twins: dict[str, list[Place]] = {}
    told = [{}, *(_told(region) for region in picture["regions"] or ())]
    for i, negatives in enumerate(texts_of(picture)):
        for j, negative in enumerate(negatives):
            if negative["twin"]:
                twins.setdefault(negative["twin"], []).append((i, j))
            else:
                beside = _beside(negative, told[i]) if i else _beside_in_report(negative, picture)
                way = _way(negative, (*scene, "region" if i else "report"), beside)
                yield Edit(((i, j),), way)
    texts = texts_of(picture)
    for places in twins.values():
        sides = [(_beside(texts[i][j], told[i]), texts[i][j]) for i, j in places]
        yield Edit(tuple(places), _way_of_twins(sides, scene))


def _way(negative: Row, scene: Sequence[str], beside: Sequence[str]) -> Way:
    a, b = negative["original"], negative["replaced"]
    cell = (*_form(negative), *scene, *beside, *sorted((_coarse(a), _coarse(b))))
    return Way(_named(cell), _forth(a, b))


def _way_of_twins(sides: Sequence[tuple[tuple[str, ...], Row]], scene: Sequence[str]) -> Way | None:
    """None for whole texts, for sentences on nothing else, and for two regions that are alike."""
    (beside, one), (beside_other, _) = min(sides, key=lambda side: side[0]), max(sides, key=lambda side: side[0])
    if one["kind"] != "binding" or beside == beside_other:
        return None
    a, b = one["original"], one["replaced"]
    cell = (*_form(one), *scene, *beside, *beside_other, *sorted((_coarse(a), _coarse(b))))
    return Way(_named(cell), _forth(a, b))


def _named(cell: Sequence[str]) -> int:
    return int.from_bytes(hashlib.blake2b("\x1f".join(cell).encode(), digest_size=8).digest())


def _form(negative: Row) -> tuple[str, str]:
    return negative["kind"], negative["slot"]


def _forth(a: str, b: str) -> bool:
    return _number(a) < _number(b) if EXTENTS in a else a < b


def _coarse(value: str) -> str:
    """Of extents the width's magnitude, since no two are alike."""
    return str(half_octave(_number(value))) if EXTENTS in value else value


def _number(extents: str) -> float:
    return float(extents.partition(EXTENTS)[0])


def _told(region: Row) -> dict[str, str]:
    """By attribute; of a region's facts those that others go with."""
    return {
        fact["attribute"]: fact["value"]
        for fact in region["facts"] or ()
        if fact["kind"] in ("identity", "position", "size", "appearance", "location", "side", "border", "measurement")
    }


def _beside_in_report(negative: Row, picture: Row) -> tuple[str, ...]:
    """Where the things lie that are counted, since one lies in a field and two seldom in the same; and by how much its
    one value makes a report longer than its other, since other words follow from a number. A statement tells of a side
    how many lie there, of a number nothing else.
    """
    name = negative["original"].partition(" ")[2]
    known = [(fact["kind"], fact["value"]) for fact in picture["facts"] or () if fact["attribute"] == name]
    if negative["kind"] == "statement":
        return tuple(value for kind, value in known if kind == "count" and negative["slot"] == "side")
    places = [value for kind, value in known if kind == "distribution"]
    longer = len(negative["text"]) - len(negative["positive"] or picture["report"])
    return (*places, str(longer if _forth(negative["original"], negative["replaced"]) else -longer))


def _beside(negative: Row, told: Mapping[str, str]) -> tuple[str, ...]:
    """What a value of the slot may go with: its name; of a name size, looks and place; of a place axis and side."""
    slot = negative["slot"]
    if negative["kind"] == "statement":
        return (told.get(AXES[slot], ""),) if slot in AXES else ()
    extent = str(half_octave(float(told["width"]))) if "width" in told else ""
    if slot == "name":
        looks = sorted(f"{name} {value}" for name, value in told.items() if name not in _NOT_LOOKS)
        return (told.get("share_of_image", ""), told.get("anatomy", ""), extent, *looks)
    others = [extent] if slot == "size" else [told.get(name, "") for name in _BESIDE.get(slot, ())]
    return (told.get("name", ""), *others)


_BESIDE = {
    "image_side": ("vertical", "patient", "touches", "anatomy"),
    "vertical": ("image_side", "patient", "touches", "anatomy"),
    "measurement": ("share_of_image", "anatomy"),
    "side": ("image_side", "touches", "anatomy"),
}


_NOT_LOOKS = frozenset(
    {"name", "kind", "image_side", "vertical", "share_of_image", "anatomy", "patient", "touches", "width", "height"}
)
