"""The bones of a frontal chest radiograph, and how lines become attenuation."""

import cv2
import numpy as np

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Pixels
from pipeline.phantoms.modalities.radiography_chest_shape import SIDES, Chest, Side
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points

Ink = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]  # a drawing in 8 bits
Rib = tuple[Side, Points, Points]  # back arc and front arc (n, 2) in pixels, from the spine to the wall and on
BONE = 0.1
RIBS = 9  # on each side


def ribs_of(chest: Chest, patient: Random) -> list[Rib]:
    """Side, back arc and front arc of each rib, (n, 2) in pixels, from the spine to the wall and on to the front."""
    h, w = chest.hw
    height = chest.dome[0] + chest.rise - chest.top
    slope, droop = patient.uniform(0.10, 0.16), patient.uniform(0.2, 0.26)
    u = np.linspace(0.15, 1, 14)
    ribs: list[Rib] = []
    for i in range(RIBS):
        start = chest.top - 0.035 + (i + 0.5) / RIBS * height * 0.88
        drop = slope * (0.55 + 0.45 * i / RIBS)
        for side in SIDES:
            end = float(np.clip(chest.wall(start + drop), 0.5, 1)) * 1.02
            off = 0.15 + (end - 0.15) * (u - 0.15) / 0.85
            back = start - 0.03 * np.sin(np.pi * u) + drop * u**2.2
            front = start + drop + droop * (1 - u) ** 0.9 * (0.75 + 0.25 * i / RIBS)
            x = chest.xs_at(side, off)
            ribs.append((side, np.stack([x * w, back * h], 1), np.stack([x * w, front * h], 1)[6:]))
    return ribs


def bones_layer(request: Request, chest: Chest, ribs: list[Rib]) -> Pixels:
    """Ribs with their denser edges, clavicles, and the shoulder blades' inner borders: over the lungs on AP views."""
    h, w = chest.hw
    thick = request.patient.uniform(0.024, 0.031) * (h + w) / 2
    back = _tubes(chest.hw, [each[1] for each in ribs], thick)
    front = _tubes(chest.hw, [each[2] for each in ribs], thick * 1.15)
    ap = request.variant.projection == "ap"
    level = chest.top + request.patient.uniform(0.0, 0.035) + (-0.03 if ap else 0.035)
    rise = request.patient.uniform(0.0, 0.05)
    girdle = _tubes(chest.hw, [_clavicle(chest, side, level, rise) for side in SIDES], thick * 1.2)
    blades = np.zeros(chest.hw, np.uint8)
    outlines = [_scapula(chest, side, 0.86 if ap else 1.08) for side in SIDES]
    cv2.fillPoly(blades, [np.round(each * 16).astype(np.int32) for each in outlines], 110, cv2.LINE_AA, 4)
    strokes(blades, [each[[*range(len(each)), 0]] for each in outlines], thick / 4, 190)
    blur = 0.0022 * w
    layers = ((back, blur, 1.0), (front, blur, 0.55), (girdle, blur, 1.3), (blades, 2 * blur, 0.8))
    return sum((ink_layer(ink, far, BONE * dense) for ink, far, dense in layers), np.zeros(chest.hw, np.float32))


def _tubes(hw: tuple[int, int], middles: "list[Points]", thick: float) -> Ink:
    """Bands of bone about their middle lines: denser at the edges, where the ray runs along the cortex."""
    ink = np.zeros(hw, np.uint8)
    strokes(ink, middles, max(2, thick), 255)
    if thick > 4:
        strokes(ink, middles, 0.62 * thick, 150)
    return ink


def _clavicle(chest: Chest, side: Side, level: float, rise: float) -> Points:
    u = np.linspace(0, 1, 12)
    x = chest.xs_at(side, 0.1 + 1.15 * u)
    y = level + 0.035 * np.cos(np.pi * u) - rise * u + 0.012 * np.sin(2 * np.pi * u)
    return np.stack([x * chest.hw[1], y * chest.hw[0]], axis=1)


def _scapula(chest: Chest, side: Side, inner: float) -> Points:
    corners = ((inner, 0.08), (inner + 0.04, 0.42), (inner + 0.1, 0.44), (inner + 0.3, 0.14), (inner + 0.3, 0.04))
    height = chest.dome[0] - chest.top
    points = [(chest.x_at(side, u), chest.top + v * height) for u, v in corners]
    return np.array(points) * (chest.hw[1], chest.hw[0])


def ink_layer(ink: Ink, blur_px: float, attenuation: float) -> Pixels:
    """A drawing in 8 bits as attenuation."""
    blurred = cv2.GaussianBlur(ink, (0, 0), blur_px) if blur_px > 0.3 else ink
    return np.asarray(blurred, np.float32) * np.float32(attenuation / 255)


def strokes(ink: Ink, paths: "Points | list[Points]", width: float, level: float) -> None:
    """Draws lines (n, points, 2) in pixels."""
    fixed = [np.round(each * 16).astype(np.int32) for each in paths]
    cv2.polylines(ink, fixed, False, level, max(1, round(width)), cv2.LINE_AA, 4)
