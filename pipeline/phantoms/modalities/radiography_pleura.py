"""What lies between lung and chest wall: fluid, thickening and air, and the edges taken for them."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels
from pipeline.phantoms.modalities.radiography_marks import EDGE, TEXTURE, edge_of, looks
from pipeline.phantoms.shapes import Points, coordinates, ellipse, filled, fitted, long_side, soft, with_contrast

Shade = npt.NDArray[np.floating[Any]]
ACROSS = np.linspace(-1, 1, 41)  # along a border, from one end of the box to the other


def outwards(patch: Patch) -> tuple[Pixels, Pixels]:
    """u towards the chest wall and v downwards, -1 and 1 on the box's edges."""
    u, v = coordinates(patch)
    return (-u if patch.spot.side == "right" else u), v


def enclosed(patch: Patch, out: Points, v: Points) -> Mask:
    """The area within a closed curve, given towards the chest wall and downwards, stretched to fill the box."""
    wall = -1.0 if patch.spot.side == "right" else 1.0
    return filled(fitted(np.stack([out * wall, v], axis=1), patch.box_xyxy), patch.hw)


def pleural_effusion(patch: Patch) -> Drawn:
    """Fluid, deeper below, whose upper border hangs through, highest at the chest wall: the meniscus."""
    level = 1 - 2 * ((ACROSS + 1) / 2) ** patch.random.uniform(2.0, 2.8)
    deeper = 0.5 + 1.2 * outwards(patch)[1]
    return _dense(patch, enclosed(patch, np.append(ACROSS, (1, -1)), np.append(level, (1, 1))), deeper)


def elevated_hemidiaphragm(patch: Patch) -> Drawn:
    """A dome: the upper border bulges, highest in its middle, and is the densest where the ray runs along it."""
    out, v = outwards(patch)
    along = np.exp(-(((np.hypot(out, (v - 1) / 2) - 0.88) / 0.13) ** 2))
    return _dense(patch, enclosed(patch, ACROSS, 1 - 2 * np.sqrt(1 - ACROSS**2)), 0.75 + 1.1 * along)


def pleural_thickening(patch: Patch) -> Drawn:
    """A band along the chest wall with a scalloped inner border and a denser layer next to the ribs."""
    layer = np.exp(-(((outwards(patch)[0] - 0.72) / 0.2) ** 2))
    bays = np.abs(np.sin((ACROSS + 1) * 1.5 * np.pi))
    return _dense(
        patch, enclosed(patch, np.append(0.35 - 1.35 * bays, (1, 1)), np.append(ACROSS, (1, -1))), 0.5 + 1.5 * layer
    )


def _dense(patch: Patch, mask: Mask, depth: "Shade | float" = 1.0) -> Drawn:
    pattern = np.asarray(soft(mask, edge_of(patch, 0.01)) * np.clip(depth, 0, None), np.float32)
    return with_contrast(patch, mask, pattern + looks(patch, mask))


def pneumothorax(patch: Patch) -> Drawn:
    """Air without lung marks between the chest wall and a thin line, both bulging outwards: the pleura of the lung."""
    lung, (out, v) = patch.random.uniform(-0.2, 0.0), outwards(patch)
    border = np.append(lung - (lung + 1) * ACROSS**2, (1 - 2 * ACROSS**2)[::-1])
    air = enclosed(patch, border, np.append(ACROSS, ACROSS[::-1]))
    pleura = np.exp(-(((out - lung + (lung + 1) * v * v) / _thin(patch)) ** 2)) * air
    return _lucent(patch, air, air - 1.9 * pleura, empty=True)


def bulla(patch: Patch) -> Drawn:
    """A round air space within a hair-thin wall, concave towards the air on all sides."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    wall = np.exp(-(((np.hypot(u, v) - 0.88) / _thin(patch)) ** 2)) * mask
    return _lucent(patch, mask, mask - 1.9 * wall, empty=True)


def skin_fold(patch: Patch) -> Drawn:
    """A straight edge without a line: lucent at the edge, fading from there; lung marks on both sides."""
    out, v = outwards(patch)
    bend, lean = patch.random.uniform(-0.12, 0.12), 1 if patch.random.integers(2) else -1
    edge = lean * ACROSS - bend * (1 - ACROSS**2)
    mask = enclosed(patch, np.append(edge, 1), np.append(ACROSS, -lean))
    beyond = (out - lean * v + bend * (1 - v * v)) / 2
    return _lucent(patch, mask, np.exp(-np.clip(beyond, 0, 1) / 0.22) * mask, empty=False)


def _thin(patch: Patch) -> float:
    """Half the width of a pleural line in box coordinates: a share of the box, and a pixel at least."""
    return max(0.075, 1.5 / long_side(patch))


def _lucent(patch: Patch, mask: Mask, pattern: Shade, empty: bool) -> Drawn:
    """Darker by the pattern; where it is `empty`, the marks of the lung are gone."""
    if empty:
        smooth = cv2.GaussianBlur(patch.pixels, (0, 0), max(1.0, 0.12 * long_side(patch)))
        weight = 0.8 * soft(mask, 1.0)
        pixels = (patch.pixels + weight * (smooth - patch.pixels)).astype(np.float32)
        patch = Patch(pixels, patch.box_xyxy, patch.contrast, patch.attributes, patch.spot, patch.random)
    return with_contrast(patch, mask, pattern.astype(np.float32) + looks(patch, mask), sign=-1.0)


BASE = Group(
    "pleural_base",
    (
        Kind("pleural_effusion", "finding", pleural_effusion, EDGE),
        Kind("pleural_thickening", "finding", pleural_thickening, EDGE),
        Kind("elevated_hemidiaphragm", "mimic", elevated_hemidiaphragm, EDGE),
    ),
    weight=1.5,
)
AIR = Group(
    "pleural_line",
    (
        Kind("pneumothorax", "finding", pneumothorax, TEXTURE, {"shape": "crescent"}),
        Kind("bulla", "finding", bulla, TEXTURE),
        Kind("skin_fold", "mimic", skin_fold, TEXTURE),
    ),
    weight=1.5,
)
