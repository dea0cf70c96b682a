"""What lies in a lung field: nodules, cavities, airspace and interstitial disease, and the shadows taken for them."""

from collections.abc import Callable
from functools import partial

import numpy as np

from pipeline.phantoms.kinds import Draw, Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.modalities.radiography_marks import (
    EDGE,
    TEXTURE,
    dots,
    edge_of,
    lines,
    looks,
    turned_coordinates,
)  # fmt: skip
from pipeline.phantoms.shapes import (
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    long_side,
    outline,
    soft,
    spiked,
    with_contrast,
)  # fmt: skip

Shade = Callable[[Patch, Mask], Pixels]  # the pattern within a mask


def shadow(patch: Patch, shade: Shade) -> Drawn:
    """An elliptic place with a pattern of its own."""
    mask = ellipse(patch)
    return with_contrast(patch, mask, shade(patch, mask) + looks(patch, mask))


def pulmonary_nodule(patch: Patch) -> Drawn:
    """A ball: a border all around, densest at its middle; with rays where its margin is spiculated."""
    margin = patch.attributes.get("margin")
    points = {
        "spiculated": lambda: spiked(patch.random, 10, 0.4),
        "lobulated": lambda: outline(patch.random, 0.02, lobes=5),
    }.get(margin or "", lambda: outline(patch.random, 0.03))()
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    ball = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
    border = np.exp(-(((np.hypot(u, v) - 0.85) / 0.15) ** 2)) * mask
    return with_contrast(
        patch, mask, soft(mask, edge_of(patch)) * (0.55 + 0.45 * ball + 0.45 * border) + looks(patch, mask)
    )


def _nipple(patch: Patch, mask: Mask) -> Pixels:
    """Dense along a sharp inner border, from where it fades outwards to nothing."""
    u, v = coordinates(patch)
    out = -u if patch.spot.side == "right" else u
    border = np.exp(-(((np.hypot(u, v) - 0.85) / 0.14) ** 2)) * np.clip(-1.4 * out, 0, 1)
    fading = np.clip(0.6 - 1.1 * out, 0, None)
    return np.asarray((fading + 1.6 * border) * soft(mask, 0.01 * long_side(patch)), np.float32)


def _healed_fracture(patch: Patch, mask: Mask) -> Pixels:
    """Callus: a dense seam across the rib, and a cuff along both of its edges."""
    along, across = turned_coordinates(patch, patch.spot.angle)
    seam = np.exp(-((along / 0.2) ** 2))
    cuff = (np.abs(across) > 0.5) * np.exp(-((along / 0.75) ** 2))
    return np.asarray((2 * seam + 1.2 * cuff) * soft(mask, 0.02 * long_side(patch)), np.float32)


def bone_island(patch: Patch) -> Drawn:
    """A compact core with a brush of short spicules."""
    spikes = int(patch.random.integers(12, 17))
    mask = filled(fitted(spiked(patch.random, spikes, 0.55), patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    core = np.asarray(3.0 * np.exp(-(((u * u + v * v) / 0.12) ** 2)), np.float32)
    return with_contrast(patch, mask, 0.2 * soft(mask, 0.01 * long_side(patch)) + core + looks(patch, mask))


def cavitating_mass(patch: Patch) -> Drawn:
    """A thick wall of uneven width about an eccentric hole with a ragged inner border."""
    mask = filled(fitted(outline(patch.random, 0.1), patch.box_xyxy), patch.hw)
    angle = patch.random.uniform(0, 2 * np.pi)
    hole = _hole(patch, 0.45, (0.25 * np.cos(angle), 0.25 * np.sin(angle)), 0.16)
    return with_contrast(patch, mask, soft(mask, edge_of(patch)) - 1.25 * (hole & mask) + looks(patch, mask))


def lung_abscess(patch: Patch) -> Drawn:
    """A cavity that is half filled: air above a straight level."""
    mask = filled(fitted(outline(patch.random, 0.05), patch.box_xyxy), patch.hw)
    _, v = coordinates(patch)
    top = patch.random.uniform(-0.15, 0.1)
    air = _hole(patch, 0.78, (0.0, 0.0), 0.03) & (v < top)
    level = np.exp(-(((v - top) / 0.1) ** 2)) * (v >= top) * mask  # where fluid meets air
    shown = soft(mask, edge_of(patch)) - 1.5 * (air & mask) + 0.5 * level + looks(patch, mask)
    return with_contrast(patch, mask, shown.astype(np.float32))


def _hole(patch: Patch, radius: float, at: tuple[float, float], roughness: float) -> Mask:
    x1, y1, x2, y2 = patch.box_xyxy
    half = np.array([x2 - x1, y2 - y1]) / 2
    points = outline(patch.random, roughness) * radius + np.array(at)
    return filled(points * half + np.array([x1 + x2 - 1, y1 + y2 - 1]) / 2, patch.hw)


def _rib_crossing(patch: Patch, mask: Mask) -> Pixels:
    """Two bands over two others: a lozenge with straight sides."""
    turn, open_ = patch.random.uniform(-0.25, 0.25), patch.random.uniform(0.75, 0.95)
    pattern = np.zeros(patch.hw, np.float32)
    for angle in (turn + open_, turn - open_):
        _, across = turned_coordinates(patch, angle)
        pattern += (np.abs(np.abs(across) - 0.6) < 0.2).astype(np.float32)
    return pattern * soft(mask, 0.02 * long_side(patch))


def _tuberculosis(patch: Patch, mask: Mask) -> Pixels:
    """A small cavity with a wall, nodules of differing size about it, and strands that run together."""
    random = patch.random
    angle = (np.arange(9) + random.uniform(-0.3, 0.3, 9)) * 2 * np.pi / 9
    far = random.uniform(0.55, 0.85, 9)
    around = np.stack([far * np.cos(angle), far * np.sin(angle)], axis=1)
    nodules = dots(patch, around, [float(each) for each in random.uniform(0.12, 0.24, 9)])
    u, v = coordinates(patch)
    wall = (np.abs(np.hypot(u, v) - 0.33) < 0.13).astype(np.float32)
    return np.maximum(nodules, wall) * 1.5 + np.float32(0.15) * soft(mask, 0.06 * long_side(patch))


def _costochondral_junction(patch: Patch, mask: Mask) -> Pixels:
    """The end of a rib: streaks of calcium that run along it, closed by a cup."""
    along, across = turned_coordinates(patch, patch.random.uniform(-0.5, 0.5))
    streaks = (np.cos(across * np.float32(2 * np.pi / 0.62)) > 0.1).astype(np.float32)
    cup = np.exp(-(((along - 0.75 + 0.5 * across**2) / 0.16) ** 2))
    return np.asarray(np.maximum(streaks, 1.3 * cup) * soft(mask, 0.02 * long_side(patch)), np.float32)


def consolidation(patch: Patch) -> Drawn:
    """Fluffy and dense, with dark branching bronchi."""
    lobes = 6 if patch.attributes.get("margin") == "lobulated" else 0
    mask = filled(fitted(outline(patch.random, 0.02 if lobes else 0.1, lobes), patch.box_xyxy), patch.hw)
    bronchi = tree(patch, (0.1, 0.075, 0.06))
    return with_contrast(patch, mask, soft(mask, edge_of(patch)) * (1.25 - 1.9 * bronchi) + looks(patch, mask))


def tree(patch: Patch, widths: tuple[float, float, float]) -> Pixels:
    """A trunk from one edge that forks twice; its widths taper, in shares of the long side."""
    random, start = patch.random, patch.random.uniform(0, 2 * np.pi)
    ends = [[(np.array([np.cos(start), np.sin(start)]) * 0.95, start + np.pi)]]
    ink = np.zeros(patch.hw, np.float32)
    for order, (width, length) in enumerate(zip(widths, (0.7, 0.65, 0.55), strict=True)):
        last, stretches = ends[-1], []
        for at, angle in last:
            to = at + length * np.array([np.cos(angle), np.sin(angle)])
            stretches.append((at, to, angle))
        ink = np.maximum(ink, lines(patch, np.array([(at, to) for at, to, _ in stretches]), width))
        turns = (-0.5 - 0.1 * order, 0.5 + 0.1 * order)
        ends.append([(to, angle + turn + random.uniform(-0.15, 0.15)) for _, to, angle in stretches for turn in turns])
    return ink


def atelectasis(patch: Patch) -> Drawn:
    """A wedge between straight edges whose vessels crowd towards its tip; densest along one edge, the fissure."""
    flip = (1 if patch.random.integers(2) else -1, 1 if patch.random.integers(2) else -1)
    corners = np.array([(-1.0, -1.0), (1.0, -0.35), (1.0, 1.0), (0.5, 1.0)]) * flip
    mask = filled(fitted(corners, patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    steep = np.arctan2(v * flip[1] + 1.0, u * flip[0] + 1.0) - np.arctan2(0.65, 2.0)
    stripes = 0.35 + 0.65 * (np.cos(steep * np.float32(2 * np.pi / 0.24)) > 0)
    fissure = 1.1 * np.exp(-((steep / 0.1) ** 2))
    return with_contrast(patch, mask, (stripes + fissure) * soft(mask, 0.01 * long_side(patch)) + looks(patch, mask))


def _oedema(patch: Patch, mask: Mask) -> Pixels:
    """A haze with short parallel septal lines, and cuffed bronchi as small rings."""
    levels = np.linspace(-0.8, 0.8, 6) + patch.random.uniform(-0.04, 0.04, 6)
    start = np.where(np.arange(6) % 2 == 0, -0.85, -0.45) + patch.random.uniform(-0.1, 0.1, 6)
    ends = np.stack([np.stack([start, levels], 1), np.stack([start + 1.3, levels], 1)], 1)
    return 0.45 * soft(mask, 0.1 * long_side(patch)) + 1.7 * lines(patch, ends, 0.045) * mask


def _breast(patch: Patch, mask: Mask) -> Pixels:
    """Even, fading upwards, with a sharp curved lower edge."""
    _, v = coordinates(patch)
    return np.asarray(np.clip(0.75 + 0.85 * v, 0, None) * soft(mask, 0.01 * long_side(patch)), np.float32)


def _reticulation(patch: Patch, mask: Mask) -> Pixels:
    """A net: three families of thin lines."""
    ends = [
        _chord(angle + patch.random.uniform(-0.12, 0.12), shift + patch.random.uniform(-0.07, 0.07))
        for angle in np.arange(3) * np.pi / 3 + patch.random.uniform(0, np.pi / 3)
        for shift in (-0.6, -0.05, 0.5)
    ]
    return lines(patch, np.array(ends), 0.05) * mask


def _chord(angle: float, shift: float) -> Points:
    reach = np.sqrt(1 - shift**2)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    return np.stack([shift * across - reach * along, shift * across + reach * along])


def _miliary(patch: Patch, mask: Mask) -> Pixels:
    """Separate dots of like size, evenly strewn."""
    grid = np.stack(np.meshgrid(np.linspace(-0.8, 0.8, 5), np.linspace(-0.8, 0.8, 5)), axis=-1).reshape(-1, 2)
    strewn = grid + patch.random.uniform(-0.08, 0.08, grid.shape)
    return dots(patch, strewn, [0.12] * len(strewn)) * mask


def _markings(patch: Patch, mask: Mask) -> Pixels:
    return tree(patch, (0.1, 0.065, 0.04)) * mask


def _shadow(shade: Shade) -> Draw:
    return partial(shadow, shade=shade)


NARROW = ("tiny", "small", "medium")
NODULE = {**TEXTURE, "margin": ("circumscribed", "lobulated", "spiculated")}
ROUND = {**TEXTURE, "margin": ("circumscribed", "lobulated")}
FLUFFY = {**TEXTURE, "margin": ("ill-defined", "lobulated")}

NODULES = Group(
    "nodule",
    (
        Kind("pulmonary_nodule", "finding", pulmonary_nodule, NODULE),
        Kind("nipple_shadow", "mimic", _shadow(_nipple), TEXTURE),
    ),
    NARROW,
    weight=1.5,
)
ON_RIBS = Group(
    "on_rib",
    (
        Kind("pulmonary_nodule", "finding", pulmonary_nodule, ROUND),
        Kind("healed_rib_fracture", "mimic", _shadow(_healed_fracture), TEXTURE),
        Kind("bone_island", "mimic", bone_island, TEXTURE),
    ),
    NARROW,
)
CAVITIES = Group(
    "cavity",
    (
        Kind("cavitating_mass", "finding", cavitating_mass, EDGE, {"internal_structure": "cavitary"}),
        Kind("lung_abscess", "finding", lung_abscess, EDGE),
        Kind("rib_crossing", "mimic", _shadow(_rib_crossing), TEXTURE),
    ),
)
UPPER_ZONE = Group(
    "upper_zone",
    (
        Kind("tuberculosis", "finding", _shadow(_tuberculosis), TEXTURE),
        Kind("costochondral_junction", "mimic", _shadow(_costochondral_junction), TEXTURE),
    ),
    NARROW,
)
AIRSPACE = Group(
    "airspace",
    (
        Kind("consolidation", "finding", consolidation, FLUFFY, category="pneumonia"),
        Kind("atelectasis", "finding", atelectasis, TEXTURE, {"shape": "wedge"}),
        Kind("pulmonary_oedema", "finding", _shadow(_oedema), TEXTURE),
        Kind("breast_shadow", "mimic", _shadow(_breast), TEXTURE),
    ),
    weight=1.5,
)
INTERSTITIAL = Group(
    "interstitial",
    (
        Kind("interstitial_reticulation", "finding", _shadow(_reticulation), {}, {"texture": "reticular"}),
        Kind("miliary_nodules", "finding", _shadow(_miliary), {}, {"texture": "nodular"}, category="tuberculosis"),
        Kind("bronchovascular_marking", "mimic", _shadow(_markings), {}, {"shape": "branching"}),
    ),
)
