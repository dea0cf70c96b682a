"""What lies in liver, kidney, pancreas, ureter and the fat between on CT; and the benign things like them."""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch
from pipeline.phantoms.modalities.ct_marks import (
    REACH,
    along,
    band,
    calcified,
    emptied,
    long_px,
    loop,
    lump_mask,
    mottled,
    softened,
    vessel,
)  # fmt: skip
from pipeline.phantoms.modalities.ct_mediastinum import LYMPH_NODE, PLAIN_VESSEL
from pipeline.phantoms.shapes import coordinates, ellipse, filled, fitted, soft, turned, with_contrast
from pipeline.phantoms.texture import blobs


def cyst(patch: Patch) -> Drawn:
    """Even and sharp."""
    mask = lump_mask(patch, 0.02)
    return with_contrast(emptied(patch, mask), mask, calcified(patch, softened(patch, mask), -1.0), -1.0)


def liver_metastasis(patch: Patch) -> Drawn:
    """A target: dark in the middle, a paler broad rim that fades out."""
    mask = lump_mask(patch, 0.1)
    u, v = coordinates(patch)
    far = np.hypot(u, v)
    pattern = 0.35 * soft(mask, 0.075 * long_px(patch)) + 1.5 * np.exp(-((far / 0.45) ** 2))
    return with_contrast(patch, mask, calcified(patch, pattern.astype(np.float32), -1.0), -1.0)


def dark_vessel(patch: Patch) -> Drawn:
    return vessel(patch, -1.0)


def solid_mass(patch: Patch) -> Drawn:
    """Patches that enhance beside patches that do not."""
    mask = lump_mask(patch, 0.05)
    patches = blobs(patch.random, patch.hw, max(2.5, 0.26 * long_px(patch)))
    patches = np.clip(patches - patches[mask].mean(), -1.3, 1.3)
    pattern = softened(patch, mask) * (1 + 1.3 * patches)
    return with_contrast(emptied(patch, mask), mask, calcified(patch, pattern.astype(np.float32), -1.0), -1.0)


def pyramid(patch: Patch) -> Drawn:
    """A wedge of medulla with its base outwards, streaked along its tubules."""
    points = turned(np.array([(-1.0, 0.0), (0.7, -0.72), (1.0, -0.3), (1.0, 0.3), (0.7, 0.72)]), patch.spot.angle)
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    _, across = along(patch)
    rays = 0.15 + 1.8 * np.clip(np.cos(np.float32(2 * np.pi / 0.6) * across), 0, 1)
    return with_contrast(emptied(patch, mask), mask, mottled(patch, rays * softened(patch, mask), 0.3), -1.0)


def stone(patch: Patch) -> Drawn:
    """Dense to its middle, within a rim of swollen ureter."""
    return _dense(patch, core=(-1.0, 0.5), rim=0.4)


def phlebolith(patch: Patch) -> Drawn:
    """A dense shell about a lucent centre."""
    return _dense(patch, core=(0.5, 0.95), rim=0.0)


def _dense(patch: Patch, core: tuple[float, float], rim: float) -> Drawn:
    """Calcium between two radii, in half axes of the box, on soft tissue of a height relative to it."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    far = np.hypot(u, v)
    low, high = core
    body = np.clip((high - far) * 6 + 0.5, 0, 1) * np.clip((far - low) * 6 + 0.5, 0, 1)
    return with_contrast(patch, mask, (2.2 * body + rim * soft(mask, 0.03 * long_px(patch))).astype(np.float32))


def pancreatic_tumour(patch: Patch) -> Drawn:
    """A solid lump in which a wide duct is cut off."""
    mask = lump_mask(patch, 0.08)
    out, across = along(patch)
    duct = band(across, 0.0, 0.22) * (out > 0.0)
    pattern = softened(patch, mask) - 1.3 * duct * mask
    return with_contrast(emptied(patch, mask), mask, pattern)


def pancreatitis(patch: Patch) -> Drawn:
    """Strands and haze in the fat, without a lump."""
    mask = lump_mask(patch, 0.12)
    u, v = coordinates(patch)
    strands = np.zeros(patch.hw, np.float32)
    turn = patch.random.uniform(0, np.pi)
    for angle, shift in zip(turn + patch.random.uniform(-0.3, 0.3, 4), (-0.66, -0.22, 0.22, 0.66), strict=True):
        across = v * np.cos(angle) - u * np.sin(angle) + 0.12 * np.sin(3 * u + 5 * shift)
        strands = np.maximum(strands, band(across.astype(np.float32), shift, 0.13))
    pattern = softened(patch, mask) * (0.04 + strands)
    return with_contrast(emptied(patch, mask), mask, pattern)


def bowel(patch: Patch) -> Drawn:
    return loop(patch, 1.0)


FOCUS = {"shape": ("round", "irregular"), "calcification": ("none", "coarse")}
MASS = {"margin": ("circumscribed", "ill-defined"), "calcification": ("none", "rim")}
SOFT = {"margin": ("circumscribed", "ill-defined"), "texture": ("homogeneous", "heterogeneous")}
EDGED = {"margin": SOFT["margin"], "shape": FOCUS["shape"]}
SPECK = {"texture": ("homogeneous", "heterogeneous"), "calcification": ("none", "punctate")}
UPPER = (
    Group(
        "liver",
        (
            Kind("liver_cyst", "finding", cyst, FOCUS, {"margin": "circumscribed"}),
            Kind("liver_metastasis", "finding", liver_metastasis, FOCUS, {"margin": "ill-defined"}),
            Kind("vein", "mimic", dark_vessel, {"texture": SOFT["texture"]}, {"shape": "branching"}),
        ),
        weight=2.0,
        reach=REACH,
    ),
    Group(
        "node",
        (LYMPH_NODE, PLAIN_VESSEL, Kind("bowel_loop", "mimic", bowel, {"texture": SOFT["texture"]})),
        strata=("tiny", "small"),
        reach=REACH,
    ),
)
KIDNEY = (
    Group(
        "kidney",
        (
            Kind("renal_cyst", "finding", cyst, MASS, {"internal_structure": "cystic"}),
            Kind("solid_renal_mass", "finding", solid_mass, MASS, {"internal_structure": "solid"}),
            Kind("renal_pyramid", "mimic", pyramid, {"texture": SOFT["texture"]}, {"shape": "wedge"}),
        ),
        reach=REACH,
    ),
)
PANCREAS = (
    Group(
        "pancreas",
        (
            Kind("pancreatic_tumour", "finding", pancreatic_tumour, EDGED),
            Kind("acute_pancreatitis", "finding", pancreatitis, EDGED),
            Kind("bowel_loop", "mimic", bowel, SPECK),
        ),
        reach=REACH,
    ),
)
URETER = (
    Group(
        "ureter",
        (
            Kind("ureteric_stone", "finding", stone),
            Kind("phlebolith", "mimic", phlebolith),
        ),
        strata=("tiny", "small"),
        reach=REACH,
    ),
)
