"""What every body under the probe is made of: a field, ovals laid into tissue, and where sites may lie."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, SiteWh
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.modalities.ultrasound_fields import Field
from pipeline.phantoms.shapes import pixel_grid


@dataclass(frozen=True)
class Body:
    """`pixels` before speckle; where sites of each group may lie; structures of the patient."""

    field: Field
    pixels: Pixels
    spots: Mapping[str, FindSpot]
    anatomy: tuple[Anatomy, ...] = ()


@dataclass(frozen=True)
class Oval:
    """An ellipse in pixels; `tilt` in radians from +x towards +y."""

    xy: tuple[float, float]
    semi: tuple[float, float]
    tilt: float = 0.0

    def local(self, x: Pixels, y: Pixels) -> tuple[Pixels, Pixels]:
        """Coordinates along its axes: its border is at distance 1."""
        cosine, sine = np.float32(np.cos(self.tilt)), np.float32(np.sin(self.tilt))
        dx, dy = x - np.float32(self.xy[0]), y - np.float32(self.xy[1])
        along = (dx * cosine + dy * sine) / np.float32(self.semi[0])
        across = (dy * cosine - dx * sine) / np.float32(self.semi[1])
        return np.asarray(along, np.float32), np.asarray(across, np.float32)

    def at(self, xy: tuple[float, float]) -> tuple[float, float]:
        """The coordinates of one point."""
        along, across = self.local(np.array([xy[0]], np.float32), np.array([xy[1]], np.float32))
        return float(along[0]), float(across[0])

    def point(self, far: float, angle: float, less: SiteWh = (0.0, 0.0)) -> tuple[float, float]:
        """The pixel at a distance and an angle from its centre, in the oval that is `less` wide and high."""
        a = far * max(0.0, self.semi[0] - less[0] / 2) * np.cos(angle)
        b = far * max(0.0, self.semi[1] - less[1] / 2) * np.sin(angle)
        cosine, sine = np.cos(self.tilt), np.sin(self.tilt)
        return float(self.xy[0] + a * cosine - b * sine), float(self.xy[1] + a * sine + b * cosine)

    def far(self, hw: tuple[int, ...]) -> Pixels:
        """Distance of each pixel from the centre in units of the semi-axes."""
        along, across = self.local(*pixel_grid(hw))
        return np.asarray(np.sqrt(along * along + across * across), np.float32)

    def holds(self, xy: tuple[float, float], wh: SiteWh, within: float = 1.0) -> bool:
        """Whether a site's ellipse lies in it."""
        angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        x = (xy[0] + wh[0] / 2 * np.cos(angle)).astype(np.float32)
        y = (xy[1] + wh[1] / 2 * np.sin(angle)).astype(np.float32)
        return bool((np.hypot(*self.local(x, y)) < within).all())


def below(mask: Mask, field: Field) -> Pixels:
    """1 behind the mask, falling off to the end of the field."""
    behind = np.logical_or.accumulate(mask, axis=0) & ~mask
    return np.asarray(behind * np.clip(np.float32(1.6) * (1 - field.depth), 0, 1), np.float32)


def laid(pixels: Pixels, far: Pixels, inner: Pixels, line: float) -> Pixels:
    """`inner` where `far` is below 1, with a bright line of height `line` along the border."""
    weight = np.clip((np.float32(1.03) - far) * np.float32(18), 0, 1)
    border = np.maximum(np.float32(1) - np.abs(far - np.float32(1.02)) * np.float32(22), 0)
    return np.asarray(pixels + (inner - pixels) * weight + np.float32(line) * border * border, np.float32)


def with_vessel(pixels: Pixels, oval: Oval, level: float, line: float) -> Pixels:
    """An oval of one level; only its own part of the picture is worked on."""
    (x, y), reach = oval.xy, 1.15 * max(oval.semi) + 2
    rows = slice(max(0, round(y - reach)), max(0, round(y + reach)))
    columns = slice(max(0, round(x - reach)), max(0, round(x + reach)))
    shown = pixels.copy()
    part = shown[rows, columns]
    moved = replace(oval, xy=(x - columns.start, y - rows.start))
    shown[rows, columns] = laid(part, moved.far(part.shape), np.full(part.shape, level, np.float32), line)
    return shown
