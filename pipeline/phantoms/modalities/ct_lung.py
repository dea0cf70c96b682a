"""What lies in a lung on CT: nodules, rings, subpleural change, filled airspaces; and what is like them."""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch, Pixels
from pipeline.phantoms.modalities.ct_marks import (
    REACH,
    along,
    band,
    branching,
    calcified,
    emptied,
    long_px,
    lump_mask,
    mottled,
    softened,
    vessel,
)  # fmt: skip
from pipeline.phantoms.shapes import coordinates, ellipse, soft, with_contrast


def solid_nodule(patch: Patch) -> Drawn:
    """Dense throughout."""
    mask = lump_mask(patch)
    return with_contrast(emptied(patch, mask), mask, calcified(patch, softened(patch, mask, 0.02)))


def part_solid_nodule(patch: Patch) -> Drawn:
    """A dense core within a hazy rim."""
    mask = lump_mask(patch)
    u, v = coordinates(patch)
    x, y = patch.random.uniform(-0.15, 0.15, 2)
    core = soft(np.hypot(u - x, v - y) < 0.4, 0.02 * long_px(patch))
    pattern = 0.3 * softened(patch, mask, 0.02) + 2.0 * core
    return with_contrast(emptied(patch, mask), mask, calcified(patch, pattern))


def lung_vessel(patch: Patch) -> Drawn:
    return vessel(patch, 1.0)


def bronchiectasis(patch: Patch) -> Drawn:
    """A wide thick ring with its artery as a small dot at the edge: the signet."""
    return _ring(patch, ring=(0.1, 0.88, 0.3), artery=(-0.8, 0.24))


def lung_cyst(patch: Patch) -> Drawn:
    """One closed thin ring, alone."""
    return _ring(patch, ring=(0.0, 0.95, 0.13), artery=None)


def airway(patch: Patch) -> Drawn:
    """A normal bronchus: no wider than the artery beside it."""
    return _ring(patch, ring=(0.52, 0.4, 0.16), artery=(-0.42, 0.52))


def _ring(patch: Patch, ring: tuple[float, float, float], artery: tuple[float, float] | None) -> Drawn:
    """A ring (offset along the spot's angle, radius, thickness) and a dot (offset, radius), in half axes of the box."""
    u, v = coordinates(patch)
    cosine, sine = np.cos(patch.spot.angle), np.sin(patch.spot.angle)
    offset, radius, thick = ring
    pattern = band(np.hypot(u - offset * cosine, v - offset * sine), radius - thick / 2, thick)
    if artery is not None:
        at, size = artery
        pattern = np.maximum(pattern, 1.2 * (np.hypot(u - at * cosine, v - at * sine) < size))
    mask = ellipse(patch)
    return with_contrast(emptied(patch, mask), mask, mottled(patch, pattern.astype(np.float32)) + _halo(patch))


def _halo(patch: Patch) -> Pixels:
    """Haze about it, where the attribute halo asks for it."""
    u, v = coordinates(patch)
    high = 0.3 if patch.attributes.get("halo") == "present" else 0.0
    return np.asarray(high * np.clip(1.4 - np.hypot(u, v), 0, 0.4) * 2.5, np.float32)


def honeycombing(patch: Patch) -> Drawn:
    """Rows of small cells with walls, one upon the other."""
    out, across = along(patch)
    k = np.float32(2 * np.pi / 0.66)
    cells = np.cos(k * across) + np.cos(k * (0.5 * across + 0.866 * out)) + np.cos(k * (0.5 * across - 0.866 * out))
    return _subpleural(patch, np.clip(0.35 - cells, 0, 1.2))


def paraseptal_emphysema(patch: Patch) -> Drawn:
    """One row of wide bubbles with thin walls at the pleura."""
    out, across = along(patch)
    bubbles = [band(np.hypot(out - 0.1, across - middle), 0.38, 0.13) for middle in (-0.66, 0.0, 0.66)]
    return _subpleural(patch, np.maximum.reduce(bubbles))


def pleural_motion(patch: Patch) -> Drawn:
    """The pleura's outline repeated by breathing: soft parallel lines."""
    out, _ = along(patch)
    return _subpleural(patch, np.clip(np.cos(np.float32(2 * np.pi / 0.5) * (out + 0.1)), 0, 1))


def _subpleural(patch: Patch, pattern: Pixels) -> Drawn:
    mask = ellipse(patch)
    inside = softened(patch, mask, 0.02)
    return with_contrast(emptied(patch, mask), mask, mottled(patch, (pattern * inside).astype(np.float32), 0.4))


def consolidation(patch: Patch) -> Drawn:
    """Dense, with air in the bronchi as dark branches."""
    mask = lump_mask(patch, 0.1)
    bronchi = soft((branching(patch, 0.09) | branching(patch, 0.07)) & mask, 0.012 * long_px(patch))
    return with_contrast(emptied(patch, mask), mask, softened(patch, mask, 0.02) - 1.35 * bronchi)


def ground_glass(patch: Patch) -> Drawn:
    """Hazy, with the vessels still bright within."""
    mask = lump_mask(patch, 0.1)
    vessels = soft((branching(patch, 0.09) | branching(patch, 0.07)) & mask, 0.012 * long_px(patch))
    return with_contrast(emptied(patch, mask), mask, 0.6 * softened(patch, mask) + 2.0 * vessels)


def tuberculosis(patch: Patch) -> Drawn:
    """A cavity with a thick uneven wall, and small nodules about it."""
    mask = lump_mask(patch, 0.1)
    u, v = coordinates(patch)
    far = np.hypot(u, v)
    wall = 1.4 * band(far, 0.46, 0.3)
    for angle in (np.arange(5) + patch.random.uniform(0, 1)) * np.pi * 0.4:
        wall = np.maximum(wall, 1.0 * (np.hypot(u - 0.82 * np.cos(angle), v - 0.82 * np.sin(angle)) < 0.17))
    return with_contrast(emptied(patch, mask), mask, softened(patch, mask, 0.02) * wall.astype(np.float32))


def dependent_density(patch: Patch) -> Drawn:
    """Dense at the back and fading smoothly to the front: blood at rest by its weight."""
    mask = lump_mask(patch, 0.1)
    _, v = coordinates(patch)
    pattern = softened(patch, mask, 0.02) * np.clip(0.5 + 0.62 * v, 0, 1.2) ** 2
    return with_contrast(emptied(patch, mask), mask, pattern)


NODULE = {"margin": ("circumscribed", "lobulated", "spiculated"), "calcification": ("none", "punctate")}
LOOKS = {"texture": ("homogeneous", "heterogeneous"), "halo": ("present", "absent")}
SOFT = {"margin": ("circumscribed", "ill-defined"), "texture": ("homogeneous", "heterogeneous")}
EDGED = {"margin": ("circumscribed", "ill-defined"), "shape": ("round", "irregular")}
GROUPS = (
    Group(
        "nodule",
        (
            Kind("solid_nodule", "finding", solid_nodule, NODULE, {"internal_structure": "solid"}),
            Kind("part_solid_nodule", "finding", part_solid_nodule, NODULE, {"internal_structure": "part-solid"}),
            Kind("pulmonary_vein", "mimic", lung_vessel, {"texture": LOOKS["texture"]}, {"shape": "branching"}),
        ),
        weight=1.5,
        reach=REACH,
    ),
    Group(
        "airway",
        (
            Kind("bronchiectasis", "finding", bronchiectasis, LOOKS),
            Kind("lung_cyst", "finding", lung_cyst, LOOKS),
            Kind("airway", "mimic", airway, LOOKS),
        ),
        strata=("tiny", "small", "medium"),
        reach=REACH,
    ),
    Group(
        "subpleural",
        (
            Kind("honeycombing", "finding", honeycombing, SOFT),
            Kind("paraseptal_emphysema", "finding", paraseptal_emphysema, SOFT),
            Kind("motion_artefact", "mimic", pleural_motion, SOFT),
        ),
        strata=("small", "medium"),
        weight=0.7,
        reach=REACH,
    ),
    Group(
        "airspace",
        (
            Kind("consolidation", "finding", consolidation, EDGED, category="pneumonia"),
            Kind("ground_glass_opacity", "finding", ground_glass, EDGED, category="pneumonia"),
            Kind("tuberculosis", "finding", tuberculosis, EDGED, {"internal_structure": "cavitary"}),
            Kind("dependent_density", "mimic", dependent_density, EDGED),
        ),
        strata=("small", "medium", "large"),
        reach=REACH,
    ),
)
