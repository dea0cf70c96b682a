"""All facts of a picture and its regions, from its attributes, its labels and the geometry of its boxes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotators.captioners.evidence import NO_KIND
from pipeline.describe.count_facts import count_facts
from pipeline.describe.image_facts import image_facts
from pipeline.describe.marked import Marked
from pipeline.describe.reports.report_facts import NOTHING, Reported, report_facts
from pipeline.describe.sides import patient_sides, stated_side
from schemas.facts import MEASURED_BASES, Fact


@dataclass(frozen=True)
class DerivedFacts:
    """`image` holds those of `reported` too; `regions` in the order of the regions given."""

    image: tuple[Fact, ...]
    regions: tuple[tuple[Fact, ...], ...]
    reported: Reported = NOTHING


def derive_facts(row: Mapping[str, Any], regions: Sequence[Marked]) -> DerivedFacts:
    """`row` holds the picture's columns as `Describe.reads` names them, selection's winning over those of images."""
    sides = [region_side(row, region) for region in regions]
    reported = report_facts(row, regions)
    return DerivedFacts(
        image=(*image_facts(row), *count_facts(row, regions, sides), *reported.facts),
        regions=tuple(tuple(_region_facts(row, region, side)) for region, side in zip(regions, sides, strict=True)),
        reported=reported,
    )


def region_side(row: Mapping[str, Any], region: Marked) -> Fact | None:
    """Stated by the source, the region's name or label, else from orientation where the whole box lies on one side."""
    modality = row["modality"]
    side = region.said.get("side") or (stated_side(region.name, region.label, modality) if region.kind else None)
    basis = "source_statement"
    if side is None and region.half is not None:
        side, basis = patient_sides(row).get(region.half), "dicom_orientation"
    if side is None:
        return None
    return Fact(region.region_id, "side", "patient", side, basis, frame="patient", source=region.detector)


def _region_facts(row: Mapping[str, Any], region: Marked, side: Fact | None) -> Iterator[Fact]:
    yield from _identity(region)
    yield _seen(region, "position", "image_side", region.image_side)
    yield _seen(region, "position", "vertical", region.vertical)
    if side is not None:
        yield side
    yield _seen(region, "size", "share_of_image", region.size)
    yield from _measurements(row, region)
    if region.outline is not None:
        yield _seen(region, "shape", "outline", region.outline)
    for edge in region.touches:
        yield _seen(region, "border", "touches", edge)
    yield from _said(region)


def _identity(region: Marked) -> Iterator[Fact]:
    assertion = "possible" if region.basis == "model" else "present"
    words = {"kind": region.kind or NO_KIND, "name": region.name}
    for attribute, value in words.items():
        if value is not None:
            yield Fact(
                region.region_id,
                "identity",
                attribute,
                value,
                region.basis,
                assertion=assertion,
                source=region.detector,
                confidence=region.score,
            )


def _said(region: Marked) -> Iterator[Fact]:
    """Place and look, as the source states them; its side has been told."""
    for attribute, value in region.said.items():
        if attribute != "side":
            slot = ("location", "anatomy") if attribute == "place" else ("appearance", attribute)
            yield Fact(region.region_id, *slot, value, region.basis, source=region.detector, visible="true")


def _seen(region: Marked, kind: str, attribute: str, value: str) -> Fact:
    return Fact(region.region_id, kind, attribute, value, "geometry", frame="image", visible="true")


def _measurements(row: Mapping[str, Any], region: Marked) -> Iterator[Fact]:
    """Width and height of the box, where the spacing carries millimetres and no edge of the picture cuts it off."""
    basis, spacing = row["spacing_basis"], row["spacing_mm"]
    if basis not in MEASURED_BASES or not spacing or not all(spacing) or region.touches:
        return
    left, top, right, bottom = region.box_xyxy
    unit, scale = ("um", 1000.0) if max(spacing) < 0.01 else ("mm", 1.0)
    extents = {"width": (right - left, spacing[1]), "height": (bottom - top, spacing[0])}
    values = {name: rounded(pixels * step * scale, step * scale) for name, (pixels, step) in extents.items()}
    if all(float(value) for value in values.values()):
        for attribute, value in values.items():
            yield Fact(region.region_id, "measurement", attribute, value, basis, unit=unit, frame="image")


def rounded(value: float, step: float) -> str:
    """Never finer than half the step: 12 at 0.7, 12.3 at 0.07."""
    decimals = max(0, math.floor(-math.log10(step / 2)))
    return f"{value:.{decimals}f}"
