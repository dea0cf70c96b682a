"""Uptake of tracer: each thing a pattern over its mask; blur and counts come later.

Patterns are positive where a thing is as its group is (more or less tracer); the sign turns them on an inverted map.
"""

from collections.abc import Callable

import numpy as np

from pipeline.phantoms.kinds import Draw, Drawn, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    coordinates,
    ellipse,
    filled,
    fitted,
    hills,
    long_side,
    outline,
    soft,
    with_contrast,
)

Pattern = Callable[[Patch, Mask], Pixels]
Outline = Callable[[Patch], Mask]


def drawn(pattern: Pattern, sign: float, contour: Outline = ellipse) -> Draw:
    """A drawing of that pattern: -1 darkens, 1 brightens."""

    def draw(patch: Patch) -> Drawn:
        mask = contour(patch)
        return with_contrast(patch, mask, np.asarray(pattern(patch, mask), np.float32), sign)

    return draw


def contour(patch: Patch) -> Mask:
    """Round, or irregular where the attribute says so."""
    rough = 0.12 if patch.attributes.get("shape") == "irregular" else 0.0
    return filled(fitted(outline(patch.random, rough), patch.box_xyxy), patch.hw)


def hollow(patch: Patch, mask: Mask) -> Pixels:
    """Most near the rim, least in the middle, as a tumour outgrows its supply."""
    u, v = coordinates(patch)
    rim = np.exp(-(((np.hypot(u, v) - 0.7) / 0.24) ** 2))
    return np.asarray(_filled(patch, mask) * (0.1 + rim), np.float32)


def sinuous(patch: Patch, mask: Mask) -> Pixels:
    """A winding band through the box, as an inflamed wall or vessel."""
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    band = np.exp(-(((across - 0.5 * np.sin(3.4 * along)) / 0.22) ** 2))
    return np.asarray((band + 0.05) * _filled(patch, mask), np.float32)


def pair(patch: Patch, mask: Mask) -> Pixels:
    """Two like spots side by side, as a paired organ has."""
    u, v = coordinates(patch)
    return np.asarray(_spot(u - 0.58, v, 0.3) + _spot(u + 0.58, v, 0.3) + 0.03 * _filled(patch, mask), np.float32)


def streak(patch: Patch, mask: Mask) -> Pixels:
    """A very hot core, and a streak from it across the box."""
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    tail = np.exp(-((across / 0.14) ** 2)) * ((along > -0.6) & (along < 0.9))
    return np.asarray(2.2 * _spot(along + 0.55, across, 0.22) + 0.7 * tail + 0.05 * _filled(patch, mask), np.float32)


def joint(patch: Patch, mask: Mask) -> Pixels:
    """Two parallel bands with a gap between: the ends of a joint."""
    u, v = coordinates(patch)
    bands = np.exp(-(((np.abs(v) - 0.55) / 0.24) ** 2)) * np.clip(3 * (0.95 - np.abs(u)), 0, 1)
    return np.asarray((bands + 0.03) * _filled(patch, mask), np.float32)


def suppressing(patch: Patch, mask: Mask) -> Pixels:
    """A plateau, and less than the gland's own about it."""
    u, v = coordinates(patch)
    moat = np.exp(-(((np.hypot(u, v) - 1.22) / 0.13) ** 2)) * ~mask
    return np.asarray(_filled(patch, mask) - 0.7 * moat, np.float32)


def walled(patch: Patch, mask: Mask) -> Pixels:
    """A round defect, tissue crowded along its border."""
    u, v = coordinates(patch)
    crowd = np.exp(-(((np.hypot(u, v) - 1.15) / 0.12) ** 2)) * ~mask
    return np.asarray(_filled(patch, mask) - 0.5 * crowd, np.float32)


def band(patch: Patch, mask: Mask) -> Pixels:
    """A straight bar from edge to edge of the box."""
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, np.pi)
    across = v * np.cos(angle) - u * np.sin(angle)
    ends = np.clip(4 * (1.05 - np.hypot(u, v)), 0, 1)
    return np.asarray(np.exp(-((across / 0.28) ** 4)) * ends, np.float32)


def _filled(patch: Patch, mask: Mask) -> Pixels:
    """The mask, its edge and evenness as the attributes say."""
    edge = 0.09 if patch.attributes.get("margin") == "ill-defined" else 0.02
    weights = soft(mask, edge * long_side(patch))
    if patch.attributes.get("texture") == "heterogeneous":
        weights = weights * (1 + 0.4 * hills(patch, 0.25))
    return weights


def _spot(u: Pixels, v: Pixels, size: float) -> Pixels:
    return np.asarray(np.exp(-((u / size) ** 2) - (v / size) ** 2), np.float32)
