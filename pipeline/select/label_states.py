"""What is known of each category on a picture: present, absent or uncertain. What nobody says is not in the list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables.columns import LABEL_STATE
from schemas.taxonomy.assessable import assessable_categories
from schemas.taxonomy.labels import NO_FINDING
from schemas.taxonomy.modalities import modalities

BASES = ("phantom", "pathology", "clinical", "reader", "report", "model")  # the strongest first

# Columns that say what kind of picture it is.
PICTURE = ("modality", "body_part", "projection", "technique")


@dataclass(frozen=True)
class Claim:
    """Somebody's word on a category; `on_picture`: by a region drawn on it."""

    category: str
    state: str
    basis: str
    on_picture: bool = False
    visible: bool | None = None


def label_states(pictures: pa.Table, labels: pa.ListArray, annotations: pa.ListArray) -> tuple[pa.Array, pa.Array]:
    """Of each picture its list of LABEL_STATE, by category, and the sorted source words that no category covers.

    `pictures` has the columns PICTURE, `labels` and `annotations` lists of LABEL and ANNOTATION, all row by row.
    """
    known = [assessable_on(picture) for picture in pictures.select(PICTURE).to_pylist()]
    said, drawn = (_by_row(table, len(known)) for table in (_distinct_labels(labels), _distinct_regions(annotations)))
    rows = list(zip(said, drawn, known, strict=True))
    states = [states_of(_claims(typed, regions, assessable), assessable) for typed, regions, assessable in rows]
    words = [_unmapped(typed, regions) for typed, regions, _ in rows]
    return pa.array(states, pa.list_(LABEL_STATE)), pa.array(words, pa.list_(pa.string()))


def assessable_on(picture: Mapping[str, Any]) -> frozenset[str] | None:
    """Categories that can be called on such a picture; None where its modality is unknown."""
    if picture["modality"] not in _modality_ids():
        return None
    return frozenset(assessable_categories(*(picture[name] for name in PICTURE)))


@cache
def _modality_ids() -> frozenset[str]:
    return frozenset(each.id for each in modalities())


def states_of(claims: Iterable[Claim], assessable: frozenset[str] | None) -> list[dict[str, Any]]:
    """One LABEL_STATE a category that a claim may speak of; claims that differ make it uncertain."""
    by_category: dict[str, list[Claim]] = {}
    for claim in claims:
        if _admissible(claim, assessable):
            by_category.setdefault(claim.category, []).append(claim)
    return [_state(category, by_category[category]) for category in sorted(by_category)]


def _admissible(claim: Claim, assessable: frozenset[str] | None) -> bool:
    """A region shows what it shows. Else nothing is said of what such a picture cannot show.

    Where the modality is unknown, a source may still say what is present, but not what is absent.
    """
    if claim.on_picture:
        return True
    if assessable is None:
        return claim.state == "present"
    return claim.category in assessable


def _state(category: str, claims: Sequence[Claim]) -> dict[str, Any]:
    states, seen = {claim.state for claim in claims}, {claim.visible for claim in claims}
    basis = min((claim.basis for claim in claims), key=BASES.index)
    return {
        "category": category,
        "state": states.pop() if len(states) == 1 else "uncertain",
        "visible": seen.pop() if len(seen) == 1 else None,
        "basis": basis,
        "stated": not all(claim.on_picture for claim in claims),
    }


def _claims(
    labels: Iterable[Mapping[str, Any]], regions: Iterable[Mapping[str, Any]], assessable: frozenset[str] | None
) -> Iterator[Claim]:
    """`no finding` says of all that can be assessed that it is absent; that it does not hold says nothing."""
    for label in labels:
        if label["category"] not in (None, NO_FINDING):
            yield Claim(label["category"], label["state"], label["basis"], visible=label["visible"])
        elif label["category"] == NO_FINDING and label["state"] == "present":
            yield from (Claim(category, "absent", label["basis"]) for category in sorted(assessable or ()))
    for region in regions:
        if region["kind"] == "finding" and region["category"] is not None:
            yield Claim(region["category"], "present", region["label_source"], on_picture=True)


def _unmapped(labels: Iterable[Mapping[str, Any]], regions: Iterable[Mapping[str, Any]]) -> list[str]:
    words = (label["label"] for label in labels if label["category"] is None)
    return sorted({*words, *(region["label"] for region in regions if region["kind"] is None)})


def _distinct_labels(labels: pa.ListArray) -> pa.Table:
    return _distinct(labels, ("label", "category", "state", "visible", "basis"))


def _distinct_regions(annotations: pa.ListArray) -> pa.Table:
    """Pictures have many regions and few kinds of them. The word matters only where it is unmapped."""
    flat = pc.list_flatten(annotations)
    kind, category, label = (pc.struct_field(flat, name) for name in ("kind", "category", "label"))
    columns = {
        "row": pc.list_parent_indices(annotations),
        "kind": kind,
        "category": category,
        "label_source": pc.struct_field(flat, "label_source"),
        "label": pc.if_else(pc.is_null(kind), label, None),
    }
    return pa.table(columns).group_by(list(columns)).aggregate([])


def _distinct(lists: pa.ListArray, names: Sequence[str]) -> pa.Table:
    flat = pc.list_flatten(lists)
    columns = {"row": pc.list_parent_indices(lists), **{name: pc.struct_field(flat, name) for name in names}}
    return pa.table(columns).group_by(list(columns)).aggregate([])


def _by_row(table: pa.Table, rows: int) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = [[] for _ in range(rows)]
    for row in table.to_pylist():
        found[row["row"]].append(row)
    return found
