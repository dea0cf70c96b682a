"""Region files: boxes, masks, places and looks of one picture as JSON, the format that loses nothing of a region.

`{"width": 512, "height": 512, "exhaustive": ["cyst"], "regions": [{"label": "cyst", "box_xyxy": [10, 20, 60, 70],
"mask": {"size": [50, 50], "counts": "..."}, "side": "left", "place": "upper_outer_quadrant",
"attributes": {"margin": "circumscribed"}}]}`; all but label and box may be left out. docs/config.md describes it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pipeline.ingest.given import Dropped, Given, NamedCorners, place
from schemas.errors import BadData
from schemas.lexicon.attributes import attribute_table
from schemas.lexicon.places import is_legal
from schemas.masks import Rle, runs

UNREADABLE = "annotation_unreadable"
SIDES = ("left", "right")


def read_regions(data: bytes, image_wh: tuple[int, int]) -> Given:
    """The regions of a file, in its order, in pixels of the upright source picture, boxes half-open.

    A file that says it is of a picture of another size gives nothing but `annotation_size_mismatch`. A mask that is
    no mask of its box is left out (`mask_malformed`, `mask_size_mismatch`), as is a side, place or attribute that no
    closed list has (`word_unknown`); the box stays. Raises BadData `annotation_unreadable` for what is no such JSON.
    """
    document = _object(data)
    said_wh = (document.get("width"), document.get("height"))
    if said_wh not in ((None, None), image_wh):
        return Given.nothing("annotation_size_mismatch", _number(said_wh[0]))
    regions = document.get("regions")
    if not isinstance(regions, list):
        raise BadData(UNREADABLE)
    given = Given.united(_region(region, image_wh) for region in regions)
    return replace(given, exhaustive=_words(document.get("exhaustive")))


def _object(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadData(UNREADABLE) from error
    if not isinstance(document, dict):
        raise BadData(UNREADABLE)
    return document


def _region(region: Any, image_wh: tuple[int, int]) -> Given:
    if not isinstance(region, Mapping):
        return Given.nothing("box_unreadable")
    label = region.get("label")
    if not isinstance(label, str) or not label.strip():
        return Given.nothing("label_missing")
    box = region.get("box_xyxy")
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
        return Given.nothing("box_unreadable", label=label)
    x1, y1, x2, y2 = map(float, box)
    placed = place(NamedCorners(label.strip(), (x1, y1, x2, y2)), image_wh)
    if not placed.regions:
        return placed
    mask, why = _mask(region.get("mask"), placed.regions[0].box_xyxy)
    said, unknown = _said(region)
    lost = [*placed.dropped, *(Dropped(reason, label=label, box_stays=True) for reason in (why, unknown) if reason)]
    return Given((replace(placed.regions[0], mask=mask, attributes=said),), tuple(lost))


def _mask(mask: Any, box: tuple[int, int, int, int]) -> tuple[Rle | None, str | None]:
    if mask is None:
        return None, None
    try:
        rle = Rle(size=[int(side) for side in mask["size"]], counts=str(mask["counts"]))
        runs(rle)
    except (BadData, KeyError, TypeError, ValueError):
        return None, "mask_malformed"
    fits = rle["size"] == [box[3] - box[1], box[2] - box[0]]
    return (rle, None) if fits else (None, "mask_size_mismatch")


def _said(region: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """Side, place and looks as (attribute, value), sorted; whether something was no word of ours."""
    stated = {name: region[name] for name in ("side", "place") if region.get(name) is not None}
    looks = region.get("attributes") or {}
    pairs = [*stated.items(), *(looks.items() if isinstance(looks, Mapping) else [("", "")])]
    known = sorted((name, value) for name, value in pairs if isinstance(value, str) and _is_known(name, value))
    return tuple(known), None if len(known) == len(pairs) else "word_unknown"


def _is_known(name: str, value: str) -> bool:
    if name == "place":
        return is_legal(value, None)
    if name == "side":
        return value in SIDES
    return (name, value) in _looks()


@cache
def _looks() -> frozenset[tuple[str, str]]:
    return frozenset((each.attribute, each.value) for each in attribute_table())


def _words(listed: Any) -> frozenset[str]:
    return frozenset(word for word in listed if isinstance(word, str)) if isinstance(listed, list) else frozenset()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0


def dumped(image_wh: tuple[int, int], regions: Iterator[Mapping[str, Any]], exhaustive: frozenset[str]) -> bytes:
    """The file that `read_regions` reads."""
    document = {
        "width": image_wh[0],
        "height": image_wh[1],
        "exhaustive": sorted(exhaustive),
        "regions": list(regions),
    }
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()
