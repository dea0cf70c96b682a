"""What lies between the lungs on CT: nodes and vessels; clots, flaps, and what flow and motion make."""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch, Pixels
from pipeline.phantoms.modalities.ct_marks import (
    REACH,
    along,
    band,
    emptied,
    long_px,
    lump_mask,
    mottled,
    paired,
    softened,
)  # fmt: skip
from pipeline.phantoms.shapes import coordinates, ellipse, soft, with_contrast

FATTY = 60.0  # HU about those of fat


def node(patch: Patch) -> Drawn:
    """An even oval."""
    mask = lump_mask(patch, 0.03)
    return with_contrast(emptied(patch, mask, FATTY), mask, mottled(patch, softened(patch, mask), 0.3))


def plain_vessel(patch: Patch) -> Drawn:
    """Two tubes without contrast, side by side, with plaques of calcium in their walls."""
    mask = paired(patch)
    out, _ = along(patch)
    plaques = 1 + 2.0 * (np.cos(np.float32(2 * np.pi / 0.62) * out + patch.random.uniform(0, 6)) > 0.55)
    pattern = mottled(patch, softened(patch, mask) * plaques.astype(np.float32))
    return with_contrast(emptied(patch, mask, FATTY), mask, pattern)


def embolus(patch: Patch) -> Drawn:
    """A sharp filling defect with contrast around it."""
    mask = lump_mask(patch, 0.08)
    return with_contrast(patch, mask, mottled(patch, softened(patch, mask), 0.35), -1.0)


def mixing(patch: Patch) -> Drawn:
    """Streams of unmixed blood: soft layers that fade without an edge."""
    mask = ellipse(patch)
    out, across = along(patch)
    u, v = coordinates(patch)
    layers = 0.5 + 0.5 * np.cos(np.float32(2 * np.pi / 0.75) * (out + 0.35 * np.sin(2.2 * across) + 0.3))
    fading = np.exp(-1.1 * (u * u + v * v)).astype(np.float32)
    return with_contrast(patch, mask, mottled(patch, layers * fading, 0.35), -1.0)


def flap(patch: Patch) -> Drawn:
    """One sharp line through the lumen, from wall to wall."""
    out, across = along(patch)
    bend = patch.random.uniform(0.15, 0.3)
    return _lines(patch, band(out - bend * np.sin(2.6 * across).astype(np.float32), 0.0, 0.15))


def motion(patch: Patch) -> Drawn:
    """Doubled soft arcs of the wall that pulsates."""
    out, across = along(patch)
    far = np.hypot(out + 1.2, across).astype(np.float32)
    return _lines(patch, band(far, 0.95, 0.22) + band(far, 1.55, 0.22) + band(far, 2.1, 0.2))


def _lines(patch: Patch, pattern: Pixels) -> Drawn:
    mask = ellipse(patch)
    inside = soft(mask, 0.02 * long_px(patch))
    return with_contrast(patch, mask, mottled(patch, (pattern * inside).astype(np.float32), 0.35), -1.0)


LOOKS = {"margin": ("circumscribed", "ill-defined"), "texture": ("homogeneous", "heterogeneous")}
TEXTURE = {"texture": ("homogeneous", "heterogeneous")}
LYMPH_NODE = Kind("lymph_node", "finding", node, LOOKS, {"shape": "oval"})
PLAIN_VESSEL = Kind("unopacified_vessel", "mimic", plain_vessel, TEXTURE, {"shape": "linear"})
NODES = (Group("node", (LYMPH_NODE, PLAIN_VESSEL), strata=("tiny", "small"), reach=REACH),)
VESSELS = (
    Group(
        "embolus",
        (
            Kind("pulmonary_embolus", "finding", embolus, TEXTURE),
            Kind("mixing_artefact", "mimic", mixing, TEXTURE),
        ),
        strata=("tiny", "small", "medium"),
        weight=2.0,
        reach=REACH,
    ),
    Group(
        "flap",
        (
            Kind("aortic_dissection_flap", "finding", flap, TEXTURE),
            Kind("motion_artefact", "mimic", motion, TEXTURE),
        ),
        strata=("small", "medium"),
        reach=REACH,
    ),
)
