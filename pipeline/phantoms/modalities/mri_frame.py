"""Anatomy in shares of a body part's half width and height, painted on a grid no finer than a scanner's matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, Points, filled, fixed, inked

MATRIX = 288  # samples along the longer side; a finer picture is interpolated from it, as scanners do


def oval(x: float, y: float, half_x: float, half_y: float, turn: float = 0.0) -> Points:
    """An ellipse with its half axes, turned by `turn` radians from +x towards +y."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    along, across = half_x * np.cos(angle), half_y * np.sin(angle)
    return np.stack(
        [x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn)], axis=1
    )


def mirrored(points: Points) -> Points:
    """The same on the other side of the midline."""
    return points * (-1.0, 1.0)


def both(*outlines: Points) -> tuple[Points, ...]:
    """These and their mirror images."""
    return (*outlines, *map(mirrored, outlines))


def curve(*points: tuple[float, float]) -> Points:
    """Corners of a line or an area, in shares."""
    return np.array(points, float)


def over(canvas: Pixels, weight: Pixels, level: "float | Pixels") -> Pixels:
    """The canvas with `level` painted where the weight is 1."""
    return np.asarray(canvas + weight * (level - canvas), np.float32)


def ramp(values: Pixels, start: float, width: float) -> Pixels:
    """0 up to `start`, 1 from `start + width` on; falling where the width is negative."""
    return np.asarray(np.clip((values - np.float32(start)) / np.float32(width), 0, 1), np.float32)


@dataclass(frozen=True)
class Frame:
    """`centre` in pixels of the picture lies at (0, 0), and `half` is how many pixels (1, 1) is away from it."""

    hw: tuple[int, int]
    centre: tuple[float, float]
    half: tuple[float, float]

    @cached_property
    def shrink(self) -> float:
        return min(1.0, MATRIX / max(self.hw))

    @cached_property
    def grid(self) -> tuple[int, int]:
        """Height and width of the coarse canvas."""
        return max(8, round(self.hw[0] * self.shrink)), max(8, round(self.hw[1] * self.shrink))

    def on_grid(self, share: float) -> float:
        """A share of the half width in cells of the grid."""
        return share * self.half[0] * self.shrink

    @cached_property
    def axes(self) -> tuple[Pixels, Pixels]:
        """x as (1, width) and y as (height, 1) of the grid's pixels, in shares."""
        h, w = self.grid
        x = ((np.arange(w) + 0.5) * self.hw[1] / w - self.centre[0]) / self.half[0]
        y = ((np.arange(h) + 0.5) * self.hw[0] / h - self.centre[1]) / self.half[1]
        return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]

    def radius(self, lean: float = 0.0) -> Pixels:
        """Distance from the centre, 1 on the outline, an egg that is wider below for a positive `lean`."""
        x, y = self.axes
        return np.asarray(np.sqrt((x / (1 + np.float32(lean) * y)) ** 2 + y**2), np.float32)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in pixels of the picture."""
        return self.centre[0] + x * self.half[0], self.centre[1] + y * self.half[1]

    def shares(self, wh: tuple[float, float]) -> tuple[float, float]:
        """A size in pixels as shares."""
        return wh[0] / self.half[0], wh[1] / self.half[1]

    def area(self, *outlines: Points) -> Pixels:
        """Weights of what the closed curves hold, edges smooth, on the grid."""
        canvas = np.zeros(self.grid, np.uint8)
        for outline in outlines:
            cv2.fillPoly(canvas, [self._fixed(outline)], 255, cv2.LINE_AA, FIXED_BITS)
        return inked(canvas)

    def line(self, width: float, *paths: Points) -> Pixels:
        """Weights of lines, `width` a share of the half width, at least a pixel."""
        canvas = np.zeros(self.grid, np.uint8)
        thickness = max(1, round(self.on_grid(width)))
        for path in paths:
            cv2.polylines(canvas, [self._fixed(path)], False, 255, thickness, cv2.LINE_AA, FIXED_BITS)
        return inked(canvas)

    def mask(self, outline: Points) -> Mask:
        """What a closed curve holds, in the picture itself."""
        return filled(outline * self.half + np.array(self.centre) - 0.5, self.hw)

    def enlarged(self, canvas: Pixels) -> Pixels:
        """The grid's canvas in the picture's size."""
        if canvas.shape == self.hw:
            return canvas
        return np.asarray(cv2.resize(canvas, (self.hw[1], self.hw[0]), interpolation=cv2.INTER_CUBIC), np.float32)

    def value(self, canvas: Pixels, x: float, y: float) -> float:
        """The grid's canvas at a place, in shares."""
        across, down = self.at(x, y)
        column, row = int(across * self.shrink), int(down * self.shrink)
        inside = 0 <= column < self.grid[1] and 0 <= row < self.grid[0]
        return float(canvas[row, column]) if inside else 0.0

    def _fixed(self, points: Points) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
        across = (points * self.half + np.array(self.centre)) * self.shrink - 0.5
        return fixed(across)


def shifted(image: Random, hw: tuple[int, int], xy: tuple[float, float], most: float = 0.012) -> tuple[float, float]:
    """A centre as this picture has it: off `xy` by `most` of the shorter side in either direction."""
    dx, dy = image.uniform(-most, most, 2) * min(hw)
    return xy[0] + dx, xy[1] + dy


def layered(radius: Pixels, layers: Sequence[tuple[float, float]]) -> Pixels:
    """Levels by radius, linear between (radius, level) knots in rising order."""
    knots, levels = zip(*layers, strict=True)
    table = np.interp(np.arange(512) / 256, knots, levels).astype(np.float32)
    return np.asarray(table[np.minimum(radius * np.float32(256), 511).astype(np.int16)], np.float32)
