"""Skin without lesions, and what lies between it and the lens: hair, gel, ink, ruler, light."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, FIXED_ONE, fixed, pixel_grid, polar, tinted

# The six types of Fitzpatrick (Arch Dermatol 1988;124:869), as skin is displayed.
TONES = (
    (0.92, 0.78, 0.70),
    (0.88, 0.71, 0.60),
    (0.82, 0.63, 0.50),
    (0.72, 0.53, 0.41),
    (0.60, 0.43, 0.33),
    (0.49, 0.35, 0.27),
)
HAIRS = ((0.10, 0.07, 0.06), (0.25, 0.16, 0.10), (0.55, 0.42, 0.25), (0.75, 0.74, 0.72))
INKS = ((0.35, 0.15, 0.55), (0.15, 0.2, 0.5), (0.1, 0.3, 0.25))


@dataclass(frozen=True)
class Overlay:
    """Something before the picture: `weights` (h, w) of `colour`."""

    weights: Pixels
    colour: tuple[float, float, float]

    def over(self, canvas: Pixels) -> Pixels:
        return canvas * tinted(1 - self.weights, (1, 1, 1)) + tinted(self.weights, self.colour)


def skin(request: Request, dermoscopic: bool) -> Pixels:
    """Of a patient's tone, (h, w, 3): mottled, with furrows on a photograph and with pores through a dermoscope."""
    (h, w), image = request.hw, request.image
    tone = np.array(TONES[int(request.patient.integers(len(TONES)))], np.float32)
    tone = tone + request.patient.uniform(-0.015, 0.015, 3).astype(np.float32)
    scanner = request.scanner
    blood = scanner.texture(image, (h, w), max(h, w) / 9, 3)
    furrows = _furrows(request, 0.4 if dermoscopic else 1.0)
    light = _light(image, (h, w), 0.05 if dermoscopic else 0.16) + 0.03 * furrows
    cast = image.uniform(-0.015, 0.015, 3).astype(np.float32)
    grey = 1 + light + _pores(image, (h, w), 0.035 if dermoscopic else -0.045)
    matrix = np.stack([tone + cast, np.array((-0.004, -0.018, -0.014), np.float32)], axis=1)
    return np.asarray(cv2.transform(cv2.merge([grey, blood]), matrix), np.float32)


def _furrows(request: Request, height: float) -> Pixels:
    """Fine lines that run one way."""
    h, w = request.hw
    size = max(h, w)
    stretched = request.scanner.texture(request.image, (size, max(8, size // 4)), size / 45, 2)
    wide = np.asarray(cv2.resize(stretched, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), float(request.image.uniform(-60, 60)), 1.0)
    turned = cv2.warpAffine(wide, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned[:h, :w] * np.float32(height), np.float32)


def _light(random: Random, hw: tuple[int, int], depth: float) -> Pixels:
    """A lamp from one side, and a body that curves away from it; mean about 0."""
    x, y = _grid(hw, -1)
    angle, bend = random.uniform(0, 2 * np.pi), random.uniform(0.2, 1)
    side = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    curve = np.float32(0.6) * side - np.float32(bend) * (side**2 - np.float32(0.33))
    return np.asarray(np.float32(depth) * curve, np.float32)


def _pores(random: Random, hw: tuple[int, int], height: float) -> Pixels:
    """Follicles: dots, pale through a dermoscope, dark on a photograph."""
    h, w = hw
    dots = np.zeros((h, w), np.uint8)
    count = int(random.integers(10, 60))
    places = random.uniform(0, 1, (count, 2)) * (w, h)
    for x, y in fixed(places).tolist():
        cv2.circle(dots, (x, y), round(max(h, w) * FIXED_ONE / 300), 255, -1, cv2.LINE_AA, FIXED_BITS)
    return dots.astype(np.float32) * np.float32(height / 255)


def ink_mark(random: Random, hw: tuple[int, int]) -> Overlay | None:
    """A stroke or a ring of a surgeon's pen, on one photograph in seven."""
    if random.random() > 0.15:
        return None
    ink = np.zeros(hw, np.uint8)
    centre = (round(hw[1] * random.uniform(0.2, 0.8)), round(hw[0] * random.uniform(0.2, 0.8)))
    axes = (round(min(hw) * random.uniform(0.1, 0.25)), round(min(hw) * random.uniform(0.1, 0.2)))
    start, turn = random.uniform(0, 360, 2)
    end, thick = start + random.uniform(40, 330), max(1, round(min(hw) / 90))
    cv2.ellipse(ink, centre, axes, turn, start, end, 255, thick, cv2.LINE_AA)
    return Overlay(_weights(ink, 0.75), INKS[int(random.integers(len(INKS)))])


def hair(random: Random, hw: tuple[int, int]) -> Overlay | None:
    """From none to many, bent, of one colour."""
    count = int(random.choice([0, 0, 4, 10, 25]))
    if not count:
        return None
    canvas, size = np.zeros(hw, np.uint8), max(hw)
    heading, steps = random.uniform(0, 2 * np.pi), np.linspace(0, 1, 12)
    curves = []
    for _ in range(count):
        angle, length = heading + random.normal(0, 0.5), size * random.uniform(0.15, 0.6)
        turns = angle + random.normal(0, 0.7) * steps
        moves = polar(1.0, turns) * length / len(steps)
        curves.append(fixed(random.uniform(0, 1, 2) * hw[::-1] + np.cumsum(moves, axis=0)))
    cv2.polylines(canvas, curves, False, 255, max(1, round(size / 320)), cv2.LINE_AA, FIXED_BITS)
    return Overlay(_weights(canvas, float(random.uniform(0.5, 0.9))), HAIRS[int(random.integers(len(HAIRS)))])


def gel_bubbles(random: Random, hw: tuple[int, int]) -> Overlay | None:
    """Bright rings in the contact gel."""
    if random.random() > 0.3:
        return None
    canvas, size = np.zeros(hw, np.uint8), max(hw)
    for _ in range(int(random.integers(2, 9))):
        centre = (round(hw[1] * random.random()), round(hw[0] * random.random()))
        radius = max(2, round(size * random.uniform(0.006, 0.03)))
        cv2.circle(canvas, centre, radius, 255, max(1, size // 300), cv2.LINE_AA)
    return Overlay(_weights(canvas, 0.5), (0.97, 0.95, 0.95))


def ruler(random: Random, hw: tuple[int, int], millimetre_px: float) -> Overlay | None:
    """Ticks along the lower edge, a long one every five millimetres, on one picture in four."""
    if random.random() > 0.25:
        return None
    canvas, thick = np.zeros(hw, np.uint8), max(1, max(hw) // 400)
    for i, x in enumerate(np.arange(random.uniform(0, millimetre_px), hw[1], max(3.0, millimetre_px)).tolist()):
        length = hw[0] * (0.05 if i % 5 == 0 else 0.028)
        cv2.line(canvas, (round(x), hw[0] - 1), (round(x), round(hw[0] - 1 - length)), 255, thick)
    return Overlay(_weights(canvas, 0.85), (0.08, 0.08, 0.1))


def flash(random: Random, hw: tuple[int, int]) -> Pixels:
    """The gain of a flash that is too near: bright about one point; 1 on two photographs in three."""
    if random.random() > 0.3:
        return np.ones(hw, np.float32)
    x, y = _grid(hw, 0)
    at_x, at_y = random.uniform(0, 1, 2).astype(np.float32)
    return np.asarray(1.08 - 0.3 * ((x - at_x) ** 2 + (y - at_y) ** 2), np.float32)


def lens_circle(hw: tuple[int, int], radius_px: float) -> Mask:
    """What a dermoscope's round field leaves black."""
    x, y = (each + 0.5 for each in pixel_grid(hw))
    return np.asarray((x - hw[1] / 2) ** 2 + (y - hw[0] / 2) ** 2 > radius_px**2)


def vignette(hw: tuple[int, int], depth: float) -> Pixels:
    """The gain of a lens (h, w): 1 in the middle, less by `depth` in the corners."""
    x, y = _grid(hw, -1)
    return np.asarray(1 - np.float32(depth) * (x * x + y * y) ** 2 / 4, np.float32)


def _grid(hw: tuple[int, int], low: float) -> tuple[Pixels, Pixels]:
    """x (1, w) and y (h, 1) of each pixel, from `low` to 1 over the picture."""
    x, y = (np.linspace(low, 1, side, dtype=np.float32) for side in hw[::-1])
    return x[None, :], y[:, None]


def _weights(ink: npt.NDArray[np.uint8], opacity: float) -> Pixels:
    return ink.astype(np.float32) * np.float32(opacity / 255)
