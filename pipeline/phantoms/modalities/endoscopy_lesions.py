"""What lies on mucosa. Within a group all have the same mean colours: what tells them apart is the pattern within."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import (
    Points,
    blurred,
    branching,
    coordinates,
    dotted,
    filled,
    fitted,
    flake,
    hills,
    long_side,
    outline,
    points_within,
    polar,
    tinted,
    traced,
    turned,
    with_colours,
)
from pipeline.phantoms.surface import Colour, Lesion, lesion_of, stated_or_drawn

COLOURS: Mapping[str, Colour] = {  # of a lesion's mean, in white light
    "red": (0.1, -1.0, -0.8),
    "pink": (1.0, 0.5, 0.55),
    "white": (0.6, 1.0, 1.0),
    "yellow": (1.0, 0.85, -0.3),
}
POLYP, INFLAMED, PALE = ("red", "pink"), ("red", "pink"), ("white", "yellow")
NARROW_BAND: Colour = (-0.7, -1.0, -1.0)  # of all, in light that shows red as brown
EDGE = {"circumscribed": 0.035, "ill-defined": 0.1}  # of the long axis
SEVERITY = {"mild": 0.75, "moderate": 1.15, "severe": 1.6}
RED, SLOUGH, SHADE, SHINE = (-0.1, -1.3, -1.1), (1.4, 1.9, 1.6), (-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)


def adenoma(patch: Patch) -> Drawn:
    """A polyp whose surface has long winding pits."""
    lesion = _polyp(patch)
    bend = 0.12 * hills(patch, 0.2)
    pits = np.cos(15 * (lesion.along + bend))
    return _painted(patch, lesion, POLYP, _dome(patch, lesion) + _shade(pits, SHINE, 1.0))


def hyperplastic_polyp(patch: Patch) -> Drawn:
    """A polyp whose surface has round pits."""
    lesion = _polyp(patch)
    pits = blurred(dotted(patch, _honeycomb(0.4, patch.random), 0.12), 0.015 * long_side(patch))
    return _painted(patch, lesion, POLYP, _dome(patch, lesion) + _shade(pits, SHADE, 2.4))


def mucosal_fold(patch: Patch) -> Drawn:
    """A smooth crescent of plain mucosa, lit on its outer side and shaded within."""
    turn = int(patch.random.integers(4)) * np.pi / 2
    arc = np.linspace(np.pi, 2 * np.pi, 40)
    outer = polar(1.0, arc)
    inner = outer * (1, 0.3)
    mask = filled(fitted(turned(np.concatenate([outer, inner[::-1]]), turn), patch.box_xyxy), patch.hw)
    lesion = _region(patch, mask, 0.03)
    u, v = coordinates(patch)
    up = (np.cos(turn) * v - np.sin(turn) * u - 1) / 2  # the arc's own upright coordinates
    rise = np.hypot(np.cos(turn) * u + np.sin(turn) * v, up)
    return _painted(patch, lesion, POLYP, _shade(np.clip((rise - 0.75) * 4, -1, 1), SHINE, 1.3))


def residue(patch: Patch) -> Drawn:
    """Loose flakes, heaped without order, of several tints."""
    random = patch.random
    mask = filled(fitted(outline(random, 0.16), patch.box_xyxy), patch.hw)
    lesion = _edged(patch, mask)
    pattern = np.zeros((*patch.hw, 3), np.float32)
    for centre in points_within(random, 9, 0.75):
        covered = tinted(flake(patch, centre, random.uniform(0.16, 0.36)), (1, 1, 1))
        tint = np.array(((1.6, 1.3, -0.4), (-1.4, -1.5, -1.9), (0.9, 1.1, 0.2))[int(random.integers(3))], np.float32)
        pattern = pattern * (1 - covered) + covered * tint
    return _painted(patch, lesion, POLYP, pattern)


def ulcerative_colitis(patch: Patch) -> Drawn:
    """Red and granular all over, without a gap, strewn with pin-point slough."""
    lesion = _edged(patch, _blob(patch))
    amount = SEVERITY[patch.attributes["severity"]]
    grains = np.clip(3 * hills(patch, 0.07, 1.5) - 1, 0, 2)
    return _painted(patch, lesion, INFLAMED, _shade(grains, SLOUGH, amount))


def crohn_disease(patch: Patch) -> Drawn:
    """A few deep ulcers with red edges, normal pale mucosa between."""
    lesion, random = _edged(patch, _blob(patch)), patch.random
    amount = SEVERITY[patch.attributes["severity"]]
    turn = random.uniform(0, 2 * np.pi) + np.arange(3) * 2 * np.pi / 3 + random.uniform(-0.25, 0.25, 3)
    centres = polar(0.55, turn)
    radii = random.uniform(0.26, 0.4, 3)
    islands = blurred(dotted(patch, centres, radii), 0.03 * long_side(patch))
    ulcers = blurred(dotted(patch, centres, 0.5 * radii), 0.015 * long_side(patch))
    return _painted(patch, lesion, INFLAMED, _shade(islands, RED, 1.9) + _shade(ulcers, SLOUGH, 1.7 * amount))


def normal_vascular_pattern(patch: Patch) -> Drawn:
    """Fine vessels that branch over smooth mucosa."""
    lesion = _edged(patch, _blob(patch))
    vessels = traced(patch, branching(patch.random, trunks=3, twigs=4), 0.055)
    return _painted(patch, lesion, INFLAMED, _shade(vessels, (-0.9, -2.9, -2.6)))


def palisade_vessels(patch: Patch) -> Drawn:
    """Fine vessels side by side, along the oesophagus."""
    lesion, random = _edged(patch, _blob(patch)), patch.random
    steps = np.linspace(-1.1, 1.1, 12)
    angle = np.pi + patch.spot.angle
    curves = []
    for at in np.linspace(-0.75, 0.75, 6):
        wave = at + 0.07 * np.sin(4 * steps + random.uniform(0, 6)) + random.uniform(-0.06, 0.06)
        curves.append(turned(np.stack([steps, wave], axis=1), angle))
    return _painted(patch, lesion, INFLAMED, _shade(traced(patch, curves, 0.06), (-0.9, -2.9, -2.6)))


def oesophagitis(patch: Patch) -> Drawn:
    """Two or three breaks along the oesophagus: slough in the middle, red beside it."""
    lesion, random = _edged(patch, _blob(patch)), patch.random
    amount, pattern = SEVERITY[patch.attributes["severity"]], np.zeros((*patch.hw, 3), np.float32)
    bend = 0.09 * hills(patch, 0.25)
    for at in np.array([-0.42, 0.42]) + random.uniform(-0.14, 0.14, 2):
        wide, reach = random.uniform(0.08, 0.16), random.uniform(0.5, 0.9)
        off = np.abs(lesion.across - np.float32(at) + bend)
        ends = np.clip(3 * (reach - np.abs(lesion.along - random.uniform(-0.2, 0.2))), 0, 1)
        pattern += _shade(np.exp(-((off / (2 * wide)) ** 2)) * ends, RED, 1.8)
        pattern += _shade(np.clip((wide - off) * 10, 0, 1) * ends, SLOUGH, 2.1 * amount)
    return _painted(patch, lesion, INFLAMED, pattern)


def barrett_mucosa(patch: Patch) -> Drawn:
    """A velvety salmon sheet with flame-like tongues; beyond its border pale mucosa."""
    lesion, random = _edged(patch, _blob(patch)), patch.random
    flame = 0.45 * np.abs(np.sin(lesion.across * random.uniform(2.6, 3.6) + random.uniform(0, np.pi)))
    flame = flame + 0.1 * hills(patch, 0.15)
    sheet = np.clip((lesion.along - flame + 0.25) * 12, 0, 1)
    villi = hills(patch, 0.06, 1.5)
    return _painted(patch, lesion, INFLAMED, _shade(sheet, (0.4, -2.3, -1.7)) + _shade(villi * sheet, SHINE, 0.3))


def ulcer(patch: Patch) -> Drawn:
    """Deep: a flat pale base in a steep wall, shaded on the lumen's side, with a swollen rim."""
    lesion = _edged(patch, _blob(patch))
    far = lesion.far * (1 + 0.1 * hills(patch, 0.3))
    wall = np.exp(-(((far - 0.62) / 0.13) ** 2)) * (1 - 0.6 * lesion.along)
    pattern = _shade(np.clip((0.56 - far) * 9, 0, 1), COLOURS[patch.attributes["colour"]], 1.6) + _shade(
        wall, SHADE, 2.0
    )
    pattern += _shade(np.exp(-(((far - 0.88) / 0.1) ** 2)), (1.0, 0.2, 0.2), 1.0)
    return _painted(patch, lesion, PALE, pattern)


def erosion(patch: Patch) -> Drawn:
    """Shallow: a few specks of slough, each in a red halo that fades."""
    lesion, random = _edged(patch, _blob(patch)), patch.random
    two = np.array([(-0.45, 0.0), (0.45, 0.0)])
    centres = turned(two, random.uniform(0, np.pi)) + random.uniform(-0.1, 0.1, (2, 2))
    halo = blurred(dotted(patch, centres, 0.48), 0.05 * long_side(patch))
    specks = blurred(dotted(patch, centres, random.uniform(0.13, 0.24, 2)), 0.015 * long_side(patch))
    return _painted(
        patch, lesion, PALE, _shade(halo, RED, 1.3) + _shade(specks, COLOURS[patch.attributes["colour"]], 3.5)
    )


def gastric_xanthoma(patch: Patch) -> Drawn:
    """A mosaic of small pale bumps, level with the mucosa."""
    lesion = _edged(patch, _blob(patch))
    places = _honeycomb(0.42, patch.random)
    bumps = blurred(dotted(patch, places, patch.random.uniform(0.12, 0.2, len(places))), 0.02 * long_side(patch))
    return _painted(patch, lesion, PALE, _shade(bumps, COLOURS[patch.attributes["colour"]], 2.2))


def _polyp(patch: Patch) -> Lesion:
    mask = _stalked(patch) if patch.attributes["shape"] == "pedunculated" else _blob(patch)
    return _region(patch, mask, 0.02)


def _stalked(patch: Patch) -> Mask:
    """A head at one side of the box, a stalk to the other."""
    turn = int(patch.random.integers(4)) * np.pi / 2
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    head = polar(1.0, angle) * (1, 0.62) - (0, 0.38)
    stalk = np.array([(0.24, 0.1), (0.24, 1.0), (-0.24, 1.0), (-0.24, 0.1)])
    body, foot = (turned(part, turn) for part in (head, stalk))
    low, high = np.minimum(body.min(0), foot.min(0)), np.maximum(body.max(0), foot.max(0))
    frame = np.array([low, high])
    return np.asarray(np.logical_or(*(_within(patch, part, frame) for part in (body, foot))))


def _within(patch: Patch, points: Points, frame: Points) -> Mask:
    """The area within a part of a drawing whose whole lies in `frame` (its least and greatest x and y)."""
    first, last = np.array(patch.box_xyxy[:2], float), np.array(patch.box_xyxy[2:], float) - 1
    return filled(first + (points - frame[0]) / (frame[1] - frame[0]) * (last - first), patch.hw)


def _dome(patch: Patch, lesion: Lesion) -> Pixels:
    """The shading of its shape: round where it is raised, none where it is flat."""
    if patch.attributes["shape"] == "flat":
        return np.zeros((*patch.hw, 3), np.float32)
    return _shade(blurred(lesion.mask.astype(np.float32), 0.12 * long_side(patch)), SHINE, 2.0)


def _blob(patch: Patch) -> Mask:
    return filled(fitted(outline(patch.random, 0.09), patch.box_xyxy), patch.hw)


def _edged(patch: Patch, mask: Mask) -> Lesion:
    """With the edge that the attribute `margin` asks for."""
    return _region(patch, mask, EDGE[patch.attributes["margin"]])


def _region(patch: Patch, mask: Mask, edge: float) -> Lesion:
    """Its coordinates go by the tunnel: `along` away from the lumen, `across` around it."""
    return lesion_of(patch, mask, edge, patch.spot.angle)


def _painted(patch: Patch, lesion: Lesion, colours: tuple[str, ...], pattern: Pixels) -> Drawn:
    """The pattern over the mean colour; narrow-band light shows no other hues."""
    colour = _colour(patch, colours)
    if patch.spot.local["narrow_band"]:
        pattern = np.repeat(pattern.mean(axis=2, keepdims=True), 3, axis=2)
    return with_colours(patch, lesion.mask, lesion.weights, np.array(colour, np.float32), pattern)


def _colour(patch: Patch, colours: tuple[str, ...]) -> Colour:
    seen = COLOURS[stated_or_drawn(patch, colours)]
    return NARROW_BAND if patch.spot.local["narrow_band"] else seen


def _shade(field: npt.NDArray[Any], colour: Colour, height: float = 1.0) -> Pixels:
    return tinted(field, [height * part for part in colour])


def _honeycomb(step: float, random: Random) -> Points:
    """The points of a triangular lattice in the unit disc, each moved a little."""
    rows = np.arange(-int(2 / step), int(2 / step) + 1)
    x, y = np.meshgrid(rows, rows)
    points = step * np.stack([x.ravel() + 0.5 * (y.ravel() % 2), y.ravel() * np.sqrt(0.75)], axis=1)
    spread = turned(points, random.uniform(0, 1)) + random.uniform(-0.13, 0.13, points.shape) * step
    return np.asarray(spread[np.hypot(*spread.T) < 0.9])
