"""Slices through a body in Hounsfield units: where its parts lie, how tissue is laid on, what the scanner adds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from pipeline.phantoms.background import FindSpot, Request
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, Points, filled, outline, turned
from pipeline.phantoms.texture import Scanner

AIR, LUNG, FAT, WATER, MUSCLE, MARROW, CORTEX, METAL = -1000.0, -860.0, -95.0, 8.0, 55.0, 210.0, 620.0, 2800.0
THICKNESS_MM = (1.0, 2.5, 5.0)
CANDIDATES = 96
Side = Literal["left", "right"]
Where = Callable[[float, float], tuple[str | None, Side | None]]  # body units -> place, side


@dataclass(frozen=True)
class Frame:
    """The body's ellipse in pixels. Its parts are placed in its units: -1 and 1 on the edges, y towards the back."""

    centre: tuple[float, float]
    half: tuple[float, float]

    def px(self, points: Points) -> Points:
        return np.asarray(points * np.array(self.half) + np.array(self.centre), np.float64)

    def grid(self, hw: tuple[int, int]) -> tuple[Pixels, Pixels]:
        """Each pixel's x (1, w) and y (h, 1) in units of the body."""
        x = (np.arange(hw[1], dtype=np.float32) - self.centre[0]) / self.half[0]
        y = (np.arange(hw[0], dtype=np.float32) - self.centre[1]) / self.half[1]
        return x[None, :].astype(np.float32), y[:, None].astype(np.float32)

    def body(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.centre[0]) / self.half[0], (y - self.centre[1]) / self.half[1]

    def zoomed(self, factor: float, on: tuple[float, float], hw: tuple[int, int]) -> "Frame":
        """Enlarged, with the body's point `on` in the picture's middle."""
        half = (self.half[0] * factor, self.half[1] * factor)
        return Frame((hw[1] / 2 - on[0] * half[0], hw[0] / 2 - on[1] * half[1]), half)


def trunk(request: Request) -> Frame:
    """Of a chest or belly that fills the field of view."""
    h, w = request.hw
    a = 0.475 * w * request.patient.uniform(0.93, 1.0)
    b = min(a * request.patient.uniform(0.64, 0.74), 0.44 * h)
    dx, dy = request.patient.uniform(-0.008, 0.008, 2)
    return Frame((w * (0.5 + dx), h * (0.475 + dy)), (a, b))


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    points = turned(np.stack([rx * np.cos(angle), ry * np.sin(angle)], axis=1), turn)
    return np.asarray(points + np.array((x, y)), np.float64)


def barrel(scale: float) -> Points:
    """The trunk's outline: an ellipse with fuller flanks."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    x, y = np.cos(angle), np.sin(angle)
    return scale * np.stack([np.sign(x) * np.abs(x) ** 0.88, np.sign(y) * np.abs(y) ** 0.8], axis=1)


def lump(random: Random, oval_of: tuple[float, float, float, float], rough: float, turn: float = 0.0) -> Points:
    """An oval (x, y, rx, ry) with an uneven outline, as organs have."""
    x, y, rx, ry = oval_of
    points = turned(outline(random, rough, count=48) * (rx, ry), turn)
    return np.asarray(points + np.array((x, y)), np.float64)


class Slice:
    """A canvas in HU on which one tissue after the other is laid; points are in units of the body."""

    def __init__(self, hw: tuple[int, int], frame: Frame, fill: float = AIR) -> None:
        self.hw, self.frame = hw, frame
        self.pixels: Pixels = np.full(hw, fill, np.float32)

    def fill(self, points: Points, hu: float) -> None:
        cv2.fillPoly(self.pixels, [self._fixed(points)], hu, cv2.LINE_8, FIXED_BITS)

    def line(self, points: Points, hu: float, width: float) -> None:
        """`width` in units of the body's half width."""
        cv2.polylines(self.pixels, [self._fixed(points)], False, hu, self.px(width), cv2.LINE_8, FIXED_BITS)

    def px(self, width: float) -> int:
        return max(1, round(width * self.frame.half[0]))

    def mask(self, points: Points) -> Mask:
        return filled(self.frame.px(points), self.hw)

    def round(self, x: float, y: float, radius: float, hu: float) -> Points:
        """A disc in pixels, radius in units of the half width; returns its outline."""
        points = oval(x, y, radius, radius * self.frame.half[0] / self.frame.half[1])
        self.fill(points, hu)
        return points

    def grain(self, texture: Pixels, fat: float, soft: float) -> None:
        """Adds a texture to fat and to soft tissue, of a height in HU each."""
        height = np.where(self.pixels < -40, np.float32(fat), np.float32(soft))
        self.pixels += texture * height * ((self.pixels > -200) & (self.pixels < 230))

    def _fixed(self, points: Points) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
        return np.asarray(np.round(self.frame.px(points) * 2**FIXED_BITS), np.int32)


def bone(canvas: Slice, points: Points, cortex: float = 0.82) -> None:
    """Marrow within a shell."""
    canvas.fill(points, CORTEX)
    middle = points.mean(axis=0)
    canvas.fill((points - middle) * cortex + middle, MARROW)


def spine(canvas: Slice, y: float, size: float) -> None:
    """Body, canal with cord, arch and processes of a vertebra, and the muscles beside it."""
    tall = canvas.frame.half[0] / canvas.frame.half[1]
    for side in (-1, 1):
        canvas.fill(oval(side * 1.25 * size, y + 1.5 * size * tall, 1.05 * size, 0.75 * size * tall), MUSCLE)
        process = np.array([(side * 0.5 * size, y + 0.7 * size * tall), (side * 1.7 * size, y + 1.1 * size * tall)])
        canvas.line(process, 420, 0.3 * size)
    canvas.line(np.array([(0, y + 1.4 * size * tall), (0, y + 2.3 * size * tall)]), 480, 0.28 * size)
    canvas.fill(oval(0, y + 1.1 * size * tall, 0.62 * size, 0.55 * size * tall), 520)
    canvas.fill(oval(0, y + 1.1 * size * tall, 0.42 * size, 0.36 * size * tall), 28)
    bone(canvas, oval(0, y, size, 0.78 * size * tall), 0.87)


def wall(canvas: Slice, thickness: float) -> None:
    """Skin, fat of a thickness, and the muscle about a cavity of fat."""
    canvas.fill(barrel(1.0), 20.0)
    canvas.fill(barrel(0.987), FAT)
    inner = 1 - thickness
    canvas.fill(barrel(inner), MUSCLE)
    canvas.fill(barrel(inner - 0.055), FAT)
    canvas.line(0.999 * barrel(inner - 0.027)[[*range(72), 0]], MUSCLE - 75, 0.006)


def ribs(canvas: Slice, random: Random, far: float) -> None:
    """Cut obliquely, seven a side, about a cavity of a size."""
    for i, turn in enumerate(random.uniform(-0.06, 0.06, 14)):
        angle = np.pi * (0.1 + 0.8 * (i % 7) / 6) + turn + (np.pi / 2 if i < 7 else -np.pi / 2)
        at = angle + np.linspace(-0.09, 0.09, 7)
        arc = far * np.stack([np.cos(at), np.sin(at)], axis=1)
        canvas.line(arc, 480, 0.034)
        canvas.line(arc[1:-1], 230, 0.014)


def table(canvas: Slice, random: Random) -> None:
    """The couch: a shallow trough of two thin sheets below the body."""
    bend, low = random.uniform(0.04, 0.14), random.uniform(1.03, 1.08)
    x = np.linspace(-0.95, 0.95, 24)
    for down, hu in ((0.0, 120.0), (0.11, 60.0)):
        canvas.line(np.stack([x, low + down - bend * (x**2) * (1 - down)], axis=1), hu, 0.012)


def within(mask: Mask, frame: Frame, where: Where, share: float = 1.0, outward: bool = False) -> FindSpot:
    """The first place where a site's ellipse fits, or fits best, with at least `share` of its edge in the mask.

    Candidates are drawn in the mask's bounding box, so that a mask that differs by little gives the same place.

    The angle is random, or, `outward`, points away from the body's middle.
    """
    step = max(1, min(mask.shape) // 96)
    ys, xs = (axis * step for axis in np.nonzero(mask[::step, ::step]))
    ring = np.linspace(0, 2 * np.pi, 12, endpoint=False)

    def find(random: Random, wh: tuple[float, float]) -> Spot | None:
        if not len(xs):
            return None
        x, y = (
            random.uniform(xs.min(), xs.max() + step, CANDIDATES),
            random.uniform(ys.min(), ys.max() + step, CANDIDATES),
        )
        at_x = np.clip(x[:, None] + 0.47 * wh[0] * np.cos(ring), 0, mask.shape[1] - 1).astype(int)
        at_y = np.clip(y[:, None] + 0.47 * wh[1] * np.sin(ring), 0, mask.shape[0] - 1).astype(int)
        middle = mask[np.clip(y, 0, mask.shape[0] - 1).astype(int), np.clip(x, 0, mask.shape[1] - 1).astype(int)]
        inside = mask[at_y, at_x].mean(axis=1) * middle
        best = int((inside >= min(0.99, max(share, inside.max() - 0.1))).argmax())
        if inside[best] < share:
            return None
        px = float(x[best]), float(y[best])
        u, v = frame.body(*px)
        place, side = where(u, v)
        angle = np.arctan2(v / frame.half[1], u / frame.half[0]) if outward else random.uniform(0, 2 * np.pi)
        return Spot(px, place, side, float(angle))

    return find


def side_of(x: float) -> Side:
    """The patient's left lies on the picture's right."""
    return "left" if x > 0 else "right"


@dataclass(frozen=True)
class Physics:
    """Blur of the kernel and of the slice's thickness, correlated noise, rows of photon starvation, streaks of metal.

    `noise` in HU; `metal` in pixels.
    """

    scanner: Scanner
    noise: float
    blur: float  # share of the picture's width
    metal: tuple[float, float] | None = None

    def __call__(self, canvas: Pixels, random: Random) -> Pixels:
        h, w = canvas.shape
        blurred = np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.4, self.blur * w)), np.float32)
        grain = self.scanner.noise(random, (h, w))
        if self.scanner.name == "a":  # reconstruction correlates neighbours; the factor restores the variance
            grain = np.asarray(cv2.GaussianBlur(grain, (3, 3), 0.5), np.float32) * np.float32(1.6)
        rows = random.standard_normal((h, 1), dtype=np.float32) * np.float32(0.3)
        across = np.exp(-(((np.arange(w, dtype=np.float32) / w - 0.5) / 0.28) ** 2))[None, :]
        added = grain + rows * across
        if self.metal is not None:
            added = added + _streaks(random, (h, w), self.metal)
        return np.asarray(blurred + np.float32(self.noise) * added, np.float32)


def _streaks(random: Random, hw: tuple[int, int], at: tuple[float, float]) -> Pixels:
    """Bright and dark rays from a piece of metal, in standard deviations of the noise; on a coarse grid."""
    y, x = np.mgrid[0 : hw[0] : 72j, 0 : hw[1] : 72j].astype(np.float32)
    dx, dy = x - np.float32(at[0]), y - np.float32(at[1])
    angle, far = np.arctan2(dy, dx), np.hypot(dx, dy) / max(hw)
    rays = sum(np.cos(k * angle + random.uniform(0, 6.28)) for k in (5, 9, 14))
    coarse = np.asarray(rays * 0.9 * np.exp(-far / 0.22), np.float32)
    return np.asarray(cv2.resize(coarse, (hw[1], hw[0]), interpolation=cv2.INTER_LINEAR), np.float32)


@dataclass(frozen=True)
class Protocol:
    """Of one picture: thickness in mm, its noise and its blur."""

    noise: float
    blur: float


def protocol(request: Request, noise: float) -> Protocol:
    """Thick slices are quiet and blurred, thin ones noisy and sharp."""
    thick = float(request.image.choice(THICKNESS_MM))
    return Protocol(noise * (2.5 / thick) ** 0.2 * request.scanner.noise_factor, 0.0008 + 0.00014 * thick)


def metal_on_skin(canvas: Slice, random: Random) -> tuple[float, float] | None:
    """An electrode on the skin of some patients; its place in pixels."""
    present, angle = random.random() < 0.2, random.uniform(-2.4, -0.8)
    if not present:
        return None
    points = oval(np.cos(angle) * 1.0, np.sin(angle) * 1.0, 0.012, 0.016)
    canvas.fill(points, METAL)
    x, y = canvas.frame.px(points).mean(axis=0)
    return float(x), float(y)
