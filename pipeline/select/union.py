"""What the copies of one picture say, put together: nobody's annotations are lost, and contradictions are counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from pipeline.select.annotations import Annotation, lacking, share, word
from schemas.boxes import iou_matrix
from schemas.licences import licence_id, strictest

SAME_PLACE = 0.9  # IoU from which two boxes of different names are about one thing


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
    Nothing is exhaustive of a name that copies dispute: one has a box that another, said to have all of them, lacks,
    or two names are given to one place.
    """
    stated = [[_owned(annotation, record) for annotation in record["annotations"] or []] for record in records]
    complete = [_complete(record, own) for record, own in zip(records, stated, strict=True)]
    shared = share(stated)
    lacked, rivals = lacking(shared, complete), list(_rival_names(stated))
    agreed = frozenset[str]().union(*complete) - lacked.union(*rivals)
    labels = [record["labels"] or [] for record in records]
    attributions = list(_once(record["attribution"] for record in records if record["attribution"]))
    names = _once(name for record in records for name in record["annotation_scope"] or [])
    return Union(
        annotations=[{**each.annotation, "exhaustive": word(each.annotation) in agreed} for each in shared],
        labels=list(_once(label for row in labels for label in row)),
        annotation_scope=[name for name in names if name in agreed],
        licence=strictest(record["licence"] for record in records),
        attribution="; ".join(attributions) if attributions else None,
        conflicts=len(rivals) + len(lacked) + _label_conflicts(labels),
    )


def _owned(annotation: Annotation, record: Mapping[str, Any]) -> Annotation:
    """With its source and licence written out, which until here were those of its picture."""
    licence = annotation["licence"] or record["licence"]
    return {**annotation, "source": annotation["source"] or record["source"], "licence": licence_id(licence)}


def _complete(record: Mapping[str, Any], annotations: Sequence[Annotation]) -> frozenset[str]:
    """Words of which a copy is said to have every instance."""
    return frozenset([*(record["annotation_scope"] or []), *(word(each) for each in annotations if each["exhaustive"])])


def _rival_names(stated: Sequence[Sequence[Annotation]]) -> Iterator[tuple[str, str]]:
    """Of each pair of boxes of two copies at one place, of one known kind, the names where they differ."""
    for one, other in combinations(stated, 2):
        if one and other and _rivals(one, other):
            yield from _differing(one, other)


def _differing(one: Sequence[Annotation], other: Sequence[Annotation]) -> Iterator[tuple[str, str]]:
    boxes = np.array([annotation["box_xyxy"] for annotation in other], np.int64)
    kinds, words = (np.array(list(map(of, other)), np.str_) for of in (_kind, word))
    for annotation in one:
        if annotation["kind"] is None:
            continue
        overlaps = iou_matrix(np.array([annotation["box_xyxy"]], np.int64), boxes)[0] >= SAME_PLACE
        differ = overlaps & (kinds == annotation["kind"]) & (words != word(annotation))
        yield from ((word(annotation), str(name)) for name in words[differ])


def _rivals(one: Sequence[Annotation], other: Sequence[Annotation]) -> bool:
    """Whether there are two names of one kind at all."""
    named = {(annotation["kind"], word(annotation)) for annotation in (*one, *other) if annotation["kind"]}
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
