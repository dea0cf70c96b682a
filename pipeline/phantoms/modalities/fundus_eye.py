"""The eye of a fundus photograph: where disc, cup and fovea lie, and the vessels that leave the disc."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, FIXED_ONE, fixed, pixel_grid, polar

Point = tuple[float, float]
Numbers = npt.NDArray[np.float64]

DISC_MM = 0.92  # half the disc's height
FOVEA_MM = 4.6  # from the disc's middle to the fovea
STEP_MM = 0.15
# Of the four arcades: heading at the disc and the whole turn, in degrees from temporal towards up, and length in mm.
ARCADES = ((82.0, -98.0, 9.5), (-82.0, 98.0, 9.5), (118.0, 22.0, 6.5), (-118.0, -22.0, 6.5))
CHILDREN = (4, 2)  # branches of each arcade, twigs of each branch


@dataclass(frozen=True)
class Eye:
    """All in pixels. `nasal` is 1 where the disc lies on the image's right of the fovea, as in a right eye, else -1."""

    centre: Point  # of the field
    radius: float
    disc: Point
    fovea: Point
    px_per_mm: float
    nasal: int

    @property
    def disc_radius(self) -> float:
        return DISC_MM * self.px_per_mm

    def etdrs(self, x: float, y: float) -> str | None:
        """The subfield of the grid of 1, 3 and 6 mm about the fovea, as ETDRS report 7 has it."""
        far = np.hypot(x - self.fovea[0], y - self.fovea[1]) / self.px_per_mm
        if far > 3.0:
            return None
        if far <= 0.5:
            return "etdrs_centre"
        across, down = (x - self.fovea[0]) * self.nasal, y - self.fovea[1]
        if abs(down) >= abs(across):
            towards = "inferior" if down > 0 else "superior"
        else:
            towards = "nasal" if across > 0 else "temporal"
        return f"etdrs_{'inner' if far <= 1.5 else 'outer'}_{towards}"

    def place(self, x: float, y: float) -> str:
        """An id of the lexicon's places: the grid's subfield, beside the disc, or a quadrant about the fovea."""
        if np.hypot(x - self.disc[0], y - self.disc[1]) < 2 * self.disc_radius:
            return "peripapillary"
        upper = "infero" if y > self.fovea[1] else "supero"
        side = "nasal" if (x - self.fovea[0]) * self.nasal > 0 else "temporal"
        return self.etdrs(x, y) or f"retina_{upper}{side}"


def field_mask(hw: tuple[int, int], centre: Point, radius: float) -> Mask:
    """The round field that the camera sees, in pixels."""
    x, y = pixel_grid(hw)
    return np.asarray((x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2)


def oval(hw: tuple[int, int], centre: Point, width: float, height: float) -> Mask:
    """An upright ellipse, by its half axes."""
    canvas = np.zeros(hw, np.uint8)
    x, y, across, down = (round(value * FIXED_ONE) for value in (*centre, width, height))
    cv2.ellipse(canvas, (x, y), (across, down), 0, 0, 360, 1, -1, cv2.LINE_8, FIXED_BITS)
    return canvas > 0


def vessel_ink(random: Random, eye: Eye, hw: tuple[int, int]) -> Pixels:
    """How much blood lies over each pixel, 0 to 1: arteries and veins that narrow and branch from the disc."""
    canvas = np.zeros(hw, np.uint8)
    for vessels, blood in ((tree(random, 0.15), 255), (tree(random, 0.105), 170)):
        for level in reversed(vessels):  # arteries and trunks lie on top
            fine = min(1.0, 0.2 + float(level[2].mean()) * eye.px_per_mm)  # thinner than a pixel: fainter
            for ribbon in _ribbons(level, eye):
                cv2.fillPoly(canvas, [ribbon], round(blood * fine), cv2.LINE_AA, FIXED_BITS)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.4, 0.0012 * min(hw))), np.float32) / np.float32(255)


Vessels = tuple[Numbers, Numbers, Numbers]  # (n, steps, 2) mm from the disc, temporal and up; headings; widths in mm


def tree(random: Random, width_mm: float) -> list[Vessels]:
    """Arcades, their branches, and the twigs of those; always the same number of draws."""
    steps = round(9.5 / STEP_MM)
    share = np.linspace(0, 1, steps)
    start, turn, length = (np.array(column)[:, None] for column in zip(*ARCADES, strict=True))
    start = start + random.uniform(-10, 10, (4, 1))
    heading = np.radians(start + turn * share[None, :] ** 0.8) + _wander(random, 4, steps)
    widths = width_mm * (1 - 0.62 * share)[None, :].repeat(4, 0)
    levels = [(_walked(np.zeros((4, 2)), heading, length / 9.5), heading, widths)]
    for count in CHILDREN:
        levels.append(_branches(random, levels[-1], count))
    return levels


def _branches(random: Random, parents: Vessels, count: int) -> Vessels:
    """From places along each parent, to one side and the other in turn."""
    paths, headings, widths = parents
    number, steps = headings.shape
    slots = (np.arange(count) + random.uniform(0.2, 0.9, (number, count))) / count
    at = np.clip((0.1 + 0.8 * slots) * steps, 0, steps - 1).astype(int)
    rows = np.arange(number)[:, None]
    sides = np.where((np.arange(count)[None, :] + rows) % 2, 1.0, -1.0)
    angle = headings[rows, at] + sides * np.radians(random.uniform(24, 55, (number, count)))
    short = max(8, steps // 2)
    share = np.linspace(0, 1, short)
    heading = angle.reshape(-1, 1) - 0.35 * sides.reshape(-1, 1) * share + _wander(random, number * count, short)
    thick = 0.66 * widths[rows, at].reshape(-1, 1) * (1 - 0.6 * share)
    stretch = random.uniform(0.5, 1.0, (number * count, 1))
    return _walked(paths[rows, at].reshape(-1, 2), heading, stretch), heading, thick


def _wander(random: Random, number: int, steps: int) -> Numbers:
    """Headings of a random walk that bends every few steps."""
    coarse = random.standard_normal((number, 8)) * 0.16
    at = np.linspace(0, 7, steps)
    low = np.minimum(at.astype(int), 6)
    return np.asarray(coarse[:, low] * (1 - (at - low)) + coarse[:, low + 1] * (at - low))


def _walked(starts: Numbers, headings: Numbers, stretch: Numbers) -> Numbers:
    step = polar(1.0, headings) * (STEP_MM * stretch)[:, :, None]
    return np.asarray(starts[:, None, :] + np.cumsum(step, axis=1) - step[:, :1])


def _ribbons(vessels: Vessels, eye: Eye) -> Iterator[npt.NDArray[np.int32]]:
    """Outlines in pixels: one flank down, the other back."""
    paths, headings, widths = vessels
    points = paths * (-eye.nasal * eye.px_per_mm, -eye.px_per_mm) + eye.disc
    normal = np.stack([np.sin(headings), -eye.nasal * np.cos(headings)], axis=2)
    half = np.maximum(widths[:, :, None] * eye.px_per_mm / 2, 0.2) * normal
    outlines = np.concatenate([points + half, (points - half)[:, ::-1]], axis=1)
    yield from fixed(outlines)


def eye_of(random: Random, hw: tuple[int, int], laterality: Literal["left", "right"], disc_centred: bool) -> Eye:
    """Drawn in one order, whatever the view."""
    nasal = 1 if laterality == "right" else -1
    radius = min(hw) * random.uniform(0.46, 0.53)
    field_mm = random.uniform(4.2, 4.8) if disc_centred else random.uniform(6.2, 7.2)
    off, rise, dip = random.uniform(0.5, 2.0), random.uniform(-0.4, 0.4), random.uniform(0.2, 0.7)
    centre, scale = ((hw[1] - 1) / 2, (hw[0] - 1) / 2), radius / field_mm
    if disc_centred:
        disc = (centre[0] + nasal * scale * (off - 1.25), centre[1] + scale * rise)
    else:
        disc = (centre[0] + nasal * scale * (FOVEA_MM - off), centre[1] + scale * (rise - dip))
    return Eye(centre, radius, disc, (disc[0] - nasal * scale * FOVEA_MM, disc[1] + scale * dip), scale, nasal)
