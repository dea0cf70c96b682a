"""The patient's chest as numbers: borders of the lungs by row and column, the heart's width, and their masks."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.shapes import Points, filled, turned

Side = Literal["right", "left"]  # the patient's; the right one lies on the image's left
SIDES: tuple[Side, Side] = ("right", "left")
RATIO = {"": (0.39, 0.49), "cardiomegaly": (0.56, 0.66)}  # of heart to chest, on a PA view
MAGNIFIED = 1.12  # the heart on an AP view, where it lies far from the detector
WALL = 0.62  # of the lung's height: above it the chest narrows to the apex


@dataclass(frozen=True)
class Chest:
    """Shares of height and width; two numbers are those of the patient's right and left side.

    The chest wall, the mediastinal border and the diaphragm are functions of a row or a column, so every field
    is an outer combination of two vectors.
    """

    hw: tuple[int, int]
    mid: float
    top: float
    half: tuple[float, float]
    inner: float  # border of the mediastinum off the midline, in halves
    dome: tuple[float, float]
    rise: float  # how far the diaphragm falls from its dome to the costophrenic angle
    ratio: float  # heart to chest
    tilt: float
    moved: tuple[float, float] = (0.0, 0.0)  # of this picture: what `mid` and `top` hold beyond the patient's own

    @property
    def still(self) -> "Chest":
        """The patient's own chest: what is decided on it holds for all of the patient's pictures."""
        return replace(self, mid=self.mid - self.moved[0], top=self.top - self.moved[1], moved=(0.0, 0.0))

    def half_at(self, x: "Pixels | float") -> Pixels:
        return np.where(np.asarray(x) < self.mid, self.half[0], self.half[1]).astype(np.float32)

    def off(self, x: "Pixels | float") -> Pixels:
        """Distance from the midline in halves."""
        return np.asarray(np.abs(np.asarray(x) - self.mid) / self.half_at(x), np.float32)

    def wall(self, y: "Pixels | float") -> Pixels:
        """The lung's outer border in halves; less than `medial` above the apex."""
        far = np.clip(1 - (np.asarray(y) - self.top) / (WALL * (self.dome[0] - self.top)), 0, 1)
        return np.asarray(0.52 + 0.48 * np.sqrt(np.clip(1 - far**2.4, 0, 1)), np.float32)

    def medial(self, y: "Pixels | float") -> Pixels:
        far = np.clip(1 - (np.asarray(y) - self.top) / (0.3 * (self.dome[0] - self.top)), 0, 1)
        return np.asarray(0.52 - (0.52 - self.inner) * np.sqrt(np.clip(1 - far**2, 0, 1)), np.float32)

    def diaphragm(self, x: "Pixels | float") -> Pixels:
        off, dome = self.off(x), np.where(np.asarray(x) < self.mid, self.dome[0], self.dome[1])
        fall = np.where(off > 0.5, self.rise, 0.5 * self.rise)
        return np.asarray(dome + fall * ((off - 0.5) / 0.5) ** 2, np.float32)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in a lung."""
        return bool(y > self.top and self.medial(y) < self.off(x) < self.wall(y) and y < self.diaphragm(x))

    def x_at(self, side: Side, off: float) -> float:
        return self.mid - off * self.half[0] if side == "right" else self.mid + off * self.half[1]

    def xs_at(self, side: Side, off: Points) -> Points:
        return self.mid + off * (-self.half[0] if side == "right" else self.half[1])


def chest_of(request: Request) -> Chest:
    """The patient's chest, a pixel or two elsewhere on every picture."""
    patient, image = request.patient, request.image
    ap = request.variant.projection == "ap"
    low, high = RATIO[request.extents.get("heart_size", "")]
    dome, half = patient.uniform(0.72, 0.82) - (0.05 if ap else 0), patient.uniform(0.39, 0.44)
    lean = patient.uniform(-0.012, 0.012)
    moved = (float(image.uniform(-0.006, 0.006)), float(image.uniform(-0.006, 0.006)))
    return Chest(
        hw=request.hw,
        mid=0.5 + patient.uniform(-0.015, 0.015) + moved[0],
        top=patient.uniform(0.06, 0.1) + moved[1],
        half=(half + lean, half - lean),
        inner=patient.uniform(0.17, 0.22),
        dome=(dome, dome + patient.uniform(0.005, 0.03)),
        rise=patient.uniform(0.07, 0.11),
        ratio=min(0.72, patient.uniform(low, high) * (MAGNIFIED if ap else 1.0)),
        tilt=patient.uniform(0.35, 0.7),
        moved=moved,
    )


def axes_of(hw: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """x (1, w) and y (h, 1) of pixel centres, in shares."""
    x = (np.arange(hw[1], dtype=np.float32) + 0.5) / np.float32(hw[1])
    y = (np.arange(hw[0], dtype=np.float32) + 0.5) / np.float32(hw[0])
    return x[None, :], y[:, None]


def lung_mask(chest: Chest, side: Side) -> Mask:
    """Of one lung, what the heart hides included."""
    x, y = axes_of(chest.hw)
    off = chest.off(x)
    here = (x < chest.mid) if side == "right" else (x >= chest.mid)
    return np.asarray(
        (off < chest.wall(y)) & (off > chest.medial(y)) & (y < chest.diaphragm(x)) & (y > chest.top) & here
    )


def heart_mask(chest: Chest) -> Mask:
    """A tilted egg, a third of it right of the midline, whose width is the ratio times the chest's."""
    h, w = chest.hw
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    egg = np.stack([np.cos(angle) * (1 + 0.12 * np.cos(angle)), 0.74 * np.sin(angle)], axis=1)
    egg = turned(egg, chest.tilt)
    low, high = egg.min(axis=0), egg.max(axis=0)
    width = chest.ratio * (chest.half[0] + chest.half[1])
    points = (egg - low) / (high[0] - low[0]) * width
    tall = points[:, 1].max()
    left, foot = chest.mid - 0.34 * width, chest.dome[1] + 0.03
    return filled(np.stack([(left + points[:, 0]) * w, (foot + (points[:, 1] - tall) * w / h) * h], axis=1), chest.hw)
