"""What lies in or at a bone: breaks, holes and spurs, and the canals, plates and sesamoids taken for them."""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.modalities.radiography_marks import EDGE, TEXTURE, edge_of, looks
from pipeline.phantoms.shapes import (
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    long_side,
    outline,
    soft,
    with_contrast,
)  # fmt: skip

BAND = 0.42  # half the width of a line's mask, in halves of the box' side that it crosses
STEPS = 33


def band(patch: Patch, middle: Points, half: float = BAND) -> tuple[Mask, Pixels]:
    """The band about a line that crosses the box, and how far each pixel lies from the line: -1 and 1 at its borders.

    `middle` (n, 2) runs from one side to the other in x, both in -1 to 1; the band has the same height everywhere.
    """
    low, high = middle[:, 1].min(), middle[:, 1].max()
    level = (middle[:, 1] - low) / max(high - low, 1e-9) * (2 - 2 * half) - (1 - half)
    u, v = coordinates(patch)
    off = (v - np.interp(u, middle[:, 0], level).astype(np.float32)) / np.float32(half)
    x = np.concatenate([middle[:, 0], middle[::-1, 0]])
    border = np.stack([x, np.concatenate([level - half, level[::-1] + half])], axis=1)
    return filled(fitted(border, patch.box_xyxy), patch.hw), off


def fracture(patch: Patch) -> Drawn:
    """A jagged dark line of uneven width whose parts are out of step, without a dense rim."""
    random = patch.random
    x = np.linspace(-1, 1, STEPS)
    knots = np.sort(random.uniform(-0.12, 0.12, 9) + np.linspace(-1, 1, 9))
    teeth = np.interp(x, knots, 0.34 * np.where(np.arange(9) % 2, 1, -1) * random.uniform(0.35, 1, 9))
    lean = random.uniform(0.2, 0.7) * (1 if random.integers(2) else -1)
    mask, off = band(patch, np.stack([x, lean * x + teeth], axis=1))
    u, _ = coordinates(patch)
    gap = 0.3 + 0.12 * np.sin(7 * u + random.uniform(0, 6))
    return _line(patch, mask, np.exp(-((off / gap) ** 2)))


def nutrient_canal(patch: Patch) -> Drawn:
    """A straight oblique line that tapers, dense along both sides."""
    lean = 1.0 if patch.random.integers(2) else -1.0
    x = np.linspace(-1, 1, STEPS)
    mask, off = band(patch, np.stack([x, lean * x], axis=1))
    u, _ = coordinates(patch)
    return _line(patch, mask, _rimmed(off, 0.45 - 0.12 * u, 0.84))


def growth_plate(patch: Patch) -> Drawn:
    """A gently waving line of even width, dense along both sides."""
    x = np.linspace(-1, 1, STEPS)
    wave = np.cos(np.pi * x * patch.random.uniform(0.9, 1.3) + patch.random.uniform(-0.4, 0.4))
    mask, off = band(patch, np.stack([x, wave], axis=1), half=0.55)
    return _line(patch, mask, _rimmed(off, 0.36, 0.72))


def _rimmed(off: Pixels, width: "float | Pixels", rim: float) -> Pixels:
    """A lucent line between two dense ones."""
    dense = np.exp(-(((np.abs(off) - rim) / (0.25 * rim)) ** 2))
    return np.asarray(np.exp(-((off / width) ** 4)) - np.float32(0.3) * dense, np.float32)


def _line(patch: Patch, mask: Mask, pattern: Pixels) -> Drawn:
    pattern = pattern * soft(mask, max(0.4, 0.01 * long_side(patch)))
    return with_contrast(patch, mask, pattern.astype(np.float32) + looks(patch, mask), sign=-1.0)


def lytic_lesion(patch: Patch) -> Drawn:
    """A punched-out hole: even and sharp, whether round or scalloped."""
    lobes = 5 if patch.attributes.get("margin") == "lobulated" else 0
    mask = filled(fitted(outline(patch.random, 0.03, lobes), patch.box_xyxy), patch.hw)
    return with_contrast(patch, mask, soft(mask, edge_of(patch)) + looks(patch, mask), sign=-1.0)


def osteoporotic_lucency(patch: Patch) -> Drawn:
    """No border; the struts that are left stand out along the bone."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    fading = np.clip(1.25 - (u * u + v * v), 0, None) * mask
    struts = np.cos((u + 0.08 * np.sin(4 * v)) * np.float32(2 * np.pi / 0.62) + patch.random.uniform(0, 6)) > 0.2
    return with_contrast(patch, mask, fading * (1.3 - 1.3 * struts) + looks(patch, mask), sign=-1.0)


def osteophyte(patch: Patch) -> Drawn:
    """A beak that grows outwards from a dense foot on the joint's margin, hooked at its tip."""
    out = -1.0 if patch.spot.local["outwards_x"] < 0 else 1.0
    up = 1.0 if patch.random.integers(2) else -1.0
    beak = np.array([(-1, 1), (-1, -0.6), (-0.3, -0.35), (0.35, -0.5), (1, -1), (0.75, -0.2), (0.3, 0.45), (-0.3, 0.9)])
    mask = filled(fitted(beak * (out, up), patch.box_xyxy), patch.hw)
    u, _ = coordinates(patch)
    foot = np.asarray(2.0 * np.exp(-(((u * out + 1) / 0.45) ** 2)), np.float32)
    return with_contrast(patch, mask, (0.5 + foot) * soft(mask, edge_of(patch)) + looks(patch, mask))


def fabella(patch: Patch) -> Drawn:
    """A rounded bone of its own: a thin dense rim all around."""
    mask = filled(fitted(outline(patch.random, 0.03), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    rim = np.asarray(1.8 * np.exp(-(((np.hypot(u, v) - 0.84) / 0.18) ** 2)), np.float32)
    return with_contrast(patch, mask, (0.1 + rim) * soft(mask, edge_of(patch)) + looks(patch, mask))


def _lines_of(name: str, mimics: tuple[Kind, ...], aspect: tuple[float, float]) -> Group:
    broken = Kind("fracture", "finding", fracture, TEXTURE)
    return Group(name, (broken, *mimics), ("tiny", "small", "medium"), aspect)


SHAFT = _lines_of("shaft", (Kind("nutrient_canal", "mimic", nutrient_canal, TEXTURE),), (0.6, 1.2))
METAPHYSIS = _lines_of("metaphysis", (Kind("growth_plate", "mimic", growth_plate, TEXTURE, ages=(6, 16)),), (1.0, 2.0))
HOLES = Group(
    "lucency",
    (
        Kind("lytic_lesion", "finding", lytic_lesion, {**TEXTURE, "margin": ("circumscribed", "lobulated")}),
        Kind("osteoporotic_lucency", "mimic", osteoporotic_lucency, TEXTURE),
    ),
    ("tiny", "small", "medium"),
)
JOINT_MARGIN = Group(
    "joint_margin",
    (
        Kind("osteoarthritis", "finding", osteophyte, EDGE),
        Kind("fabella", "mimic", fabella, EDGE),
    ),
    ("tiny", "small", "medium"),
    weight=1.8,
)
