"""The patient's side, which exists only with a frame.

A picture without orientation, laterality or a source's statement has no left and right of the patient, only of the
image. In a frontal radiograph the image's right may be the patient's right (a mirrored file): only `axes` tell.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from schemas.facts import IMAGE_SIDES
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.csv_table import read_rows
from schemas.taxonomy.labels import resolve_label
from schemas.taxonomy.projections import projection_of

SIDES = {"R": "right", "L": "left"}
OTHER = {"right": "left", "left": "right"}
CROSS_SECTIONAL = frozenset({"ct", "mri", "nuclear"})
HEAD_PARTS = frozenset({"head", "head_neck", "skull", "brain", "face", "sinuses", "jaw", "neck"})
LEAST_HEAD_MM, LEAST_TRUNK_MM = 150.0, 280.0  # field of view; an adult's head is about 150 mm wide, a trunk 300
FRONTAL = frozenset({"pa", "ap"})
FRONTAL_PLANES = frozenset({"axial", "coronal"})
_SIDE_WORD = re.compile(r"\b(left|right)\b", re.IGNORECASE)


def patient_sides(row: Mapping[str, Any]) -> dict[str, str]:
    """The patient's side at the image's left and right; empty where the picture does not tell.

    Only of views from the front, from the feet or from behind that show a part which straddles the midline: in a
    picture of a knee the image's left is no side of the patient.
    """
    axes = row["axes"]
    toward = SIDES.get(axes[0][:1]) if axes and axes[0] else None
    if toward is None or not _straddles_midline(row["body_part"]) or not _sees_both_sides(row):
        return {}
    if row["modality"] in CROSS_SECTIONAL and not _spans_the_body(row):
        return {}
    return {IMAGE_SIDES[0]: OTHER[toward], IMAGE_SIDES[2]: toward}


def _sees_both_sides(row: Mapping[str, Any]) -> bool:
    if row["plane"] in FRONTAL_PLANES:
        return True
    projection = projection_of(row["projection"]) if row["projection"] else None
    return row["modality"] == "radiography" and projection in FRONTAL


def _spans_the_body(row: Mapping[str, Any]) -> bool:
    """Whether a slice is wide enough to hold the whole part, so that its middle is near the midline.

    A slice reconstructed around one lung or ear has its middle elsewhere.
    """
    spacing, least = row["spacing_mm"], LEAST_HEAD_MM if row["body_part"] in HEAD_PARTS else LEAST_TRUNK_MM
    return spacing is not None and spacing[1] * row["width"] >= least


def _straddles_midline(body_part: str | None) -> bool:
    return body_part is not None and body_part_of(body_part) in _midline_parts()


@cache
def _midline_parts() -> frozenset[str]:
    return frozenset(row["body_part"] for row in read_rows("pipeline.describe", "midline_parts"))


@lru_cache(maxsize=4096)
def stated_side(name: str | None, label: str | None, modality: str | None) -> str | None:
    """The side that a region's own name (`left kidney`) or source label (`kidney_left`) states."""
    words = {word.lower() for word in _SIDE_WORD.findall(name or "")}
    if words or not label:
        return str(*words) if len(words) == 1 else None
    meant = resolve_label(label, modality)
    return meant.side if meant else None
