"""What tissue shows: dividing and dying cells, nests and infiltrates, ducts and invasion."""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels
from pipeline.phantoms.modalities.microscopy_stain import blotched, dots, faded, stained
from pipeline.phantoms.shapes import Points, coordinates, ellipse, long_side, polar, soft
from pipeline.phantoms.texture import octaves

CHROMATIN, CROWD, EPITHELIUM = 0.75, 0.7, 0.65  # share of haematoxylin in the mean colour of a group's things


def mitosis(patch: Patch) -> Drawn:
    """A plate of dark chromatin with hairy edges in a cleared cell; two plates where the cell has parted."""
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, np.pi)
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    hairs = 0.05 * octaves(patch.random, patch.hw, max(1.5, 0.07 * long_side(patch)), 1)
    apart = 0.34 if patch.attributes.get("distribution") == "multifocal" else 0.0
    far = np.abs(np.abs(across) - apart) + hairs
    plate = np.clip((0.17 - 0.25 * apart - far) * 14 + 0.5, 0, 1) * (np.abs(along) < 0.72)
    return _cell(patch, plate.astype(np.float32), np.float32(0.5) + np.hypot(u, v).astype(np.float32))


def apoptotic_body(patch: Patch) -> Drawn:
    """A round smooth globule, or some, in shrunken dense cytoplasm with a halo."""
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    count = 3 if patch.attributes.get("distribution") == "multifocal" else 1
    at = angle + 2 * np.pi * np.arange(count) / count
    far, radius = (0.26, 0.2) if count > 1 else (0.08, 0.34)
    globules = dots(patch, polar(far, at), np.full(count, radius))
    return _cell(patch, globules, np.clip((0.66 - np.hypot(u, v)) * 8, 0, 1).astype(np.float32))


def _cell(patch: Patch, chromatin: Pixels, cytoplasm: Pixels) -> Drawn:
    mask = ellipse(patch)
    within = soft(mask, 0.02 * long_side(patch))
    return stained(patch, mask, blotched(patch, within * (0.03 + chromatin)), within * (0.1 + cytoplasm), CHROMATIN)


def small_cell_tumour_nests(patch: Patch) -> Drawn:
    """Islands of dark nuclei that mould each other, closed against the stroma between them."""
    mask, (u, v) = ellipse(patch), coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    around = angle + np.array([0.0, 2.1, 4.2]) + patch.random.uniform(-0.25, 0.25, 3)
    islands = np.full(patch.hw, np.inf, np.float32)
    for a, radius in zip(around, patch.random.uniform(0.4, 0.48, 3), strict=True):
        islands = np.minimum(islands, np.hypot(u - 0.5 * np.cos(a), v - 0.5 * np.sin(a)) / radius)
    moulded = np.clip((_gap(patch, u, v) - 0.035) * 22, 0, 1)
    nuclei = np.clip((1 - islands) * 9, 0, 1) * (0.3 + 0.7 * moulded)
    return _crowd(patch, mask, nuclei.astype(np.float32))


def _gap(patch: Patch, u: Pixels, v: Pixels) -> Pixels:
    """How much nearer the nearest of scattered points is than the second: 0 on the borders of moulded cells."""
    at = _scattered(patch, 0.36)
    near = np.full((2, *patch.hw), np.inf, np.float32)
    for x, y in at.tolist():
        far = np.hypot(u - x, v - y)
        near[1] = np.minimum(near[1], np.maximum(near[0], far))
        near[0] = np.minimum(near[0], far)
    return np.asarray(near[1] - near[0], np.float32)


def _scattered(patch: Patch, pitch: float, shake: float = 0.3) -> Points:
    """A shaken honeycomb over the box, in its coordinates."""
    row = np.arange(-1.0, 1.001, pitch * 0.87)
    column = np.arange(-1.0, 1.001, pitch)
    x, y = np.meshgrid(column, row)
    x = x + (np.arange(row.size)[:, None] % 2) * pitch / 2
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    return np.asarray(points + patch.random.uniform(-shake, shake, points.shape) * pitch)


def lymphocyte_infiltrate(patch: Patch) -> Drawn:
    """Small round nuclei, each by itself, all over the place."""
    at = _scattered(patch, 0.37, 0.33)
    at = at[(np.hypot(at[:, 0], at[:, 1]) < 0.92) & (patch.random.random(len(at)) < 0.9)]
    return _crowd(patch, ellipse(patch), dots(patch, at, patch.random.uniform(0.1, 0.13, len(at))))


def _crowd(patch: Patch, mask: Mask, nuclei: Pixels) -> Drawn:
    within = faded(patch, mask)
    return stained(patch, mask, within * blotched(patch, nuclei + np.float32(0.04)), within, CROWD)


def invasive_carcinoma(patch: Patch) -> Drawn:
    """Ragged cords of cells through the stroma, with no line about them."""
    strands = octaves(patch.random, patch.hw, max(1.5, 0.3 * long_side(patch)), 2)
    return _epithelium(patch, np.clip(strands * 5 - 0.6, 0.15, 1).astype(np.float32))


def carcinoma_in_situ(patch: Patch) -> Drawn:
    """A duct filled by its cells to the middle, the basement line intact about a cleft."""
    u, v = coordinates(patch)
    far = np.hypot(u, v)
    line = np.clip(1 - np.abs(far - 0.92) / 0.06, 0, 1)
    return _epithelium(patch, (np.clip((0.76 - far) * 12, 0, 1) + 1.3 * line).astype(np.float32))


def gland(patch: Patch) -> Drawn:
    """A ring of epithelium about an open lumen."""
    u, v = coordinates(patch)
    far, angle = np.hypot(u, v), np.arctan2(v, u)
    folds = 0.05 * np.sin(5 * angle + patch.random.uniform(0, 6))
    ring = np.clip((0.95 - far) * 12, 0, 1) * np.clip((far - 0.5 + folds) * 12, 0, 1)
    return _epithelium(patch, ring.astype(np.float32))


def _epithelium(patch: Patch, cells: Pixels) -> Drawn:
    """Nuclei all over the cells, on the mask of the whole."""
    mask = ellipse(patch)
    at = _scattered(patch, 0.2)
    nuclei = dots(patch, at, np.full(len(at), 0.06))
    within = faded(patch, mask) * cells
    chromatin = blotched(patch, within * (np.float32(0.35) + nuclei))
    return stained(patch, mask, chromatin, within + np.float32(0.05), EPITHELIUM)
