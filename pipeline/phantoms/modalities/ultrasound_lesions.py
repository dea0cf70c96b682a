"""What lies in an ultrasound picture: each a mask, an inner pattern, and what sound does behind it.

Patterns are positive where a thing is as its group is (darker or brighter); `drawn` gives all of a group one mean.
"""

import numpy as np

from pipeline.phantoms.kinds import Drawn, Patch
from pipeline.phantoms.modalities.ultrasound_patterns import (
    BRIGHT,
    DARK,
    behind,
    contour,
    drawn,
    grains,
    ring,
    to_segment,
    touching,
    triangle,
    wall,
    within,
)
from pipeline.phantoms.shapes import (
    coordinates,
    ellipse,
    filled,
    fitted,
    long_side,
    outline,
    short_side,
    sides,
    soft,
    spiked,
    stroked,
    turned,
)
from pipeline.phantoms.texture import blobs


def cyst(patch: Patch) -> Drawn:
    """Nothing within a thin wall, bright echoes behind."""
    mask = ellipse(patch)
    return drawn(patch, mask, within(patch, mask, 0.02) + wall(patch, 0.35) - 0.9 * behind(patch, mask), DARK)


def solid_nodule(patch: Patch) -> Drawn:
    """Oval and smooth, filled with echoes in coarse grains; nothing behind."""
    mask = filled(fitted(outline(patch.random, 0.03), patch.box_xyxy), patch.hw)
    return drawn(patch, mask, within(patch, mask, 0.03) + 0.75 * grains(patch, mask, 4.5), DARK)


def fibroadenoma(patch: Patch) -> Drawn:
    """Oval, gently lobulated, with echoes in bands and a thin capsule."""
    points = outline(patch.random, 0.01, lobes=3 if patch.attributes.get("margin") == "lobulated" else 0)
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    bands = 0.7 * np.sin(6.5 * v + 0.8 * np.sin(2 * u)) * mask
    return drawn(patch, mask, within(patch, mask, 0.02) + bands - 0.5 * ring(patch, mask), DARK)


def carcinoma(patch: Patch) -> Drawn:
    """Rays from a dark body, a bright ill-defined halo, and a shadow."""
    points = spiked(patch.random, int(patch.random.integers(7, 11)), 0.5)
    mask = filled(fitted(turned(points, patch.random.uniform(0, 2 * np.pi)), patch.box_xyxy), patch.hw)
    body = within(patch, mask, 0.02) + 0.9 * behind(patch, ellipse(patch) | mask)
    halo = np.maximum(soft(ellipse(patch), 0.05 * long_side(patch)) - soft(mask, 1.0), 0)
    return drawn(patch, mask, body - 0.45 * halo, DARK)


def fat_lobule(patch: Patch) -> Drawn:
    """A soft oval with one bright strand along its middle, open at both ends."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    strand = np.exp(-(((v - 0.15 * np.sin(2.5 * u)) / 0.16) ** 2)) * (np.abs(u) < 0.95)
    return drawn(patch, mask, 1.5 * within(patch, mask, 0.08) - 2.4 * strand.astype(np.float32), DARK)


def node(patch: Patch) -> Drawn:
    """A dark rim about a bright hilum that opens to one side."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, 2 * np.pi)
    hilum = np.hypot(u - 0.35 * np.cos(angle), v - 0.35 * np.sin(angle)) < 0.55
    return drawn(patch, mask, 1.6 * within(patch, mask, 0.03) - 2.4 * soft(hilum & mask, 0.04 * long_side(patch)), DARK)


def pseudonodule(patch: Patch) -> Drawn:
    """Gland between septa: broken bright lines that cross, no border of its own."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    angle = patch.random.uniform(0, np.pi)
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    lines = np.exp(-((across / 0.13) ** 2)) + np.exp(-(((along - 0.1) / 0.13) ** 2))
    return drawn(patch, mask, 1.5 * within(patch, mask, 0.08) - 1.9 * (lines * mask).astype(np.float32), DARK)


def vein(patch: Patch) -> Drawn:
    """Nothing within; a wall too thin to see but where the beam meets it, brighter behind."""
    mask = ellipse(patch)
    return drawn(patch, mask, within(patch, mask, 0.02) + wall(patch, 0.5) - 0.5 * behind(patch, mask), DARK)


def thrombosed_vein(patch: Patch) -> Drawn:
    """Echoes fill the middle, a dark rim is left about them; a chronic clot has bright bands."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    x, y = patch.random.uniform(-0.12, 0.12, 2)
    clot = np.hypot(u - x, v - y) < 0.68
    uneven = 1 + 0.35 * blobs(patch.random, patch.hw, long_side(patch) / 6)
    inner = soft(clot & mask, 0.03 * long_side(patch)) * uneven
    if patch.attributes.get("chronicity") == "chronic":
        inner = inner + 0.9 * clot * np.exp(-(((v - 0.3 * u - y) / 0.14) ** 2))
    return drawn(patch, mask, 1.9 * within(patch, mask, 0.02) - 1.7 * inner.astype(np.float32), DARK)


def artery(patch: Patch) -> Drawn:
    """A thick bright wall in two lines about an empty lumen."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    far = np.hypot(u, v)
    walls = np.exp(-(((far - 1.08) / 0.1) ** 2)) + 1.3 * np.exp(-(((far - 0.76) / 0.08) ** 2))
    return drawn(patch, mask, 1.5 * within(patch, mask, 0.02) - 1.3 * walls.astype(np.float32), DARK)


def nerve(patch: Patch) -> Drawn:
    """Dark fascicles in a bright mesh: a honeycomb."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    x, y = (c * np.float32(max(1.0, side / short_side(patch))) for c, side in zip((u, v), sides(patch), strict=True))
    waves = sum(np.cos(7.2 * (x * np.cos(a) + y * np.sin(a))) for a in (0.3, 0.3 + np.pi / 3, 0.3 + 2 * np.pi / 3))
    return drawn(patch, mask, within(patch, mask, 0.03) - 0.95 * np.asarray(waves, np.float32) * mask, BRIGHT)


def tendon(patch: Patch) -> Drawn:
    """Parallel bright fibres."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    fibres = np.sin(12 * v + 1.2 * u + 0.5 * np.sin(3 * u))
    return drawn(patch, mask, within(patch, mask, 0.03) + 1.2 * (fibres * mask).astype(np.float32), BRIGHT)


def stone(patch: Patch) -> Drawn:
    """A bright cap towards the probe and a clean shadow behind."""
    mask = filled(fitted(contour(patch), patch.box_xyxy), patch.hw)
    _, v = coordinates(patch)
    cap = within(patch, mask, 0.02) * (1 - 1.1 * np.clip(v + 0.1, -0.6, 1))
    return drawn(patch, mask, cap - 1.2 * behind(patch, mask), BRIGHT)


def polyp(patch: Patch) -> Drawn:
    """An even echo with a bright core; no shadow."""
    mask = filled(fitted(contour(patch), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    core = np.exp(-((u / 0.4) ** 2) - ((v / 0.4) ** 2)).astype(np.float32)
    return drawn(patch, mask, within(patch, mask, 0.04) + 0.9 * core, BRIGHT)


def fold(patch: Patch) -> Drawn:
    """A thin curved bright line across the lumen."""
    across, up = np.linspace(-1, 1, 25), patch.random.choice([-1.0, 1.0])
    points = fitted(np.stack([across, -up * np.cos(1.3 * across)], axis=1), patch.box_xyxy)
    line = soft(stroked(points, patch.hw, round(0.1 * long_side(patch))), 0.03 * long_side(patch))
    mask = ellipse(patch)
    return drawn(patch, mask, line + 0.15 * within(patch, mask, 0.03), BRIGHT)


def wedge(patch: Patch) -> Drawn:
    """A bright triangle, fat that dips in between two lobes; no shadow."""
    return drawn(patch, mask := triangle(patch), within(patch, mask, 0.03), BRIGHT)


def pyramid(patch: Patch) -> Drawn:
    """A dark triangle with a bright arc along its base."""
    mask = triangle(patch)
    u, v = coordinates(patch)
    base = np.exp(-(((v + 1.02 - 0.15 * u**2) / 0.14) ** 2)).astype(np.float32)
    return drawn(patch, mask, 1.2 * within(patch, mask, 0.03) - 2.0 * base * (np.abs(u) < 1.05), DARK)


def hydronephrosis(patch: Patch) -> Drawn:
    """Calyces that join in one pelvis; the worse, the blunter."""
    width = {"mild": 0.13, "moderate": 0.19, "severe": 0.25}[patch.attributes.get("severity", "moderate")]
    u, v = coordinates(patch)
    turn = patch.random.choice([-1.0, 1.0])
    distances = [to_segment(u, turn * v, (0.0, 0.75), tip) for tip in ((-0.75, -0.6), (0.0, -0.78), (0.75, -0.6))]
    tips = [np.hypot(u - x, turn * v - y) - 0.08 for x, y in ((-0.72, -0.6), (0.0, -0.7), (0.72, -0.6), (0.0, 0.7))]
    near = np.minimum(np.minimum.reduce(distances), np.minimum.reduce(tips)) < width
    mask = touching(patch, near & (np.abs(u) < 1) & (np.abs(v) < 1))
    fat = 0.6 * soft(ellipse(patch), 0.05 * long_side(patch)) * (1 - soft(mask, 0.02 * long_side(patch)))
    return drawn(patch, mask, within(patch, mask, 0.02) - fat, DARK)


def separate_cysts(patch: Patch) -> Drawn:
    """Two round fluid spaces with tissue between."""
    u, v = coordinates(patch)
    slope = patch.random.choice([-1.0, 1.0])
    one = ((u + 0.5) / 0.46) ** 2 + ((v + 0.3 * slope) / 0.64) ** 2 < 1
    two = ((u - 0.5) / 0.46) ** 2 + ((v - 0.3 * slope) / 0.64) ** 2 < 1
    mask = touching(patch, one | two)
    return drawn(patch, mask, within(patch, mask, 0.02) - 0.4 * behind(patch, mask), DARK)


def microcalcification(patch: Patch) -> Drawn:
    """Bright points and nothing behind them."""
    return _foci(patch, tail=False)


def comet_tail(patch: Patch) -> Drawn:
    """Bright points, each with bars beneath that narrow and fade."""
    return _foci(patch, tail=True)


def _foci(patch: Patch, tail: bool) -> Drawn:
    u, v = coordinates(patch)
    mask = ellipse(patch)
    clustered = patch.attributes.get("distribution") == "clustered"
    offsets = ((-0.5, 0.0), (0.0, -0.2), (0.5, 0.1)) if clustered else ((0.0, 0.0),)
    size = 0.2 if clustered else 0.32
    pattern = np.zeros(patch.hw, np.float32)
    for x, y in offsets:
        if tail:
            for i in range(4):
                wide = size * (1.4 - 0.3 * i)
                pattern += (1 - 0.17 * i) * np.exp(-(((u - x) / wide) ** 2) - ((v - y + 0.55 - 0.4 * i) / 0.1) ** 2)
        else:
            pattern += 1.2 * np.exp(-((((u - x) / size) ** 2 + ((v - y) / size) ** 2) ** 2))
    return drawn(patch, mask, pattern + 0.1 * within(patch, mask, 0.05), BRIGHT)
