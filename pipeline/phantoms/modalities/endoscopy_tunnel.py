"""The gut from within: a tunnel with folds that grows dark towards the lumen; the optics and what is on the lens."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, FIXED_ONE, fixed, inked, pixel_grid, polar
from pipeline.phantoms.texture import blobs

COARSE = 2  # smooth fields are drawn at this part of the picture's resolution
BARREL = 0.25
NARROW_BAND = ((0.35, 0.50, 0.05), (0.10, 0.67, 0.20), (0.05, 0.45, 0.35))  # RGB of white light to that display


@dataclass(frozen=True)
class Organ:
    """How a segment's tunnel looks; lengths in halves of the picture's shorter side."""

    colour: tuple[float, float, float]
    lumen: float  # radius of what is dark
    rings: float  # folds across: how many from here to the lumen
    ring_depth: float
    pleats: int  # folds along
    pleat_depth: float
    corners: int  # of the lumen's outline
    vessels: float


ORGANS = {
    "colon": Organ((0.76, 0.49, 0.38), 0.24, 4.2, 0.34, 0, 0.0, 3, 0.05),
    "oesophagus": Organ((0.78, 0.56, 0.49), 0.22, 2.2, 0.07, 7, 0.16, 5, 0.035),
    "stomach": Organ((0.77, 0.45, 0.32), 0.30, 1.6, 0.10, 11, 0.26, 4, 0.02),
}


@dataclass(frozen=True)
class Tunnel:
    """`pixels` without lesions; `lumen_xy` and `lumen_px` its dark end; `wet` (h, w) where water glistens."""

    pixels: Pixels
    lumen_xy: tuple[float, float]
    lumen_px: float
    lumen: Mask
    wet: Pixels


def tunnel(request: Request, organ: Organ) -> Tunnel:
    """Seen by a patient's own bends and folds; the lens stands a little elsewhere in each picture."""
    (h, w), patient, image = request.hw, request.patient, request.image
    low = (max(32, h // COARSE), max(32, w // COARSE))
    away, bearing = patient.uniform(0.1, 0.4), patient.uniform(0, 2 * np.pi)
    shape = _Shape(
        centre=(away * np.cos(bearing) + image.normal(0, 0.03), away * np.sin(bearing) + image.normal(0, 0.03)),
        phase=tuple(patient.uniform(0, 2 * np.pi, 5)),
        lumen=organ.lumen * patient.uniform(0.75, 1.25),
        corners=0.12 * patient.uniform(0.4, 1.2),
        advance=patient.uniform(0, 1) + image.normal(0, 0.03),
        tone=tuple(patient.uniform(-0.03, 0.03, 3)),
    )
    depth, angle = _polar(low, shape, organ)
    shade, crest = _relief(request, low, organ, shape, depth, angle)
    pixels = _coloured(request, low, organ, shape, shade)
    wet = np.asarray(cv2.resize(crest, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    lumen = cv2.resize((depth < 1).astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    half = min(h, w) / 2
    xy = (w / 2 + half * shape.centre[0], h / 2 + half * shape.centre[1])
    return Tunnel(pixels, xy, shape.lumen * half, lumen, wet)


@dataclass(frozen=True)
class _Shape:
    centre: tuple[float, float]
    phase: tuple[float, ...]
    lumen: float
    corners: float
    advance: float
    tone: tuple[float, ...]


def _polar(hw: tuple[int, int], shape: _Shape, organ: Organ) -> tuple[Pixels, Pixels]:
    """Distance to the lumen's centre in radii of the lumen, bent by the lens and by its corners; and the direction."""
    half = min(hw) / 2
    x, y = ((each + 0.5 - side / 2) / half for each, side in zip(pixel_grid(hw), hw[::-1], strict=True))
    stretch = 1 + np.float32(BARREL) * (x * x + y * y) / 2
    dx, dy = x * stretch - np.float32(shape.centre[0]), y * stretch - np.float32(shape.centre[1])
    angle = np.arctan2(dy, dx)
    bent = np.float32(shape.corners) * np.cos(organ.corners * angle + np.float32(shape.phase[0]))
    oval = np.float32(0.07) * np.cos(2 * angle + np.float32(shape.phase[1]))
    return np.asarray(np.hypot(dx, dy) * (1 + bent + oval) / np.float32(shape.lumen), np.float32), np.asarray(
        angle, np.float32
    )


def _relief(
    request: Request, hw: tuple[int, int], organ: Organ, shape: _Shape, depth: Pixels, angle: Pixels
) -> tuple[Pixels, Pixels]:
    """Brightness from 0 in the lumen to 1 near the lens, and the crests of folds."""
    wobble = blobs(request.image, hw, min(hw) / 3) * np.float32(0.05)
    phase = np.log(np.maximum(depth, 0.05)) * np.float32(organ.rings / 1.6) + np.float32(shape.advance) + wobble
    step = phase + np.float32(0.12) * np.cos(organ.corners * angle + np.float32(shape.phase[2]))
    saw = step - np.floor(step)
    ring = np.where(saw < 0.88, saw / 0.88, (1 - saw) / 0.12)  # each fold rises towards us and falls off steeply
    shade = np.clip(1 - np.exp(-((depth / 1.55) ** 2)), 0.03, 1) * (1 - np.float32(organ.ring_depth) * (1 - ring))
    crest = np.asarray(ring**4, np.float32)
    if organ.pleats:
        pleat = np.cos(organ.pleats * (angle + 0.25 * wobble * 10) + np.float32(shape.phase[3]))
        shade = np.asarray(shade * (1 + np.float32(organ.pleat_depth) * (pleat - np.float32(0.4))), np.float32)
        crest = np.asarray(np.maximum(0.4 * crest, np.maximum(pleat, 0) ** 3), np.float32)
    fall = 1 - np.float32(0.12) * np.maximum(depth * np.float32(shape.lumen) - 1, 0)
    return np.asarray(shade * fall, np.float32), np.asarray(crest * (depth > 1.8), np.float32)


def _coloured(request: Request, low: tuple[int, int], organ: Organ, shape: _Shape, shade: Pixels) -> Pixels:
    """Mucosa: redder where less light comes back, mottled, with fine vessels."""
    (h, w), image = request.hw, request.image
    tint = np.array(organ.colour, np.float32) + np.array(shape.tone, np.float32)
    tint = tint + image.normal(0, 0.01, 3).astype(np.float32)
    lit = np.asarray(cv2.resize(shade, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    mottle = np.float32(0.022) * request.scanner.texture(image, (h, w), min(h, w) / 8, 4)
    net = np.abs(blobs(image, low, min(low) / 7)) + np.float32(0.6) * np.abs(blobs(image, low, min(low) / 12))
    vessels = cv2.resize(np.clip(1 - net / np.float32(0.22), 0, 1), (w, h), interpolation=cv2.INTER_LINEAR)
    blood = mottle + np.float32(organ.vessels) * vessels
    red = lit * (np.float32(tint[0]) - np.float32(0.5) * blood)
    rest = lit * (np.float32(0.72) + np.float32(0.28) * lit)
    green, blue = rest * (np.float32(tint[1]) - np.float32(1.3) * blood), rest * (np.float32(tint[2]) - blood)
    return np.asarray(cv2.merge([red, green, blue]), np.float32)


def narrow_band(pixels: Pixels) -> Pixels:
    """As blue and green light alone would show it: greenish, blood brown."""
    return np.asarray(cv2.transform(pixels, np.array(NARROW_BAND, np.float32)), np.float32)


def octagon(hw: tuple[int, int], cut: float) -> Mask:
    """What the scope's mask leaves black: the corners, by `cut` of the shorter side."""
    x, y = np.arange(hw[1]), np.arange(hw[0])
    from_x, from_y = np.minimum(x, x[::-1])[None, :], np.minimum(y, y[::-1])[:, None]
    edge = 0.015 * min(hw)
    return np.asarray((from_x + from_y < cut * min(hw)) | (from_x < edge) | (from_y < edge))


def glints(random: Random, hw: tuple[int, int], wet: Pixels) -> Pixels:
    """Highlights (h, w) of the lamp on wet crests: small, saturated, with an edge."""
    rough = blobs(random, hw, max(2.0, max(hw) / 55)) + np.float32(1.3) * wet
    return np.asarray(np.clip((rough - np.float32(3.2)) * 5, 0, 1), np.float32)


def shaken(canvas: Pixels, random: Random) -> Pixels:
    """With the blur of a moving scope, on one picture in four."""
    length = round(max(canvas.shape[:2]) * random.uniform(0.004, 0.010))
    angle, moves = random.uniform(0, np.pi), random.random() < 0.25
    if not moves or length < 2:
        return canvas
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    reach = polar(length, angle) / 2
    ends = [tuple(np.round(length + sign * reach).astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return np.asarray(cv2.filter2D(canvas, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), np.float32)


def bubbles(random: Random, hw: tuple[int, int]) -> Pixels:
    """Rings (h, w) of foam, in a heap, on one picture in four."""
    canvas = np.zeros(hw, np.uint8)
    present, middle = random.random() < 0.25, random.uniform(0.15, 0.85, 2) * hw[::-1]
    for _ in range(int(random.integers(3, 12)) if present else 0):
        x, y = fixed(middle + random.normal(0, 0.06, 2) * min(hw)).tolist()
        radius = max(2.0, min(hw) * random.uniform(0.006, 0.022))
        cv2.circle(canvas, (x, y), round(radius * FIXED_ONE), 255, 1, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def settings_text(random: Random, hw: tuple[int, int]) -> Mask:
    """What the processor writes into the lower left corner: its settings."""
    canvas = np.zeros(hw, np.uint8)
    text = f"Eh:A{random.integers(1, 9)} Cm:{random.integers(1, 4)}"
    cv2.putText(canvas, text, (round(0.02 * hw[1]), round(0.965 * hw[0])), cv2.FONT_HERSHEY_PLAIN, min(hw) / 420, 255)
    return np.asarray(canvas > 0)
