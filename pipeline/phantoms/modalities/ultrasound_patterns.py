"""Parts of which things in an ultrasound picture are made: borders, echoes within, what lies behind."""

from dataclasses import replace

import numpy as np

from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels
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
)
from pipeline.phantoms.texture import blobs

DARK, BRIGHT = -1.0, 1.0
LEFT_OF_STRUCTURE = 0.15  # share of the surroundings' texture that stays within a thing
LEAST_MEAN = 0.3  # of a pattern over its mask: its parts stay within a few contrasts
LEAST_PX = 8


def drawn(patch: Patch, mask: Mask, pattern: Pixels, sign: float) -> Drawn:
    """On even ground, with what the attributes ask for; the mean over the mask is the site's, on the side of `sign`."""
    asked = np.asarray(pattern + _asked(patch, mask), np.float32)
    lifted = asked + max(0.0, LEAST_MEAN - float(asked[mask].mean())) * mask
    return with_contrast(_even(patch, mask), mask, np.asarray(lifted, np.float32), sign)


def _even(patch: Patch, mask: Mask) -> Patch:
    """The patch with most of its texture gone where the thing lies, its mean over the mask unchanged."""
    mean = patch.pixels[mask].mean()
    change = (1 - LEFT_OF_STRUCTURE) * soft(mask, 0.02 * long_side(patch)) * (mean - patch.pixels)
    return replace(patch, pixels=np.asarray(patch.pixels + change - change[mask].mean() * mask, np.float32))


def _asked(patch: Patch, mask: Mask) -> Pixels:
    """Halo, calcium, septa and mixed echoes, where an attribute asks for them."""
    u, v = coordinates(patch)
    added = np.zeros(patch.hw, np.float32)
    if patch.attributes.get("halo") == "present":
        far = np.hypot(u, v)
        added += 0.8 * np.exp(-(((far - 1.12) / 0.08) ** 2)) * ~mask
    if patch.attributes.get("calcification") == "coarse":
        added -= 1.8 * (np.hypot(u - 0.3, v + 0.15) < 0.22)
    if patch.attributes.get("internal_structure") == "septated":
        added -= 1.1 * np.exp(-(((u + 0.35 * v - 0.1) / 0.1) ** 2)) * mask
    if patch.attributes.get("echo") == "mixed":
        added += 0.55 * blobs(patch.random, patch.hw, max(2.0, long_side(patch) / 2.5)) * mask
    return added


def within(patch: Patch, mask: Mask, edge: float) -> Pixels:
    """The mask with a soft edge, in shares of the box' long side."""
    return soft(mask, edge * long_side(patch))


def ring(patch: Patch, mask: Mask) -> Pixels:
    """A thin line along the border."""
    weights = soft(mask, 0.04 * long_side(patch))
    return np.asarray(4 * weights * (1 - weights), np.float32)


def wall(patch: Patch, strength: float) -> Pixels:
    """Where the beam meets the wall at a right angle, above and below: two short bright arcs, outside the mask."""
    u, v = coordinates(patch)
    arc = np.exp(-(((np.hypot(u, v) - 1.06) / 0.07) ** 2)) * np.clip(1.2 - 2 * np.abs(u), 0, 1)
    return np.asarray(-strength * arc, np.float32)


def behind(patch: Patch, mask: Mask) -> Pixels:
    """1 below the mask, 0 at the end of the patch; as wide as the thing."""
    y2 = patch.box_xyxy[3]
    below = np.logical_or.accumulate(mask, axis=0) & ~mask
    y = np.arange(patch.hw[0], dtype=np.float32)[:, None]
    end = y2 + 0.9 * long_side(patch)
    fade = np.clip((end - 1 - y) / (0.45 * long_side(patch)), 0, 1)
    return np.asarray(soft(below, 0.04 * long_side(patch)) * fade * ~mask, np.float32)


def grains(patch: Patch, mask: Mask, cells: float) -> Pixels:
    """Hills within the mask, so many of them along the box' long side."""
    return blobs(patch.random, patch.hw, max(1.5, long_side(patch) / cells)) * mask


def contour(patch: Patch) -> Points:
    """Round, or irregular where the attribute `shape` says so."""
    return outline(patch.random, 0.14 if patch.attributes.get("shape") == "irregular" else 0.0)


def triangle(patch: Patch) -> Mask:
    """Point down, as the pyramids and the fat between lobes lie towards the sinus."""
    corners = np.array([(-1.0, -0.8), (0.0, -1.0), (1.0, -0.8), (0.1, 1.0), (-0.1, 1.0)])
    return filled(fitted(corners, patch.box_xyxy), patch.hw)


def touching(patch: Patch, mask: Mask) -> Mask:
    """The mask stretched so that it fills the box; an ellipse where there are too few pixels for a shape."""
    x1, y1, x2, y2 = patch.box_xyxy
    if min(x2 - x1, y2 - y1) < LEAST_PX:
        return ellipse(patch)
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    crop = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    row = np.arange(y2 - y1) * crop.shape[0] // (y2 - y1)
    column = np.arange(x2 - x1) * crop.shape[1] // (x2 - x1)
    stretched = np.zeros(patch.hw, np.bool_)
    stretched[y1:y2, x1:x2] = crop[row[:, None], column[None, :]]
    return stretched


def to_segment(u: Pixels, v: Pixels, start: tuple[float, float], end: tuple[float, float]) -> Pixels:
    """Distance from a line between two points, in units of half the box."""
    d = np.array(end) - start
    t = np.clip(((u - start[0]) * d[0] + (v - start[1]) * d[1]) / (d @ d), 0, 1)
    return np.asarray(np.hypot(u - start[0] - t * d[0], v - start[1] - t * d[1]), np.float32)
