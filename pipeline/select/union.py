"""What the copies of one picture say, put together: nobody's annotations are lost, and contradictions are counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from schemas.boxes import iou_matrix
from schemas.licences import licence_id, strictest

SAME_PLACE = 0.9  # IoU from which two boxes are about one thing

Annotation = Mapping[str, Any]  # ANNOTATION as Python values


@dataclass(frozen=True)
class Union:
    """Annotations are in the grid of every copy, since the source pixels are the same."""

    annotations: list[Annotation]
    labels: list[Mapping[str, Any]]
    annotation_scope: list[str]
    licence: str
    attribution: str | None
    conflicts: int


def unite(records: Sequence[Mapping[str, Any]]) -> Union:
    """Of rows of RECORDS as Python values, the one of the picture that stays first.

    What two copies say alike stays once, as the first says it. An annotation keeps its source and its licence.
    """
    stated = [[_owned(annotation, record) for annotation in record["annotations"] or []] for record in records]
    labels = [record["labels"] or [] for record in records]
    attributions = list(_once(record["attribution"] for record in records if record["attribution"]))
    return Union(
        annotations=_distinct(stated),
        labels=list(_once(label for row in labels for label in row)),
        annotation_scope=list(_once(name for record in records for name in record["annotation_scope"] or [])),
        licence=strictest(record["licence"] for record in records),
        attribution="; ".join(attributions) if attributions else None,
        conflicts=_box_conflicts(stated) + _label_conflicts(labels),
    )


def _owned(annotation: Annotation, record: Mapping[str, Any]) -> Annotation:
    """With its source and licence written out, which until here were those of its picture."""
    licence = annotation["licence"] or record["licence"]
    return {**annotation, "source": annotation["source"] or record["source"], "licence": licence_id(licence)}


def _distinct(stated: Sequence[Sequence[Annotation]]) -> list[Annotation]:
    """Later copies add what no earlier one says; of two that differ by a mask alone, the one with the mask stays."""
    found: list[Annotation] = []
    places: dict[tuple[Any, ...], list[int]] = {}
    for annotations in stated:
        earlier = {key: list(rows) for key, rows in places.items()}  # a copy's own twins are left as they are
        for annotation in annotations:
            rows = earlier.get(_meaning(annotation), [])
            same = next((row for row in rows if _masks_agree(found[row], annotation)), None)
            if same is None:
                places.setdefault(_meaning(annotation), []).append(len(found))
                found.append(annotation)
            elif found[same]["mask"] is None and annotation["mask"] is not None:
                found[same] = annotation
    return found


def _meaning(annotation: Annotation) -> tuple[Any, ...]:
    return (annotation["kind"], _word(annotation), annotation["category"], *annotation["box_xyxy"])


def _word(annotation: Annotation) -> str:
    return str(annotation["name"] or annotation["label"])


def _masks_agree(one: Annotation, other: Annotation) -> bool:
    return one["mask"] is None or other["mask"] is None or one["mask"] == other["mask"]


def _box_conflicts(stated: Sequence[Sequence[Annotation]]) -> int:
    """Pairs of boxes of two copies at one place, of one known kind, and under different names."""
    return sum(_differing(one, other) for one, other in combinations(stated, 2) if one and other)


def _differing(one: Sequence[Annotation], other: Sequence[Annotation]) -> int:
    if not _rivals(one, other):
        return 0
    boxes = np.array([annotation["box_xyxy"] for annotation in other], np.int64)
    kinds, words = (np.array(list(map(of, other)), np.str_) for of in (_kind, _word))
    count = 0
    for annotation in one:
        if annotation["kind"] is None:
            continue
        overlaps = iou_matrix(np.array([annotation["box_xyxy"]], np.int64), boxes)[0] >= SAME_PLACE
        count += int(np.count_nonzero(overlaps & (kinds == annotation["kind"]) & (words != _word(annotation))))
    return count


def _rivals(one: Sequence[Annotation], other: Sequence[Annotation]) -> bool:
    """Whether there are two names of one kind at all."""
    named = {(annotation["kind"], _word(annotation)) for annotation in (*one, *other) if annotation["kind"]}
    return len(named) > len({kind for kind, _ in named})


def _kind(annotation: Annotation) -> str:
    return annotation["kind"] or ""


def _label_conflicts(labels: Sequence[Sequence[Mapping[str, Any]]]) -> int:
    """Categories of which two copies give different states."""
    states: dict[str, set[frozenset[str]]] = {}
    for row in labels:
        own: dict[str, set[str]] = {}
        for label in row:
            if label["category"] is not None:
                own.setdefault(label["category"], set()).add(label["state"])
        for category, said in own.items():
            states.setdefault(category, set()).add(frozenset(said))
    return sum(len(said) > 1 for said in states.values())


def _once(values: Iterable[Any]) -> Iterator[Any]:
    """Each value the first time that it comes."""
    seen: list[Any] = []
    for value in values:
        if value not in seen:
            seen.append(value)
            yield value
