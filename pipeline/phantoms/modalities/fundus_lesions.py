"""What lies in a fundus photograph: bright spots, red spots, vessels; each with a benign look-alike."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    FIXED_ONE,
    Numbers,
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    fixed,
    inked,
    middle_and_half,
    outline,
    polar,
    short_side,
    soft,
    turned,
    with_contrast,
)
from pipeline.phantoms.texture import blobs

# Of what is added (bright) or taken away (dark), red green blue; the two of a pair have the same luma, so that the
# colour word changes the hue alone.
BRIGHT = {"yellow": (0.55, 1.0, 0.12), "white": (0.43, 0.89, 1.0)}
DARK = {"red": (0.12, 1.0, 0.32), "black": (1.0, 0.56, 0.22)}
VESSEL = (0.55, 1.0, 0.45)
Stroke = tuple[Points, float]  # -1 to 1 over the box, half width as a share of half its shorter side


def hard_exudate(patch: Patch) -> Drawn:
    """Sharp grains in a ring about a clear middle."""
    count = 11
    angle = (np.arange(count) + patch.random.uniform(-0.35, 0.35, count)) * 2 * np.pi / count
    radius = patch.random.uniform(0.6, 0.88, count)
    grains = polar(radius, angle)
    return _bright(patch, ellipse(patch), _discs(patch, grains, patch.random.uniform(0.09, 0.17, count)))


def drusen(patch: Patch) -> Drawn:
    """Three or four round mounds with soft edges, apart from each other."""
    count = int(patch.random.integers(3, 5))
    angle = (np.arange(count) + patch.random.uniform(-0.15, 0.15, count)) * 2 * np.pi / count
    angle += patch.random.uniform(0, 2 * np.pi)
    centres = polar(0.56, angle)
    discs = _discs(patch, centres, patch.random.uniform(0.26, 0.34, count))
    return _bright(patch, ellipse(patch), _blurred(discs, 0.07 * short_side(patch)))


def cotton_wool_spot(patch: Patch) -> Drawn:
    """One fluffy patch, densest in its middle."""
    mask = filled(fitted(outline(patch.random, 0.08), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    fluff = 1 + 0.12 * _blotches(patch, 0.2)
    return _bright(patch, mask, np.exp(-2 * (u * u + v * v)) * fluff * soft(mask, 0.12 * short_side(patch)))


def nerve_fibre_reflex(patch: Patch) -> Drawn:
    """Thin bright lines side by side along the nerve fibres."""
    return _bright(patch, ellipse(patch), _blurred(_strokes(patch, _fibres(patch, 3, 0.07, 0.95)), 0.5))


def blot_haemorrhage(patch: Patch) -> Drawn:
    """Rounded and filled, a dark core in a paler rim."""
    points = outline(patch.random, 0.07)
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    core = filled(_on_box(patch, 0.66 * points), patch.hw)
    return _dark(patch, mask, 0.4 * soft(mask, 0.03 * short_side(patch)) + soft(core, 0.04 * short_side(patch)))


def flame_haemorrhage(patch: Patch) -> Drawn:
    """Streaks with frayed ends along the nerve fibres."""
    return _dark(
        patch, ellipse(patch), _blurred(_strokes(patch, _fibres(patch, 3, 0.12, 0.75)), 0.015 * short_side(patch))
    )


def lens_dust(patch: Patch) -> Drawn:
    """A ring out of focus, clear in its middle."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    ring = np.exp(-(((np.hypot(u, v) - 0.74) / 0.19) ** 2))
    return _dark(patch, mask, ring * soft(mask, 0.03 * short_side(patch)))


def new_vessels(patch: Patch) -> Drawn:
    """A net of fine loops; focal where they crowd in the middle, diffuse where they fill the box."""
    focal = patch.attributes.get("distribution") == "focal"
    first = patch.random.uniform(0, 2 * np.pi)
    strokes: list[Stroke] = []
    for i in range(5):
        loop = outline(patch.random, 0.16, count=28) * patch.random.uniform(0.2, 0.34, 2)
        far = (0.36 if focal else 0.66) * patch.random.uniform(0.8, 1.1) * (i > 0)
        at = first + i * np.pi / 2 + patch.random.uniform(-0.5, 0.5)
        strokes.append((turned(loop, at) + polar(far, at), 0.05))
    return _vessel(patch, strokes)


def normal_arcade_branch(patch: Patch) -> Drawn:
    """A smooth vessel that forks to one side and to the other."""
    steps, fork = np.linspace(-1, 1, 24), np.linspace(0, 1, 16)
    bend, turn = patch.random.uniform(-0.15, 0.15), patch.random.choice([-1.0, 1.0])
    strokes = [(np.stack([steps, bend * (1 - steps**2)], axis=1), 0.1)]
    for start, side in ((-0.5, turn), (0.05, -turn)):
        rise = bend * (1 - start**2) + side * 0.62 * fork**1.25
        strokes.append((np.stack([start + 0.75 * fork, rise], axis=1), 0.07))
    strokes = [(turned(0.97 * points, patch.spot.angle), wide) for points, wide in strokes]
    return _vessel(patch, strokes)


def _fibres(patch: Patch, count: int, width: float, least: float) -> list[Stroke]:
    """Lines side by side along the nerve fibres, `least` to 1 of the chord long, each bowed alike."""
    steps = np.linspace(-1, 1, 14)
    bow = patch.random.uniform(-0.12, 0.12)
    lines: list[Stroke] = []
    for across in np.linspace(-0.72, 0.72, count):
        chord = np.sqrt(1 - across**2)
        long = chord * patch.random.uniform(least, 1.0)
        along = steps * long + patch.random.uniform(-1, 1) * (chord - long)
        lines.append((turned(np.stack([along, across + bow * (1 - steps**2)], axis=1), patch.spot.angle), width))
    return lines


def _strokes(patch: Patch, strokes: Sequence[Stroke]) -> Pixels:
    """Lines of even darkness, blunt enough to survive at a few pixels."""
    canvas = np.zeros(patch.hw, np.uint8)
    for points, half in strokes:
        wide = max(1, round(half * short_side(patch)))
        cv2.polylines(canvas, [fixed(_on_box(patch, points))], False, 255, wide, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def _discs(patch: Patch, centres: Points, radii: Points) -> Pixels:
    """Filled circles, at least a pixel across; centres and radii in halves of the box."""
    canvas = np.zeros(patch.hw, np.uint8)
    for at, radius in zip(_on_box(patch, centres), radii, strict=True):
        x, y, reach = (round(value * FIXED_ONE) for value in (*at, max(0.55, radius * short_side(patch) / 2)))
        cv2.circle(canvas, (x, y), reach, 255, -1, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def _on_box(patch: Patch, points: Points) -> Points:
    """From -1 .. 1 to the patch's pixels."""
    middle, half = middle_and_half(patch)
    return points * (half - 0.5) + (middle - 0.5)


def _bright(patch: Patch, mask: Mask, pattern: Numbers) -> Drawn:
    colour = BRIGHT[patch.attributes["colour"]]
    return with_contrast(patch, mask, _textured(patch, pattern), 1.0, np.array(colour, np.float32))


def _dark(patch: Patch, mask: Mask, pattern: Numbers) -> Drawn:
    colour = DARK[patch.attributes["colour"]]
    return with_contrast(patch, mask, _textured(patch, pattern), -1.0, np.array(colour, np.float32))


def _vessel(patch: Patch, strokes: Sequence[Stroke]) -> Drawn:
    return with_contrast(patch, ellipse(patch), _strokes(patch, strokes), -1.0, np.array(VESSEL, np.float32))


def _textured(patch: Patch, pattern: Numbers) -> Pixels:
    """Blotched where the thing is heterogeneous."""
    if patch.attributes.get("texture") != "heterogeneous":
        return np.asarray(pattern, np.float32)
    return np.asarray(pattern * (1 + 0.3 * _blotches(patch, 0.3)), np.float32)


def _blotches(patch: Patch, share: float) -> Pixels:
    """Hills of a share of the box, mean about 0, none beyond 1.6."""
    return np.asarray(
        np.clip(blobs(patch.random, patch.hw, max(2.0, share * short_side(patch))), -1.6, 1.6), np.float32
    )


def _blurred(pattern: Pixels, sigma_px: float) -> Pixels:
    if sigma_px <= 0.2:
        return pattern
    return np.asarray(cv2.GaussianBlur(pattern, (0, 0), sigma_px), np.float32)


PALE = {"colour": ("yellow", "white"), "texture": ("homogeneous", "heterogeneous")}
BLOOD = {"colour": ("red", "black"), "texture": ("homogeneous", "heterogeneous")}
GROUPS = (
    Group(
        "bright",
        (
            Kind("hard_exudate", "finding", hard_exudate, PALE, {"margin": "circumscribed"}),
            Kind("drusen", "finding", drusen, PALE, {"margin": "ill-defined"}),
            Kind("cotton_wool_spot", "finding", cotton_wool_spot, PALE, {"margin": "ill-defined"}),
            Kind("nerve_fibre_reflex", "mimic", nerve_fibre_reflex, PALE),
        ),
        weight=2.0,
    ),
    Group(
        "red",
        (
            Kind("blot_haemorrhage", "finding", blot_haemorrhage, BLOOD, {"shape": "round"}),
            Kind("flame_haemorrhage", "finding", flame_haemorrhage, BLOOD, {"shape": "linear"}),
            Kind("lens_dust", "mimic", lens_dust, BLOOD),
        ),
        weight=1.5,
    ),
    Group(
        "vessel",
        (
            Kind("new_vessels", "finding", new_vessels, {"distribution": ("focal", "diffuse")}),
            Kind("normal_arcade_branch", "mimic", normal_arcade_branch),
        ),
    ),
)
CUP = Group("cup", (Kind("glaucomatous_cupping", "finding", None),), extent="optic_cup")
DISC = Group(
    "disc",
    tuple(Kind(label, "finding", None) for label in ("disc_swelling", "optic_disc_drusen", "glaucoma")),
    extent="optic_disc",
)
