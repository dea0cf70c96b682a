"""What an ultrasound probe sees: a linear or a curved field, tissue in layers, and speckle that multiplies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.texture import Scanner, blobs

SPECKLE = 0.115  # standard deviation over mean, after compounding
TYPICAL = 0.45  # level of the tissue in which sites lie
LUT = 512
BEAMS = (210, 110)  # cells of a curved field: depths, angles
SPLINE = np.float32(1.15)  # enlarging by splines lowers the variance
RAYLEIGH_MEAN, RAYLEIGH_SD = 1.2533, 0.6551  # of a length whose two parts have unit variance


@dataclass(frozen=True)
class Layer:
    """Tissue down to `until` (share of the depth): its grey, the strength of its strands, and the line beneath it."""

    until: float
    level: float
    strands: float
    line: float = 0.0


@dataclass(frozen=True)
class Field:
    """Where the probe sees. `depth` runs from 0 at the probe to 1; `gap` are the columns between two views of a pair.

    `polar` maps pixels of a curved field to (column, row) of a grid of angles and depths.
    """

    hw: tuple[int, int]
    box_xyxy: tuple[int, int, int, int]
    inside: Mask
    depth: Pixels
    gap: tuple[int, int] | None = None
    polar: tuple[Pixels, Pixels] | None = None

    @property
    def unit(self) -> float:
        """A pixel of a picture whose longer side is 256."""
        return max(self.hw) / 256

    def holds(self, xy: tuple[float, float], wh: SiteWh) -> bool:
        """Whether a site lies in the field from corner to corner, and in one view."""
        x1, x2, y1, y2 = xy[0] - wh[0] / 2, xy[0] + wh[0] / 2, xy[1] - wh[1] / 2, xy[1] + wh[1] / 2
        if min(x1, y1) < 1 or x2 > self.hw[1] - 2 or y2 > self.hw[0] - 2:
            return False
        corners = all(self.inside[int(y), int(x)] for x in (x1, x2) for y in (y1, y2))
        return corners and (self.gap is None or x2 < self.gap[0] or x1 >= self.gap[1])


def linear_field(request: Request, dual: bool = False) -> Field:
    """A rectangle below the text block; two of them side by side for a dual view."""
    h, w = request.hw
    patient = request.patient  # as the places of sites hang on it
    x1, x2 = round(w * patient.uniform(0.06, 0.1)), round(w * patient.uniform(0.9, 0.94))
    y1, y2 = round(h * patient.uniform(0.09, 0.12)), round(h * patient.uniform(0.92, 0.96))
    inside = np.zeros((h, w), np.bool_)
    inside[y1:y2, x1:x2] = True
    middle, half = (x1 + x2) // 2, max(1, round(0.006 * w))
    gap = (middle - half, middle + half) if dual else None
    if gap:
        inside[:, gap[0] : gap[1]] = False
    depth = np.clip((np.arange(h, dtype=np.float32) - y1) / np.float32(y2 - y1), 0, 1)
    return Field((h, w), (x1, y1, x2, y2), inside, np.broadcast_to(depth[:, None], (h, w)), gap)


def curved_field(request: Request) -> Field:
    """The sector of a curved array: beams spread with depth."""
    h, w = request.hw
    patient = request.patient  # as the places of sites hang on it
    top, low = h * patient.uniform(0.06, 0.09), h * patient.uniform(0.95, 0.98)
    half = np.deg2rad(patient.uniform(34, 39))
    near = float(min(0.36 * (low - top), 0.3 * w))  # radius of the probe's face
    far = near * np.cos(half) + (low - top)
    x = np.arange(w, dtype=np.float32) + np.float32(0.5 - w / 2)
    y = np.arange(h, dtype=np.float32) + np.float32(0.5 - top + near * np.cos(half))
    radius, angle = cv2.cartToPolar(np.broadcast_to(y[:, None], (h, w)).copy(), np.broadcast_to(x, (h, w)).copy())
    angle = np.where(angle > np.pi, angle - np.float32(2 * np.pi), angle)
    depth = (radius - np.float32(near)) / np.float32(far - near)
    inside = (np.abs(angle) < half) & (depth > 0) & (depth < 1)
    box = (0, round(top), w, round(low))
    polar = ((angle / np.float32(2 * half) + 0.5) * np.float32(BEAMS[1] - 1), depth * np.float32(BEAMS[0] - 1))
    return Field((h, w), box, np.asarray(inside), np.clip(depth, 0, 1), polar=polar)


def strands(scanner: Scanner, random: Random, hw: tuple[int, int], cell_px: float, stretch: float = 5.0) -> Pixels:
    """A texture of the scanner drawn out along the rows: mean about 0, unit variance."""
    narrow = (hw[0], max(8, round(hw[1] / stretch)))
    return np.asarray(cv2.resize(scanner.texture(random, narrow, cell_px, 3), (hw[1], hw[0])), np.float32)


def layered(request: Request, field: Field, layers: tuple[Layer, ...], waves: float = 0.02) -> Pixels:
    """Tissue in layers, of the patient's own thickness; strands within it, bright lines between."""
    thickness = [1 + 0.12 * share for share in request.patient.uniform(-1, 1, len(layers))]
    wave = blobs(request.patient, field.hw, max(field.hw) / 3) * np.float32(waves)
    wave += blobs(request.image, field.hw, max(field.hw) / 12) * np.float32(waves / 6)
    if field.gap:
        wave[:, field.gap[0] :] += np.float32(0.035)
    level, strength = _profiles(layers, thickness)
    at = np.clip((field.depth + wave) * np.float32(LUT), 0, LUT - 1).astype(np.int32)
    streak = strands(request.scanner, request.image, field.hw, max(field.hw) / 28)
    bright = np.clip(streak, np.float32(-0.4), np.float32(1.6)) - np.float32(0.15)
    return level[at] + strength[at] * bright


def _profiles(layers: tuple[Layer, ...], thickness: Sequence[float]) -> tuple[Pixels, Pixels]:
    """Level and strength of the strands by depth."""
    ends = [layer.until * factor for layer, factor in zip(layers, thickness, strict=True)]
    ends[-1] = 1.0
    depth = np.arange(LUT) / LUT
    which = np.minimum(np.searchsorted(np.maximum.accumulate(ends), depth, "right"), len(layers) - 1)
    level = np.array([layer.level for layer in layers])[which]
    for end, layer in zip(ends, layers, strict=True):
        level = level + layer.line * np.exp(-(((depth - end) / 0.007) ** 2))
    strength = np.array([layer.strands * layer.level for layer in layers])[which]
    return level.astype(np.float32), strength.astype(np.float32)


def physics(request: Request, field: Field) -> Callable[[Pixels, Random], Pixels]:
    """Blur that widens with depth, then speckle; black outside the field."""
    sigma = np.float32(SPECKLE * request.scanner.noise_factor)
    unit = field.unit

    def finish(canvas: Pixels, random: Random) -> Pixels:
        narrow = cv2.GaussianBlur(canvas, (0, 0), 0.45 * unit, sigmaY=0.4 * unit)
        wide = cv2.GaussianBlur(canvas, (0, 0), 1.1 * unit, sigmaY=0.45 * unit)
        blurred = narrow + (wide - narrow) * field.depth
        scanner = request.scanner
        speckle = _curved(scanner, random, field.polar) if field.polar else _linear(scanner, random, field)
        return np.asarray(blurred * (np.float32(1) + sigma * speckle) * field.inside, np.float32)

    return finish


def _envelope(scanner: Scanner, random: Random, hw: tuple[int, int]) -> Pixels:
    """Of many scatterers in each cell: Rayleigh, brought to mean 0 and unit variance."""
    length = np.hypot(scanner.noise(random, hw), scanner.noise(random, hw))
    return np.asarray((length - np.float32(RAYLEIGH_MEAN)) / np.float32(RAYLEIGH_SD), np.float32)


def _linear(scanner: Scanner, random: Random, field: Field) -> Pixels:
    """Grains of one height, wider in the depth."""
    h, w = field.hw

    def grains(width: float) -> Pixels:
        cells = (round(h / (1.4 * field.unit)), round(w / (width * field.unit)))
        coarse = _envelope(scanner, random, cells)
        return np.asarray(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC), np.float32)

    far = field.depth[:, :1] * np.float32(np.pi / 2)
    return np.asarray((grains(1.7) * np.cos(far) + grains(3.6) * np.sin(far)) * SPLINE, np.float32)


def _curved(scanner: Scanner, random: Random, beams: tuple[Pixels, Pixels]) -> Pixels:
    """Grains of one angle, drawn on the grid of beams: their width grows by itself."""
    grid = _envelope(scanner, random, BEAMS)
    return np.asarray(cv2.remap(grid, *beams, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT) * SPLINE, np.float32)


def anywhere(field: Field, low: float, high: float, spot: Callable[[float, float], Spot | None]) -> FindSpot:
    """Centres between two depths of the field; `spot` says what lies there."""
    x1, y1, x2, y2 = field.box_xyxy

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x = random.uniform(x1, x2)
        y = y1 + (y2 - y1) * random.uniform(low, high)
        return spot(x, y) if field.holds((x, y), wh) else None

    return find
