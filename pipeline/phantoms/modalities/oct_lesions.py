"""What lies in a macular B-scan: fluid, deposits, holes, membranes; each with a benign look-alike.

Each kind fills its box at the same place; how its parts lie to the bright line of the pigment epithelium tells it.
"""

import cv2
import numpy as np

from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    Numbers,
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    fixed,
    inked,
    middle_and_half,
    short_side,
    soft,
    stroked,
    with_contrast,
)

VITREOUS = 0.06
UP = np.linspace(-1, 1, 33)


def intraretinal_fluid(patch: Patch) -> Drawn:
    """Round dark spaces with walls between them."""
    count = 5
    angle = (np.arange(count) + patch.random.uniform(-0.2, 0.2, count)) * 2 * np.pi / count
    angle += patch.random.uniform(0, 2 * np.pi)
    centres = np.stack([0.64 * np.cos(angle), 0.52 * np.sin(angle) - 0.14], axis=1)
    return _drawn(patch, ellipse(patch), _discs(patch, centres, 0.29), -1.0)


def subretinal_fluid(patch: Patch) -> Drawn:
    """A dark lens with a flat base on the pigment epithelium."""
    mask = filled(_dome(patch), patch.hw)
    return _drawn(patch, mask, soft(mask, 0.03 * short_side(patch)), -1.0)


def pigment_epithelial_detachment(patch: Patch) -> Drawn:
    """A dark dome under the bright line of the pigment epithelium, which it lifts."""
    points = _dome(patch)
    mask = filled(points, patch.hw)
    line = soft(_line(patch, points[: len(UP)], 0.12) & mask, 0.4)
    weight = min(2.4, 0.5 / max(0.1, float(line[mask].mean())))  # line and dark together keep half the dark's mean
    return _drawn(patch, mask, soft(mask, 0.03 * short_side(patch)) - weight * line, -1.0)


def vessel_shadow(patch: Patch) -> Drawn:
    """Two dark columns without an upper or lower edge."""
    return _columns(patch, -1.0)


def saturation_streak(patch: Patch) -> Drawn:
    """Two bright columns without an upper or lower edge."""
    return _columns(patch, 1.0)


def drusen(patch: Patch) -> Drawn:
    """Bright mounds side by side under a brighter skin."""
    points = _profile(patch, np.maximum(np.abs(np.sin(1.5 * np.pi * (UP + 1))), 0.04))
    mask = filled(points, patch.hw)
    skin = _line(patch, points[: len(UP)], 0.16) & mask
    return _drawn(patch, mask, 0.75 * soft(mask, 0.3) + 0.7 * soft(skin, 0.4), 1.0)


def choroidal_neovascularisation(patch: Patch) -> Drawn:
    """One bright spindle that fades at its upper edge."""
    mask = filled(_dome(patch), patch.hw)
    u, v = coordinates(patch)
    haze = np.exp(-1.3 * (u**2 + (v - 0.2) ** 2)) * soft(mask, 0.1 * short_side(patch))
    return _drawn(patch, mask, haze, 1.0)


def full_thickness_macular_hole(patch: Patch) -> Drawn:
    """A gap from the surface to the pigment epithelium, its walls drawn in at half height, its lips raised."""
    return _gap(patch, 0.62 + 0.38 * UP**2, floor=1.2, lips=1.0)


def lamellar_hole(patch: Patch) -> Drawn:
    """A gap in the inner retina that runs beneath its walls; outer retina is left. The mask holds that too."""
    return _gap(patch, 0.45 + 0.55 * np.exp(-((UP / 0.3) ** 2)), floor=0.2, lips=0.0)


def pseudohole(patch: Patch) -> Drawn:
    """A steep cleft whose shoulders carry a bright sheet; the retina below is whole."""
    u, _ = coordinates(patch)
    y = np.arange(patch.hw[0], dtype=np.float32)[:, None]
    surface = (patch.box_xyxy[1] + patch.box_xyxy[3]) / 2 + np.interp(u[0], *patch.spot.local["surface"])
    thick = 0.05 * (patch.box_xyxy[3] - patch.box_xyxy[1])
    shoulders = 1 / ((1 + np.exp(-20 * (np.abs(u) - 0.4))) * (1 + np.exp(20 * (np.abs(u) - 1.3))))
    sheet = np.exp(-(((y - surface + thick) / thick) ** 2)) * shoulders
    return _gap(patch, 0.25 + 0.75 * (1 - UP) / 2, floor=0.0, lips=0.0, bright=0.5 * sheet)


def foveal_pit(patch: Patch) -> Drawn:
    """A shallow bowl with even slopes."""
    u, v = coordinates(patch)
    mask = ellipse(patch)
    bowl = _falling(4 * (v + 0.1 + 0.8 * u**2))
    return _drawn(patch, mask, bowl * _tissue(patch) * soft(mask, 0.1 * short_side(patch)), -1.0)


def epiretinal_membrane(patch: Patch) -> Drawn:
    """A bright line in folds, held to the surface between them."""
    folds = 4
    heights = np.interp(UP, np.linspace(-1, 1, 2 * folds), patch.random.uniform(0.6, 1.0, 2 * folds))
    return _surface_line(patch, -heights * np.abs(np.sin(folds * np.pi * (UP + 1) / 2)))


def posterior_hyaloid(patch: Patch) -> Drawn:
    """A bright line that sags smoothly between its ends."""
    lean = patch.random.uniform(-0.5, 0.5)
    return _surface_line(patch, (1 - UP**2) + lean * UP)


def _surface_line(patch: Patch, heights: Points) -> Drawn:
    """Along the surface, whatever its slope; from edge to edge of the box."""
    x1, y1, x2, y2 = patch.box_xyxy
    wide = max(1, round(0.17 * short_side(patch)))
    inset = wide // 2
    points = np.stack([UP, heights + _shear(patch) * UP / 2], axis=1)
    mask = stroked(fitted(points, (x1 + inset, y1 + inset, x2 - inset, y2 - inset)), patch.hw, wide)
    mask &= _inside(patch)
    return _drawn(patch, mask, soft(mask, 0.35), 1.0)


def _gap(patch: Patch, half_widths: Points, floor: float, lips: float, bright: Numbers | float = 0.0) -> Drawn:
    """Dark down to `floor` (-1 to 1 of the box) between walls of these half widths, from the top down."""
    outline = np.concatenate([np.stack([half_widths, UP], axis=1), np.stack([-half_widths, UP], axis=1)[::-1]])
    mask = filled(fitted(outline, patch.box_xyxy), patch.hw)
    u, v = coordinates(patch)
    dark = soft(mask, 0.02 * short_side(patch)) * _falling(14 * (v - floor)) * _tissue(patch)
    raised = lips * np.exp(-(((np.abs(u) - 1.35) / 0.35) ** 2) - ((v + 0.35) / 0.4) ** 2) * ~mask
    return _drawn(patch, mask, dark - 0.5 * raised - bright * ~mask, -1.0)


def _tissue(patch: Patch) -> Pixels:
    """What there is to lose: as bright as the tissue, next to 0 in the vitreous."""
    return np.asarray(np.maximum((patch.pixels - VITREOUS) / 0.4, 0.02), np.float32)


def _falling(steps: Numbers) -> Pixels:
    """From 1 to 0 as `steps` pass 0."""
    return np.asarray(1 / (1 + np.exp(np.clip(steps, -30, 30))), np.float32)


def _columns(patch: Patch, sign: float) -> Drawn:
    """The columns run on beyond the box and fade; the mask is the box."""
    u, v = coordinates(patch)
    first, second = patch.random.uniform(0.14, 0.24, 2)
    bands = np.exp(-(((u + 0.52) / first) ** 2)) + np.exp(-(((u - 0.52) / second) ** 2))
    return _drawn(patch, _inside(patch), bands * _falling(9 * (np.abs(v) - 1.5)), sign)


def _dome(patch: Patch) -> Points:
    return _profile(patch, np.sqrt(np.maximum(1 - UP**2, 0)) * (1 + patch.random.uniform(-0.25, 0.25) * UP))


def _profile(patch: Patch, heights: Points) -> Points:
    """The area from a base along the pigment epithelium up to `heights`, in pixels; its upper edge comes first."""
    shear = _shear(patch)
    upper = np.stack([UP, shear * UP - 2 * heights / heights.max()], axis=1)
    base = np.stack([UP, shear * UP], axis=1)[::-1]
    return fitted(np.concatenate([upper, base]), patch.box_xyxy)


def _shear(patch: Patch) -> float:
    """How far the structure at the spot falls from the box' left to its right edge, in box heights."""
    x1, y1, x2, y2 = patch.box_xyxy
    return float(patch.spot.local.get("slope", 0.0)) * (x2 - x1) / max(y2 - y1, 1)


def _line(patch: Patch, points: Points, share: float) -> Mask:
    return stroked(points, patch.hw, max(1, round(share * short_side(patch))))


def _discs(patch: Patch, centres: Points, radius: float) -> Pixels:
    """Ellipses of the box' aspect; centres and radius in halves of the box."""
    middle, half = middle_and_half(patch)
    canvas = np.zeros(patch.hw, np.uint8)
    across, down = fixed(np.maximum(0.55, radius * half)).tolist()
    for x, y in fixed(middle - 0.5 + centres * half).tolist():
        cv2.ellipse(canvas, (x, y), (across, down), 0, 0, 360, 255, -1, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def _inside(patch: Patch) -> Mask:
    u, v = coordinates(patch)
    return (np.abs(u) < 1) & (np.abs(v) < 1)


def _drawn(patch: Patch, mask: Mask, pattern: Numbers, sign: float) -> Drawn:
    """With what the attributes ask for: a blurred edge, a grainy inside."""
    if patch.attributes.get("texture") == "heterogeneous":
        u, v = coordinates(patch)
        first, second = patch.random.uniform(0, 2 * np.pi, 2)
        pattern = pattern * (1 + 0.5 * np.sin(7 * u + 5 * v + first) * np.sin(6 * v - 5 * u + second))
    if patch.attributes.get("margin") == "ill-defined":
        pattern = cv2.GaussianBlur(np.asarray(pattern, np.float32), (0, 0), max(0.3, 0.07 * short_side(patch)))
    return with_contrast(patch, mask, np.asarray(pattern, np.float32), sign)


HAZE = {"texture": ("homogeneous", "heterogeneous")}  # has no edge to speak of
LOOKS = {"texture": ("homogeneous", "heterogeneous"), "margin": ("circumscribed", "ill-defined")}
GRAIN = {"texture": ("homogeneous", "heterogeneous")}
DARK, BRIGHT = {"reflectivity": "hyporeflective"}, {"reflectivity": "hyperreflective"}
FLUID = (
    Kind("intraretinal_fluid", "finding", intraretinal_fluid, LOOKS, DARK),
    Kind("subretinal_fluid", "finding", subretinal_fluid, LOOKS, DARK),
    Kind("pigment_epithelial_detachment", "finding", pigment_epithelial_detachment, LOOKS, DARK),
    Kind("vessel_shadow", "mimic", vessel_shadow, {}, DARK),
)
DEPOSIT = (
    Kind("drusen", "finding", drusen, LOOKS, BRIGHT),
    Kind("choroidal_neovascularisation", "finding", choroidal_neovascularisation, HAZE, BRIGHT),
    Kind("saturation_streak", "mimic", saturation_streak, {}, BRIGHT),
)
HOLE = (
    Kind("full_thickness_macular_hole", "finding", full_thickness_macular_hole),
    Kind("lamellar_hole", "finding", lamellar_hole),
    Kind("pseudohole", "finding", pseudohole),
    Kind("foveal_pit", "mimic", foveal_pit),
)
SURFACE = (
    Kind("epiretinal_membrane", "finding", epiretinal_membrane, GRAIN, BRIGHT),
    Kind("posterior_hyaloid", "mimic", posterior_hyaloid, GRAIN, BRIGHT),
)
FLAT, TALL = (1.3, 2.4), (0.5, 1.0)


def groups(deep: tuple[str, ...], hole: str) -> tuple[Group, ...]:
    """Those of a view in whose retina sites of the strata `deep` and `hole` fit."""
    return (
        Group("fluid", FLUID, deep, FLAT, (0.15, 0.4, 0.15, 0.4), 2.0),
        Group("deposit", DEPOSIT, deep, FLAT, (0.15, 0.4, 0.15, 0.4), 1.5),
        Group("hole", HOLE, (hole,), TALL, (0.6, 0.1, 0.6, 0.1)),
        Group("surface", SURFACE, aspect=(3.0, 4.5)),
    )
