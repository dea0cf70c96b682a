"""What lies in a breast: masses, calcium, lines; and the table of them."""

import cv2
import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    FIXED_ONE,
    coordinates,
    ellipse,
    filled,
    fitted,
    fixed,
    long_side,
    middle_and_half,
    outline,
    polar,
    soft,
    spiked,
    with_contrast,
)

CALCIUM = 2.0  # of the contrast of soft tissue


def circumscribed_mass(patch: Patch) -> Drawn:
    """Smooth and sharp, with a thin dark halo."""
    return _mass(patch, filled(fitted(outline(patch.random, 0.03), patch.box_xyxy), patch.hw), 0.03)


def spiculated_mass(patch: Patch) -> Drawn:
    """A body with rays of differing length, its edge ill-defined between them."""
    spikes = int(patch.random.integers(9, 15))
    return _mass(patch, filled(fitted(spiked(patch.random, spikes), patch.box_xyxy), patch.hw), 0.02)


def intramammary_node(patch: Patch) -> Drawn:
    """A rim of tissue about a hilum of fat, open to one side."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    hilum = np.hypot(u - 0.3 * np.cos(angle), v - 0.3 * np.sin(angle)) < 0.52
    weights = soft(mask, 0.03 * long_side(patch)) - 1.15 * soft(hilum & mask, 0.05 * long_side(patch))
    return with_contrast(patch, mask, weights + _texture(patch, mask))


def _mass(patch: Patch, mask: Mask, edge: float) -> Drawn:
    return with_contrast(patch, mask, soft(mask, edge * long_side(patch)) + _texture(patch, mask))


def _texture(patch: Patch, mask: Mask) -> Pixels:
    """What the attributes ask for within the mask: blotches, calcium."""
    added = np.zeros(patch.hw, np.float32)
    if patch.attributes.get("texture") == "heterogeneous":
        u, v = coordinates(patch)
        added += 0.45 * np.sin(5 * u + 9 * v) * np.sin(7 * u - 4 * v) * mask
    if patch.attributes.get("calcification") == "coarse":
        x, y = patch.random.uniform(-0.3, 0.3, 2)
        u, v = coordinates(patch)
        added += 1.5 * (np.hypot(u - x, v - y) < 0.22)
    return added.astype(np.float32)


def coarse_calcification(patch: Patch) -> Drawn:
    """A few rounded grains of like size."""
    return _grains(patch, count=4, radius=0.26, irregular=False)


def pleomorphic_microcalcification(patch: Patch) -> Drawn:
    """Many angular grains of differing size and brightness."""
    return _grains(patch, count=22, radius=0.11, irregular=True)


def vascular_calcification(patch: Patch) -> Drawn:
    """Two parallel dotted lines."""
    x1, y1, x2, y2 = patch.box_xyxy
    pattern = np.zeros(patch.hw, np.float32)
    steps, bend = np.linspace(0, 1, 14), patch.random.uniform(0.1, 0.4)
    down = bool(patch.random.integers(2))
    for offset in (0.0, 0.3):
        xs = x1 + (x2 - x1 - 1) * steps
        rise = steps if down else 1 - steps
        ys = y1 + (y2 - y1 - 1) * (0.7 * rise + bend * np.sin(np.pi * steps) * 0.3 + offset)
        for x, y in zip(xs, np.clip(ys, y1, y2 - 1), strict=True):
            radius, level = max(0.7, 0.04 * long_side(patch)), float(patch.random.uniform(0.7, 1))
            at, size = (round(x * FIXED_ONE), round(y * FIXED_ONE)), round(radius * FIXED_ONE)
            cv2.circle(pattern, at, size, level, -1, cv2.LINE_AA, FIXED_BITS)
    return _calcified(patch, pattern)


def _grains(patch: Patch, count: int, radius: float, irregular: bool) -> Drawn:
    """Scattered over the ellipse in the box; `radius` in units of its shorter half."""
    pattern, random = np.zeros(patch.hw, np.float32), patch.random
    middle, half = middle_and_half(patch)
    for _ in range(count):
        angle, far = random.uniform(0, 2 * np.pi), 0.85 * np.sqrt(random.random())
        at = middle + polar(far, angle) * half
        size = radius * (random.uniform(0.4, 1.3) if irregular else random.uniform(0.85, 1.0))
        shape = outline(random, 0.5 if irregular else 0.0, count=7 if irregular else 24)
        points = shape * max(0.7, size * half.min()) + at
        level = float(random.uniform(0.5, 1.0) if irregular else 0.85)
        cv2.fillPoly(pattern, [fixed(points)], level, cv2.LINE_AA, FIXED_BITS)
    return _calcified(patch, pattern)


def _calcified(patch: Patch, pattern: Pixels) -> Drawn:
    """A cluster's extent is the ellipse about it; contrast is that of the calcium, which is denser than tissue."""
    return with_contrast(patch, ellipse(patch), pattern, CALCIUM, over=pattern > 0.3)


def architectural_distortion(patch: Patch) -> Drawn:
    """Straight lines that meet in one point, without a mass."""
    return _lines(patch, meeting=True)


def tissue_summation(patch: Patch) -> Drawn:
    """Lines that cross each other anywhere."""
    return _lines(patch, meeting=False)


def _lines(patch: Patch, meeting: bool) -> Drawn:
    pattern = np.zeros(patch.hw, np.float32)
    middle, half = middle_and_half(patch)
    half = half - 1
    count = 11
    for i in range(count):
        angle = (i + patch.random.uniform(-0.25, 0.25)) * np.pi / count
        direction = polar(1.0, angle)
        shift = 0.0 if meeting else patch.random.uniform(-0.75, 0.75)
        across = np.array([-direction[1], direction[0]]) * shift
        reach = np.sqrt(max(0.05, 1 - shift**2))
        ends = np.stack([middle + half * (across - reach * direction), middle + half * (across + reach * direction)])
        line = np.zeros(patch.hw, np.float32)
        width = max(1, round(0.025 * long_side(patch)))
        cv2.polylines(line, [fixed(ends)], False, 1.0, width, cv2.LINE_AA, FIXED_BITS)
        pattern = np.maximum(pattern, line)
    u, v = coordinates(patch)
    fading = np.clip(1.6 - 1.1 * (u * u + v * v), 0.25, 1).astype(np.float32)
    return with_contrast(patch, ellipse(patch), pattern * fading)


LOOKS = {"calcification": ("none", "coarse"), "texture": ("homogeneous", "heterogeneous")}
PLEOMORPHIC = {"calcification": "pleomorphic"}
GROUPS = (
    Group(
        "mass",
        (
            Kind("circumscribed_mass", "finding", circumscribed_mass, LOOKS, {"margin": "circumscribed"}),
            Kind("spiculated_mass", "finding", spiculated_mass, LOOKS, {"margin": "spiculated"}),
            Kind("intramammary_node", "mimic", intramammary_node, {}, {"internal_structure": "fat-containing"}),
        ),
        weight=2.0,
    ),
    Group(
        "calcification",
        (
            Kind("coarse_calcification", "finding", coarse_calcification, {}, {"calcification": "coarse"}),
            Kind("pleomorphic_microcalcification", "finding", pleomorphic_microcalcification, {}, PLEOMORPHIC),
            Kind("vascular_calcification", "mimic", vascular_calcification),
        ),
    ),
    Group(
        "distortion",
        (
            Kind("architectural_distortion", "finding", architectural_distortion),
            Kind("tissue_summation", "mimic", tissue_summation),
        ),
    ),
)
