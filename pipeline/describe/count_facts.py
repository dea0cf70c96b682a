"""How many of each name a picture holds and where, what it lacks, and how few regions lie to each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from annotators.captioners.evidence import UNLABELLED, UNNAMED
from pipeline.describe.marked import Marked
from schemas.facts import IMAGE, Fact

KIND_ORDER = ("finding", "device", "cell", "anatomy", "artefact", "marker")
RELATED_AT_MOST = 4  # regions with a name of their own; among more, relations say little
LARGER_BY = 1.5
EVERYWHERE = 5  # of the nine fields of the picture


@dataclass(frozen=True)
class Counted:
    """Regions that are counted together; `sides` are their facts of the patient's side, None where not known."""

    name: str
    regions: tuple[Marked, ...]
    sides: tuple[Fact | None, ...]
    exact: bool

    @property
    def by_model(self) -> bool:
        return self.regions[0].basis == "model"

    @property
    def named(self) -> bool:
        return self.regions[0].name is not None

    def order(self) -> tuple[int, bool, int, int, str]:
        """Findings first, then what is counted exactly, then the many, then the large."""
        kind = self.regions[0].kind
        rank = KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER) + (self.name == UNLABELLED)
        largest = max(region.area_px for region in self.regions)
        return rank, not self.exact, -len(self.regions), -largest, self.name


def count_facts(row: Mapping[str, Any], regions: Sequence[Marked], sides: Sequence[Fact | None]) -> tuple[Fact, ...]:
    """`sides` has the fact of the patient's side of each region, or None."""
    scope = frozenset(row["annotation_scope"] or ())
    counted = _counted(regions, sides, scope)
    return (
        *(fact for group in counted for fact in _group_facts(group)),
        *_absences(scope, regions),
        *_relations([group.regions[0] for group in counted if _unique(group)]),
    )


def _counted(regions: Sequence[Marked], sides: Sequence[Fact | None], scope: frozenset[str]) -> list[Counted]:
    """A model's regions count only under names that nobody else gave."""
    members: dict[tuple[str, bool], list[int]] = {}
    for i, region in enumerate(regions):
        members.setdefault((_counted_as(region), region.basis == "model"), []).append(i)
    return sorted(
        (
            Counted(
                name=name,
                regions=tuple(regions[i] for i in indices),
                sides=tuple(sides[i] for i in indices),
                exact=not by_model
                and (name in scope or all(regions[i].exhaustive and regions[i].name for i in indices)),
            )
            for (name, by_model), indices in members.items()
            if not (by_model and (name, False) in members)
        ),
        key=Counted.order,
    )


def _counted_as(region: Marked) -> str:
    if region.name is not None:
        return region.name
    if region.kind is not None:
        return UNNAMED
    return UNLABELLED if region.basis == "model" else UNNAMED


def _group_facts(group: Counted) -> Iterator[Fact]:
    first = group.regions[0]
    yield Fact(
        IMAGE,
        "count" if group.exact else "count_at_least",
        group.name,
        str(len(group.regions)),
        first.basis,
        unit="1",
        assertion="possible" if group.by_model and group.named else "present",
        source=first.detector,
    )
    place = spread([(region.vertical, region.image_side) for region in group.regions])
    yield Fact(IMAGE, "distribution", group.name, place, "geometry", frame="image", visible="true")
    sides = [side for side in group.sides if side is not None]
    if len(sides) == len(group.regions) and not {"left", "right"} & set(group.name.lower().split()):
        value = sides[0].value if len({side.value for side in sides}) == 1 else "both"
        yield Fact(IMAGE, "distribution", group.name, value, sides[0].basis, frame="patient")


def spread(fields: Sequence[tuple[str, str]]) -> str:
    """One word for where regions lie, from (vertical, image_side) of each: a field, a band, or how far apart."""
    verticals, image_sides = {field[0] for field in fields}, {field[1] for field in fields}
    if len(verticals) == len(image_sides) == 1:
        return " ".join(fields[0])
    if len(verticals) == 1:
        return fields[0][0]
    if len(image_sides) == 1:
        return fields[0][1]
    if len(fields) == 2:
        return "apart"
    return "everywhere" if len(set(fields)) >= EVERYWHERE else "several"


def _absences(scope: frozenset[str], regions: Sequence[Marked]) -> Iterator[Fact]:
    """Names of which the source annotates every instance, and of which this picture has none, nor of such a label."""
    found = {word for region in regions for word in (region.name, region.label)}
    for name in sorted(scope - found):
        yield Fact(IMAGE, "presence", "name", name, "source_statement", assertion="absent")


def _unique(group: Counted) -> bool:
    return group.named and not group.by_model and len(group.regions) == 1


def _relations(regions: Sequence[Marked]) -> Iterator[Fact]:
    """Each pair in one direction; boxes that overlap along an axis have no order on it."""
    if len(regions) > RELATED_AT_MOST:
        return
    for one, other in combinations(regions, 2):
        for first, second in ((one, other), (other, one)):
            a, b = first.box_xyxy, second.box_xyxy
            held = {"left_of": a[2] <= b[0], "above": a[3] <= b[1], "larger_than": _larger(first, second)}
            for attribute, holds in held.items():
                if holds:
                    yield _relation(first, attribute, second)


def _larger(a: Marked, b: Marked) -> bool:
    """By area of the mask and of the box alike, so that neither a thin mask nor a loose box decides."""
    box_areas = [(m.box_xyxy[2] - m.box_xyxy[0]) * (m.box_xyxy[3] - m.box_xyxy[1]) for m in (a, b)]
    return box_areas[0] >= LARGER_BY * box_areas[1] and a.area_px >= LARGER_BY * max(b.area_px, 1)


def _relation(a: Marked, attribute: str, b: Marked) -> Fact:
    return Fact(a.region_id, "relation", attribute, b.region_id, "geometry", frame="image", visible="true")
