"""Cells of a blood film: leukocytes, sickle cells and stretched ones, and what lies in or on a red cell."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels
from pipeline.phantoms.modalities.microscopy_stain import Stains, blotched, dots, stained
from pipeline.phantoms.shapes import coordinates, ellipse, filled, fitted, long_side, outline, polar, soft, turned

Curve = npt.NDArray[np.float64]

NUCLEATED, RED, PARASITE = 0.7, 0.15, 0.75  # share of azure in the mean colour of a group's things
CELL = 2.2  # red cell over what lies in it


def neutrophil(patch: Patch) -> Drawn:
    """Three or four lobes on a thread; fine granules that blur to an even pink."""
    lobes = int(patch.random.integers(3, 5))
    angle = patch.random.uniform(0, 2 * np.pi) + np.linspace(0, 1, lobes) * patch.random.uniform(3.0, 4.0)
    return _leukocyte(patch, _lobed(patch, angle, 0.45, 0.26), _even(patch))


def eosinophil(patch: Patch) -> Drawn:
    """Two lobes; coarse red granules all over the cytoplasm."""
    angle = patch.random.uniform(0, 2 * np.pi) + np.array([0.0, 2.2])
    count = 70
    far, around = 0.88 * np.sqrt(patch.random.random(count)), patch.random.uniform(0, 2 * np.pi, count)
    at = polar(far, around)
    return _leukocyte(patch, _lobed(patch, angle, 0.45, 0.35), dots(patch, at, np.full(count, 0.1)))


def lymphocyte(patch: Patch) -> Drawn:
    """A round dense nucleus, aside, with a thin crescent of cytoplasm."""
    angle = patch.random.uniform(0, 2 * np.pi)
    return _leukocyte(patch, _disc(patch, angle, 0.16, 0.72), _even(patch))


def monocyte(patch: Patch) -> Drawn:
    """A kidney-shaped nucleus in wide cytoplasm."""
    angle = patch.random.uniform(0, 2 * np.pi)
    bite = _disc(patch, angle, 0.52, 0.44)
    return _leukocyte(patch, _disc(patch, angle, 0.0, 0.66) & ~bite, _even(patch))


def blast(patch: Patch) -> Drawn:
    """A nucleus that fills the cell, with pale nucleoli in fine chromatin."""
    angle, count = patch.random.uniform(0, 2 * np.pi), int(patch.random.integers(2, 4))
    nucleus = _disc(patch, angle, 0.0, 0.88)
    for i in range(count):
        nucleus &= ~_disc(patch, angle + 2 * np.pi * i / count, 0.42, 0.22)
    return _leukocyte(patch, nucleus, _even(patch))


def _leukocyte(patch: Patch, nucleus: Mask, granules: Pixels) -> Drawn:
    rough = 0.1 if patch.attributes.get("margin") == "irregular" else 0.015
    mask = filled(fitted(outline(patch.random, rough), patch.box_xyxy), patch.hw)
    within = soft(mask, 0.015 * long_side(patch))
    blue = within * (0.12 + blotched(patch, soft(nucleus, 0.015 * long_side(patch))))
    return stained(patch, mask, blue, within * (0.12 + granules), NUCLEATED)


def _disc(patch: Patch, angle: float, far: float, radius: float) -> Mask:
    u, v = coordinates(patch)
    return np.asarray((u - far * np.cos(angle)) ** 2 + (v - far * np.sin(angle)) ** 2 < radius**2)


def _lobed(patch: Patch, angles: Curve, far: float, radius: float) -> Mask:
    """Discs of the radius on a circle, joined by a thread."""
    thread = np.linspace(angles[0], angles[-1], 12)
    at = np.concatenate([angles, thread])
    size = np.where(np.arange(at.size) < angles.size, radius, 0.08)
    return dots(patch, polar(far, at), size) > 0.5


def _even(patch: Patch) -> Pixels:
    return np.ones(patch.hw, np.float32)


def sickle_cell(patch: Patch) -> Drawn:
    """A crescent, densest in its middle, both ends drawn out to a point."""
    return _elongated(patch, lambda t: 0.3 * np.cos(np.pi / 2 * t) ** 1.2, patch.random.uniform(0.8, 1.1), -0.9)


def elongated_artefact(patch: Patch) -> Drawn:
    """A band as wide at its ends as in the middle, little bent, that keeps the pale middle of a red cell."""
    bend = patch.random.uniform(0.05, 0.3)
    return _elongated(patch, lambda t: 0.3 * np.sqrt(np.clip(1 - np.abs(t) ** 9, 0, 1)), bend, 0.75)


def _elongated(patch: Patch, half_width: Callable[[Curve], Curve], bend: float, pallor: float) -> Drawn:
    """A body about an arc, given its half width along -1 to 1; `pallor` is the share that its middle lacks, or has
    more where it is negative.
    """
    t = np.linspace(-1, 1, 41)
    width, middle = half_width(t), bend * (1 - t * t)
    points = np.concatenate([np.stack([t, middle + width], 1), np.stack([t, middle - width], 1)[::-1]])
    box = patch.box_xyxy
    lean = np.arctan2(box[3] - box[1], box[2] - box[0]) * (1 if patch.random.random() < 0.5 else -1)
    lean += patch.random.choice([0.0, np.pi])
    mask = filled(fitted(turned(points, lean), box), patch.hw)
    rim = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner = np.clip(3 * rim / max(1.0, float(rim.max())) - 1, 0, 1)
    body = blotched(patch, soft(mask, 0.015 * long_side(patch)) * (1 - np.float32(pallor) * inner))
    return stained(patch, mask, np.float32(0.1) * body, body, RED, ellipse(patch))


def malaria_ring(patch: Patch) -> Drawn:
    """A fine ring of azure with a dot of chromatin on it, within a red cell."""
    patch = _on_red_cell(patch)
    u, v = coordinates(patch)
    far, angle = np.hypot(u, v), patch.random.uniform(0, 2 * np.pi)
    ring = np.clip(1.5 - np.abs(far - 0.72) / 0.11, 0, 1).astype(np.float32)
    at = polar(0.72, angle)[None]
    ring *= 0.65 + 0.35 * np.cos(np.arctan2(v, u) - angle)
    return _within_cell(patch, ring + np.float32(1.5) * dots(patch, at, np.array([0.24])), 0.0)


def platelet_on_red_cell(patch: Patch) -> Drawn:
    """A clump of granules with a pale halo, over a red cell."""
    patch = _on_red_cell(patch)
    u, v = coordinates(patch)
    count = 18
    far, around = 0.5 * np.sqrt(patch.random.random(count)), patch.random.uniform(0, 2 * np.pi, count)
    grains = dots(patch, polar(far, around), np.full(count, 0.13))
    clump = np.clip((0.62 - np.hypot(u, v)) * 6, 0, 1).astype(np.float32)
    return _within_cell(patch, 0.5 * clump + 0.7 * grains, 0.8)


def _within_cell(patch: Patch, blue: Pixels, halo: float) -> Drawn:
    """`halo` takes that share of the pink from the edge of the ellipse to its middle."""
    mask = ellipse(patch)
    within = soft(mask, 0.02 * long_side(patch))
    u, v = coordinates(patch)
    at_edge = np.clip(1 - np.abs(np.hypot(u, v) - 0.86) / 0.16, 0, 1)
    pink = np.asarray(within * (1 - halo * at_edge), np.float32)
    return stained(patch, mask, blotched(patch, blue * within), pink, PARASITE)


def _on_red_cell(patch: Patch) -> Patch:
    """A patch with a red cell about the site, where the background has none there; the ground is then the cell's."""
    slide: Stains = patch.spot.local["stains"]
    x1, y1, x2, y2 = patch.box_xyxy
    radius = CELL * long_side(patch) / 2
    tilt = patch.random.uniform(0, 2 * np.pi)
    x = np.arange(patch.hw[1]) + 0.5 - (x1 + x2) / 2 - 0.2 * radius * np.cos(tilt)
    y = np.arange(patch.hw[0]) + 0.5 - (y1 + y2) / 2 - 0.2 * radius * np.sin(tilt)
    far = np.hypot(x[None, :], y[:, None]) / radius
    inside = np.clip((1 - far) * radius / 2, 0, 1).astype(np.float32)[:, :, None]
    body = slide.colour(0.0, 0.42)
    local = {**patch.spot.local, "ground": body}
    pixels = patch.pixels if patch.spot.local.get("cell") else patch.pixels * (1 - inside) + body * inside
    return replace(patch, pixels=np.asarray(pixels, np.float32), spot=replace(patch.spot, local=local))
