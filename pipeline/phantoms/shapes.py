"""Shapes that fill a site's box from edge to edge, and the one way to put contrast into a patch."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Box, Drawn, Mask, Patch, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.texture import blobs

Points = npt.NDArray[np.float64]  # (n, 2) x y
Numbers = npt.NDArray[np.floating[Any]]

FIXED_BITS = 4  # binary places of the coordinates that OpenCV is given
FIXED_ONE = 2**FIXED_BITS  # a pixel


def sides(patch: Patch) -> tuple[int, int]:
    """Width and height of the site's box, in pixels."""
    x1, y1, x2, y2 = patch.box_xyxy
    return x2 - x1, y2 - y1


def long_side(patch: Patch) -> float:
    """Of the site's box, in pixels."""
    return float(max(sides(patch)))


def short_side(patch: Patch) -> float:
    """Of the site's box, in pixels."""
    return float(min(sides(patch)))


def middle_and_half(patch: Patch) -> tuple[Points, Points]:
    """Of the site's box in pixels, each (2,): its centre and its half width and height."""
    x1, y1, x2, y2 = patch.box_xyxy
    return np.array([x1 + x2, y1 + y2]) / 2, np.array(sides(patch)) / 2


def pixel_grid(hw: tuple[int, ...]) -> tuple[Pixels, Pixels]:
    """Columns (1, w) and rows (h, 1) of a picture's pixels, to be broadcast."""
    return np.arange(hw[1], dtype=np.float32)[None, :], np.arange(hw[0], dtype=np.float32)[:, None]


def coordinates(patch: Patch) -> tuple[Pixels, Pixels]:
    """u and v of each pixel of the patch: -1 and 1 on the box's edges, 0 at its centre, broadcast to (h, w)."""
    x1, y1, x2, y2 = patch.box_xyxy
    u = (np.arange(patch.hw[1], dtype=np.float32) + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    v = (np.arange(patch.hw[0], dtype=np.float32) + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    return np.broadcast_to(u[None, :], patch.hw), np.broadcast_to(v[:, None], patch.hw)


def coordinates_along(patch: Patch, angle: float) -> tuple[Pixels, Pixels]:
    """`coordinates` along a direction, in radians from +x towards +y, and across it."""
    u, v = coordinates(patch)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return u * cosine + v * sine, v * cosine - u * sine


def polar(far: float | Numbers, angle: float | Numbers) -> Points:
    """Points (..., 2) at distances from the origin and angles in radians, from +x towards +y."""
    return np.asarray(np.stack([far * np.cos(angle), far * np.sin(angle)], axis=-1), np.float64)


def outline(random: Random, roughness: float = 0.0, lobes: int = 0, count: int = 72) -> Points:
    """A closed curve about the origin: an ellipse with `lobes` bulges and random waves of height `roughness`."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = np.ones(count)
    if lobes:
        radius += 0.22 * np.abs(np.sin(lobes * angle / 2 + random.uniform(0, np.pi)))
    for wave in range(2, 8):
        radius += roughness * random.normal() / np.sqrt(wave) * np.cos(wave * angle + random.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.35)
    return polar(radius, angle)


def spiked(random: Random, spikes: int, depth: float = 0.45) -> Points:
    """A star: a round body with `spikes` thin rays of differing length, as a spiculated mass has."""
    angle = (np.arange(spikes) + random.uniform(-0.3, 0.3, spikes)) * 2 * np.pi / spikes
    tips, foot = random.uniform(1 - depth / 2, 1.0, spikes), 1.0 - depth
    half = np.pi / spikes * 0.35
    points = [
        (radius * np.cos(a), radius * np.sin(a))
        for at, tip in zip(angle, tips, strict=True)
        for a, radius in ((at - half, foot), (at, tip), (at + half, foot))
    ]
    return np.array(points)


def turned(points: Points, angle: float) -> Points:
    """Rotated by `angle` radians, from +x towards +y."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cosine, sine], [-sine, cosine]]), np.float64)


def fitted(points: Points, box: Box) -> Points:
    """Stretched so that a drawing of them touches all four edges of the box."""
    low, high = points.min(axis=0), points.max(axis=0)
    first, last = np.array(box[:2], float), np.array(box[2:], float) - 1.0
    return np.asarray(first + (points - low) / np.maximum(high - low, 1e-9) * (last - first), np.float64)


def fixed(points: Numbers) -> npt.NDArray[np.int32]:
    """Coordinates in pixels as OpenCV's drawings take them with the shift FIXED_BITS."""
    return np.asarray(np.round(points * FIXED_ONE), np.int32)


def inked(canvas: npt.NDArray[np.uint8]) -> Pixels:
    """Ink of 0 to 255 as weights between 0 and 1."""
    return np.asarray(canvas.astype(np.float32) / np.float32(255), np.float32)


def filled(points: Points, hw: tuple[int, int]) -> Mask:
    """The area within a closed curve, its border pixels included."""
    canvas = np.zeros(hw, np.uint8)
    cv2.fillPoly(canvas, [fixed(points)], 1, shift=FIXED_BITS)
    return canvas > 0


def stroked(points: Points, hw: tuple[int, int], width_px: int = 1, closed: bool = False) -> Mask:
    """The pixels of a line through the points."""
    canvas = np.zeros(hw, np.uint8)
    cv2.polylines(canvas, [fixed(points)], closed, 1, max(1, width_px), cv2.LINE_8, FIXED_BITS)
    return canvas > 0


def ellipse(patch: Patch) -> Mask:
    """The ellipse inscribed in the box; it touches all four edges."""
    u, v = coordinates(patch)
    x1, y1, x2, y2 = patch.box_xyxy
    inside = u * u + v * v <= 1.0
    if inside[y1:y2, x1:x2].sum() < 4 or min(x2 - x1, y2 - y1) < 4:  # too few pixels for a curve
        return (np.abs(u) < 1) & (np.abs(v) < 1)
    across, down = np.abs(u) < 1.01 / (x2 - x1), np.abs(v) < 1.01 / (y2 - y1)  # the middle column and row, or two
    return np.asarray(inside | (across & (np.abs(v) < 1)) | (down & (np.abs(u) < 1)), np.bool_)


def soft(mask: Mask, sigma_px: float) -> Pixels:
    """The mask as weights between 0 and 1, its edge blurred."""
    weights = mask.astype(np.float32)
    return np.asarray(cv2.GaussianBlur(weights, (0, 0), sigma_px), np.float32) if sigma_px > 0.2 else weights


def with_contrast(
    patch: Patch,
    mask: Mask,
    pattern: Pixels,
    sign: float = 1.0,
    colour: Pixels | None = None,
    over: Mask | None = None,
) -> Drawn:
    """Adds `pattern` (h, w), scaled so that its mean over the mask is `sign * patch.contrast`.

    The pattern may reach beyond the mask, as a soft edge does. In colour it goes along `colour` (3,), whose largest
    part is 1. One scale for all kinds of a group: the mean never tells the kind. Where a pattern is sparse, as
    grains in a cluster, its mean is taken `over` its own pixels, for all kinds of that group alike.
    """
    mean = float(pattern[mask if over is None else over].mean())
    added = pattern * np.float32(sign * patch.contrast / (mean if abs(mean) > 0.05 else 0.05 if mean >= 0 else -0.05))
    if patch.pixels.ndim == 3:
        direction = np.ones(3, np.float32) if colour is None else colour.astype(np.float32)
        added = added[:, :, None] * direction
    return Drawn((patch.pixels + added).astype(np.float32), mask)


def with_colours(patch: Patch, mask: Mask, weights: Pixels, colour: Pixels, pattern: Pixels) -> Drawn:
    """As `with_contrast` in colour, with a `pattern` (h, w, 3) in units of the contrast on top, faded by `weights`.

    The pattern's mean over the mask is taken away, channel by channel: whatever it shows, the mean stays `colour`.
    """
    plain = with_contrast(patch, mask, weights, colour=colour)
    faded = pattern * tinted(weights, (1, 1, 1))
    mean = faded[mask].sum(axis=0) / max(float(weights[mask].sum()), 1e-6)
    added = np.float32(patch.contrast) * (faded - tinted(weights, mean))
    return Drawn((plain.pixels + added).astype(np.float32), mask)


def tinted(field: npt.NDArray[Any], colour: Sequence[float]) -> Pixels:
    """The field (h, w) times a colour, (h, w, 3); OpenCV does it some ten times faster than broadcasting."""
    column = np.array(colour, np.float32)[:, None]
    return np.asarray(cv2.transform(np.ascontiguousarray(field, np.float32), column), np.float32)


def dotted(patch: Patch, centres: Points, radius: float | Points) -> Pixels:
    """Discs of weight 1 about `centres` (n, 2), these and their radius or radii in the units of `coordinates`."""
    canvas = np.zeros(patch.hw, np.uint8)
    middle, half = middle_and_half(patch)
    places = fixed(middle + half * centres - 0.5)
    sizes = np.maximum(fixed(np.broadcast_to(radius, len(places)) * half.min()), FIXED_ONE // 2)
    for (x, y), size in zip(places.tolist(), sizes.tolist(), strict=True):
        cv2.circle(canvas, (x, y), size, 255, -1, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def traced(patch: Patch, curves: list[Points], width: float) -> Pixels:
    """Lines of weight 1 through curves of points, these and the width in the units of `coordinates`."""
    canvas = np.zeros(patch.hw, np.uint8)
    middle, half = middle_and_half(patch)
    lines = [fixed(middle + half * curve - 0.5) for curve in curves]
    cv2.polylines(canvas, lines, False, 255, max(1, round(width * float(half.min()))), cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def branching(random: Random, trunks: int, twigs: int) -> list[Points]:
    """Vessels that enter the unit disc at its edge: `trunks` winding lines with `twigs` side branches each."""
    curves: list[Points] = []
    entries = random.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(trunks) / trunks + random.uniform(-0.3, 0.3, trunks)
    for entry in entries.tolist():
        start = polar(1.0, entry)
        trunk = _winding(random, start, entry + np.pi + random.uniform(-0.4, 0.4), 1.5)
        curves.append(trunk)
        for at in random.integers(2, 8, twigs):
            turn = random.choice([-1, 1]) * random.uniform(0.6, 1.1)
            curves.append(_winding(random, trunk[at], entry + np.pi + turn, random.uniform(0.5, 0.8)))
    return [curve[np.hypot(*curve.T) <= 1.01] for curve in curves]


def _winding(random: Random, start: Points, heading: float, length: float, steps: int = 10) -> Points:
    headings = heading + np.cumsum(random.normal(0, 0.3, steps))
    moves = polar(1.0, headings) * length / steps
    return np.concatenate([start[None], start + np.cumsum(moves, axis=0)])


def points_within(random: Random, count: int, reach: float) -> Points:
    """Points anywhere within `reach` of the origin."""
    angle, far = random.uniform(0, 2 * np.pi, count), reach * np.sqrt(random.random(count))
    return polar(far, angle)


def flake(patch: Patch, centre: Points, radius: float) -> Mask:
    """An angular scrap about `centre` (2,), it and its radius in the units of `coordinates`."""
    middle, half = middle_and_half(patch)
    points = outline(patch.random, 0.3, count=8) * radius + centre
    return filled(middle + half * points - 0.5, patch.hw)


def hills(patch: Patch, share: float, least_px: float = 2.0) -> Pixels:
    """Smooth hills as wide as a share of the box' long side, mean 0, unit variance."""
    return blobs(patch.random, patch.hw, max(least_px, share * long_side(patch)))


def blurred(field: Pixels, sigma_px: float) -> Pixels:
    """By a normal curve of at least 0.4 pixels, which takes the steps off an edge."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), max(0.4, sigma_px)), np.float32)
