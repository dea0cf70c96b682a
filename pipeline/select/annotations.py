"""The annotations of all copies of a picture as one list, in which a thing that two copies frame stands once."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.boxes import iou_matrix

SAME_THING = 0.5  # IoU from which boxes of one name in two copies frame one thing
PAIRS_AT_ONCE = 1 << 20  # of boxes, so that memory does not grow with their product

Annotation = Mapping[str, Any]  # ANNOTATION as Python values


@dataclass(frozen=True)
class Shared:
    """An annotation that stays, and the places of the copies that have it."""

    annotation: Annotation
    copies: frozenset[int]


def word(annotation: Annotation) -> str:
    """What captions call it, and `annotation_scope` too: its name, or the source's word where it has none."""
    return str(annotation["name"] or annotation["label"])


def share(stated: Sequence[Sequence[Annotation]]) -> list[Shared]:
    """Of copies in their order, what the first says of each thing, then what a later one adds.

    Partners have the same kind, word and category and an IoU of at least SAME_THING, one to one, the likest pairs
    first; so a copy's own twins stay two. Where boxes are equal and the first has no mask, the one with a mask stays.
    """
    found: list[Shared] = []
    for copy, annotations in enumerate(stated):
        partners = _partners([each.annotation for each in found], annotations)
        for place, annotation in enumerate(annotations):
            if place in partners:
                one = found[partners[place]]
                found[partners[place]] = Shared(_better(one.annotation, annotation), one.copies | {copy})
            else:
                found.append(Shared(annotation, frozenset({copy})))
    return found


def lacking(shared: Sequence[Shared], complete: Sequence[AbstractSet[str]]) -> set[str]:
    """Words of which a copy has an annotation that another lacks, though that one has all of the word.

    `complete`: of each copy, the words that it annotates exhaustively.
    """
    return {
        word(each.annotation)
        for copy, words in enumerate(complete)
        for each in shared
        if copy not in each.copies and word(each.annotation) in words
    }


def _partners(found: Sequence[Annotation], added: Sequence[Annotation]) -> dict[int, int]:
    """Place in `added` -> place in `found`."""
    partners: dict[int, int] = {}
    earlier = _by_meaning(found)
    for meaning, places in _by_meaning(added).items():
        taken: set[int] = set()
        for *_, row, place in sorted(_pairs(found, earlier.get(meaning, []), added, places)):
            if row not in taken and place not in partners:
                taken.add(row)
                partners[place] = row
    return partners


def _by_meaning(annotations: Sequence[Annotation]) -> dict[tuple[Any, ...], list[int]]:
    places: dict[tuple[Any, ...], list[int]] = {}
    for place, annotation in enumerate(annotations):
        places.setdefault((annotation["kind"], word(annotation), annotation["category"]), []).append(place)
    return places


def _pairs(
    found: Sequence[Annotation], rows: Sequence[int], added: Sequence[Annotation], places: Sequence[int]
) -> Iterator[tuple[float, bool, int, int]]:
    """Pairs that may be one thing, such that the likest sorts first: by boxes, then by masks."""
    if not rows:
        return
    boxes, others = (
        np.array([annotations[at]["box_xyxy"] for at in some], np.int64)
        for annotations, some in ((found, rows), (added, places))
    )
    step = max(1, PAIRS_AT_ONCE // len(boxes))
    for start in range(0, len(others), step):
        iou = iou_matrix(boxes, others[start : start + step])
        for i, j in np.argwhere(iou >= SAME_THING).tolist():
            row, place = rows[i], places[start + j]
            yield -float(iou[i, j]), found[row]["mask"] != added[place]["mask"], row, place


def _better(one: Annotation, other: Annotation) -> Annotation:
    alike = list(one["box_xyxy"]) == list(other["box_xyxy"])
    return other if alike and one["mask"] is None and other["mask"] is not None else one
