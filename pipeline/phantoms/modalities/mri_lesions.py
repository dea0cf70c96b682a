"""Looks of lesions and of their mimics, apart from sign: that belongs to the technique."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from pipeline.phantoms.kinds import Draw, Drawn, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    fixed,
    hills,
    inked,
    long_side,
    middle_and_half,
    outline,
    polar,
    soft,
    turned,
    with_contrast,
)

REPLACED = 0.85  # of the tissue's structure
Look = tuple[Pixels, Mask]
Paint = Callable[[Patch], Look]


def signed(paint: Paint, sign: float) -> Draw:
    """The look, with what its attributes ask for, brighter (1) or darker (-1) than what is about it.

    It takes the place of the tissue there, most of whose structure goes, its mean stays; mimics do so too.
    """

    def draw(patch: Patch) -> Drawn:
        pattern, mask = paint(patch)
        taken = np.float32(REPLACED) * soft(mask, 0.02 * long_side(patch)) * (patch.pixels[mask].mean() - patch.pixels)
        taken -= taken[mask].mean()
        even = replace(patch, pixels=np.where(mask, patch.pixels + taken, patch.pixels))
        return with_contrast(even, mask, pattern * _inner(patch), sign)

    return draw


def _inner(patch: Patch) -> Pixels:
    """Blotches, a cyst or a septum, as factors."""
    u, v = coordinates(patch)
    factor = np.ones(patch.hw, np.float32)
    around, turn = (float(value) for value in patch.random.uniform(0, 2 * np.pi, 2))
    if patch.attributes.get("texture") == "heterogeneous" or patch.attributes.get("enhancement") == "heterogeneous":
        factor += 0.5 * np.tanh(2 * hills(patch, 0.22))
    if patch.attributes.get("internal_structure") == "cystic":
        hole = np.hypot(u - 0.35 * np.cos(around), v - 0.35 * np.sin(around)) < 0.25
        factor *= 1 - 0.95 * soft(hole, 0.02 * long_side(patch))
    if patch.attributes.get("internal_structure") == "septated":
        factor += 1.2 * (np.abs(u * np.cos(turn) + v * np.sin(turn)) < 0.09)
    return factor.astype(np.float32)


def infiltrating(patch: Patch) -> Look:
    """Broad fingers without a sharp edge."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    fingers, phase = int(patch.random.integers(4, 7)), patch.random.uniform(0, 2 * np.pi)
    radius = 0.62 + 0.38 * np.sin(fingers * angle + phase) * (1 + 0.25 * np.sin(2 * angle + 2 * phase)) / 1.25
    mask = filled(fitted(polar(radius, angle), patch.box_xyxy), patch.hw)
    return soft(mask, 0.045 * long_side(patch)), mask


def nodule_in_oedema(patch: Patch) -> Look:
    """A round sharp core amid a faint even halo."""
    u, v = coordinates(patch)
    mask = ellipse(patch)
    core = soft(np.hypot(u, v) < 0.5, 0.02 * long_side(patch))
    return 0.3 * soft(mask, 0.03 * long_side(patch)) + 2.2 * core, mask


def thick_irregular_ring(patch: Patch) -> Look:
    """A wall of changing thickness, knobbly inside, about an empty centre that lies off the middle."""
    lobes = 5 if patch.attributes.get("margin") == "lobulated" else 0
    mask = filled(fitted(outline(patch.random, 0.05, lobes), patch.box_xyxy), patch.hw)
    middle, half = middle_and_half(patch)
    hole = outline(patch.random, 0.22) * (0.42 * half)
    turn = patch.random.uniform(0, 2 * np.pi)
    shift = 0.13 * (half * polar(1.0, turn))
    empty = filled(hole + shift + middle, patch.hw)
    return soft(mask & ~empty, 0.02 * long_side(patch)), mask


def thin_even_ring(patch: Patch) -> Look:
    """A smooth capsule of one thickness."""
    lobes = 5 if patch.attributes.get("margin") == "lobulated" else 0
    points = fitted(outline(patch.random, 0.015, lobes), patch.box_xyxy)
    mask = filled(points, patch.hw)
    middle = points.mean(axis=0)
    inner = filled((points - middle) * 0.76 + middle, patch.hw)
    return soft(mask & ~inner, 0.012 * long_side(patch)), mask


def full_centre(patch: Patch) -> Look:
    """The centre stands out, the wall does not."""
    lobes = 5 if patch.attributes.get("margin") == "lobulated" else 0
    points = fitted(outline(patch.random, 0.03, lobes), patch.box_xyxy)
    mask = filled(points, patch.hw)
    middle = points.mean(axis=0)
    inner = filled((points - middle) * 0.68 + middle, patch.hw)
    return 0.1 * soft(mask, 0.02 * long_side(patch)) + soft(inner, 0.02 * long_side(patch)), mask


def lines(patch: Patch) -> Look:
    """Three straight parallel lines."""
    return parallel(patch, patch.random.uniform(0, np.pi))


def bands(patch: Patch) -> Look:
    """The same along the phase direction: bands that moving fluid leaves."""
    return parallel(patch, np.pi / 2 + patch.random.normal(0, 0.05))


def parallel(patch: Patch, angle: float) -> Look:
    """Lines across `angle`, in the ellipse of the box."""
    u, v = coordinates(patch)
    mask = ellipse(patch)
    wave = np.cos(np.float32(np.pi * 2.3) * (u * np.cos(angle) + v * np.sin(angle)))
    return (np.clip(0.2 + 1.6 * wave, 0, 1) * soft(mask, 0.02 * long_side(patch))).astype(np.float32), mask


def converging(patch: Patch) -> Look:
    """Fine veins that meet in one trunk at the edge."""
    middle, half = (each - 0.5 for each in middle_and_half(patch))
    toward = patch.random.uniform(0, 2 * np.pi)
    ends = toward + np.pi + np.linspace(-1.5, 1.5, 6) + patch.random.uniform(-0.1, 0.1, 6)
    hub = polar(0.35, toward)
    canvas = np.zeros(patch.hw, np.uint8)
    width = max(1, round(0.06 * long_side(patch)))
    for angle, wide in [*((end, width) for end in ends), (toward, 2 * width)]:
        path = middle + half * np.stack([hub, polar(0.95, angle)])
        cv2.polylines(canvas, [fixed(path)], False, 255, wide, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas), ellipse(patch)


def ovoid_with_vein(patch: Patch) -> Look:
    """An even ovoid with a dark line along its middle."""
    u, v = coordinates(patch)
    mask, turn = ellipse(patch), patch.spot.angle + patch.random.normal(0, 0.3)
    along, across = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    vein = soft((np.abs(across) < 0.17) & (np.abs(along) < 0.62), 0.0)
    return soft(mask, edge(patch)) * (1 - np.float32(1.1) * vein), mask


def edge(patch: Patch) -> float:
    """Softness of an outline in pixels, as its margin asks."""
    return (0.06 if patch.attributes.get("margin") == "ill-defined" else 0.015) * long_side(patch)


def speckled(patch: Patch) -> Look:
    """Several round dots with gaps between."""
    return dots(patch, 4, 0.29, edge(patch) / 2)


def cloud(patch: Patch) -> Look:
    """A few pale soft patches that run into each other."""
    return dots(patch, 4, 0.38, 0.05 * long_side(patch))


def dots(patch: Patch, count: int, radius: float, soft_px: float) -> Look:
    """Dots about the middle, as many on each side; the mask is the ellipse about them."""
    u, v = coordinates(patch)
    inside = np.zeros(patch.hw, np.bool_)
    angles = patch.random.uniform(0, 2 * np.pi) + np.arange(count) * 2 * np.pi / count
    for angle in angles + patch.random.uniform(-0.25, 0.25, count):
        far = patch.random.uniform(0.55, 0.68)
        inside |= np.hypot(u - far * np.cos(angle), v - far * np.sin(angle)) < radius * patch.random.uniform(0.8, 1.15)
    return soft(inside, soft_px), ellipse(patch)


def wedge(patch: Patch) -> Look:
    """A sharp even triangle, its base outwards."""
    turn = patch.spot.angle + patch.random.normal(0, 0.2)
    points = turned(np.array([(-1.0, 0.0), (1.0, -0.9), (1.15, 0.0), (1.0, 0.9)]), turn)
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    return soft(mask, 0.015 * long_side(patch)), mask


def lens(patch: Patch) -> Look:
    """Even and lens-shaped, its edge smudged."""
    t = np.linspace(-1, 1, 32)
    arc = 0.5 * (1 - t**2)
    points = np.concatenate([np.stack([t, arc], 1), np.stack([t[::-1], -arc], 1)])
    mask = filled(fitted(turned(points, patch.random.choice([-0.75, 0.75])), patch.box_xyxy), patch.hw)
    return soft(mask, 0.05 * long_side(patch)), mask


def encapsulated(patch: Patch) -> Look:
    """A rim about an inside that hardly differs from what is about it."""
    u, v = coordinates(patch)
    mask, far = ellipse(patch), np.hypot(u, v)
    return soft(mask & (far > 0.74), 0.012 * long_side(patch)) + 0.25 * soft(mask, 0.02 * long_side(patch)), mask


def with_dural_tail(patch: Patch) -> Look:
    """A dome on the dura with a thin tail on both sides of its base."""
    dome = np.linspace(0, np.pi, 24)
    over = np.stack([-0.6 * np.cos(dome), 0.12 + 0.95 * np.sin(dome)], 1)
    return _outlined(patch, np.concatenate([[(-1.0, 0.0)], over, [(1.0, 0.0), (0.0, -0.08)]]))


def with_canal_cone(patch: Patch) -> Look:
    """A ball with a cone that points into the canal."""
    ball = np.linspace(-0.2 * np.pi, 1.2 * np.pi, 32)
    head = np.stack([0.7 * np.cos(ball), 0.45 + 0.7 * np.sin(ball)], 1)
    return _outlined(patch, np.concatenate([head, [(-0.16, -0.35), (-0.1, -1.0), (0.1, -1.0), (0.16, -0.35)]]))


def winding_tube(patch: Patch) -> Look:
    """A vessel: an S of one width."""
    t = np.linspace(-1, 1, 40)
    bend, thick = patch.random.choice([-0.6, 0.6]), 0.17
    across = bend * np.sin(np.pi * t)
    slope = np.arctan2(bend * np.pi * np.cos(np.pi * t), 1.0)
    normal = thick * np.stack([-np.sin(slope), np.cos(slope)], 1)
    path = np.stack([t, across], 1)
    return _outlined(patch, np.concatenate([path + normal, (path - normal)[::-1]]))


def _outlined(patch: Patch, points: Points) -> Look:
    """A sharp even area; the points' -y is turned to the spot's angle, so that a base lies on the bone."""
    mask = filled(fitted(turned(points, patch.spot.angle + np.pi / 2), patch.box_xyxy), patch.hw)
    return soft(mask, 0.012 * long_side(patch)), mask


def wide_base(patch: Patch) -> Look:
    """A dome out of the disc, widest at its base on the left."""
    y = np.linspace(-1, 1, 40)
    return _from_disc(patch, np.stack([1 - np.abs(y) ** 1.6, y], 1))


def narrow_neck(patch: Patch) -> Look:
    """A ball on a neck: wider than its base."""
    ball = np.linspace(-0.84 * np.pi, 0.84 * np.pi, 32)
    head = np.stack([0.64 + 0.36 * np.cos(ball), np.sin(ball)], 1)
    return _from_disc(patch, np.concatenate([[(0.0, -0.24), (0.28, -0.24)], head, [(0.28, 0.24), (0.0, 0.24)]]))


def layered_bulge(patch: Patch) -> Look:
    """An even rise all along the disc's edge, in the layers of the annulus."""
    y = np.linspace(-1, 1, 40)
    pattern, mask = _from_disc(patch, np.stack([(1 - np.abs(y) ** 4) ** 0.5, y], 1))
    u, v = coordinates(patch)
    depth = (u + 1) / 2 / np.sqrt(np.maximum(1 - v**4, 0.05))
    return pattern * (0.55 + 0.55 * np.sign(np.sin(np.float32(4 * np.pi) * depth))).astype(np.float32), mask


def _from_disc(patch: Patch, points: Points) -> Look:
    rough = 0.05 if patch.attributes.get("margin") == "irregular" else 0.0
    shaken = points + rough * patch.random.standard_normal(points.shape) if rough else points
    mask = filled(fitted(shaken, patch.box_xyxy), patch.hw)
    return soft(mask, 0.015 * long_side(patch)), mask
