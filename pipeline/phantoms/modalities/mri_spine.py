"""Sagittal T2 of the lumbar spine: bodies and discs along a curve, bright fluid with nerve roots behind them.

Lengths are in units of a level's height: x from the bodies' hind edge backwards, y from the middle of the picture.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame, over, ramp, shifted
from pipeline.phantoms.modalities.mri_lesions import layered_bulge, narrow_neck, signed, wide_base
from pipeline.phantoms.modalities.mri_physics import NOISE, Scene, acquired
from pipeline.phantoms.modalities.mri_techniques import DARK, TEXTURE
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points
from pipeline.phantoms.texture import blobs

LOOKS = {"texture": TEXTURE, "margin": ("circumscribed", "irregular")}
DISC = Group(
    "disc",
    (
        Kind("disc_protrusion", "finding", signed(wide_base, -1), LOOKS, DARK),
        Kind("disc_extrusion", "finding", signed(narrow_neck, -1), LOOKS, DARK),
        Kind("disc_bulge", "mimic", signed(layered_bulge, -1), {}, DARK),
    ),
    strata=("tiny", "small", "medium"),
    aspect=(0.4, 0.65),
    reach=(0.1, 0.1, 0.1, 0.1),
)
VARIANTS = (Variant("lumbar_spine_t2", "lumbar_spine", "T2", (DISC,), plane="sagittal", axes=("P", "F")),)
LEVELS = ("disc_t12_l1", "disc_l1_l2", "disc_l2_l3", "disc_l3_l4", "disc_l4_l5", "disc_l5_s1")
BODY, FAT, FLUID, MUSCLE, CORTEX = 0.42, 0.72, 0.8, 0.24, 0.1
DISC_SHARE = 0.26  # of a level's height
LEVEL_MM = 38.0
CANAL = 0.55  # its depth, in units of a level's height


@dataclass(frozen=True)
class Spine:
    """The hind edge of the bodies is at `bend * (y - tip)**2`; `first` is the level whose disc lies at y 0."""

    frame: Frame
    bend: float
    tip: float
    first: int

    def edge(self, y: float) -> float:
        return self.bend * (y - self.tip) ** 2

    def discs(self) -> list[int]:
        """Places of the discs that the picture shows whole."""
        reach = self.frame.hw[0] / 2 / self.frame.half[1] - 0.3
        return [y for y in range(-6, 7) if abs(y) < reach and 0 <= self.first + y < len(LEVELS)]


def background(request: Request) -> Background:
    """A field of 14 to 19 cm: three to five discs."""
    h, w = request.hw
    patient, image = request.patient, request.image
    level = h * float(patient.uniform(0.2, 0.27))
    frame = Frame(request.hw, shifted(image, request.hw, (w * 0.48, h / 2)), (level, level))
    bend, tip, first = (float(patient.uniform(*bounds)) for bounds in ((0.01, 0.035), (-1, 1), (2, 5)))
    spine = Spine(frame, bend, tip, int(first))
    canvas = _tissue(request, spine)
    shown = [(frame.mask(_disc(spine, y)), LEVELS[spine.first + y]) for y in spine.discs()[:4]]
    anatomy = tuple(Anatomy("intervertebral_disc", mask, place=place) for mask, place in shown)
    return acquired(request, Scene(frame, canvas, {"disc": _behind(spine)}, anatomy, 2 * LEVEL_MM), noise=1.4 * NOISE)


def _tissue(request: Request, spine: Spine) -> Pixels:
    frame = spine.frame
    x, y = frame.axes
    behind = x - np.float32(spine.bend) * (y - np.float32(spine.tip)) ** 2
    grain = request.scanner.texture(request.image, frame.grid, frame.on_grid(0.12), 3)
    canvas = _front_and_back(request, frame, behind, y) + np.float32(0.03) * grain
    canvas = over(canvas, _within(behind, -1.08, 0.0), _column(request, frame, behind, y) + np.float32(0.02) * grain)
    return over(canvas, _within(behind, 0.0, CANAL), _canal(request, frame, behind))


def _within(values: Pixels, low: float, high: float) -> Pixels:
    return ramp(values, low, 0.02) * ramp(-values, -high, 0.02)


def _front_and_back(request: Request, frame: Frame, behind: Pixels, y: Pixels) -> Pixels:
    """A dark vessel and fat before the spine; spinous processes in muscle and bright fat behind it."""
    coarse = blobs(request.patient, frame.grid, frame.on_grid(0.4))
    belly = 0.42 + 0.12 * coarse
    belly = over(belly, _within(behind, -1.75, -1.2), 0.07)
    process = np.cos(np.float32(2 * np.pi) * (y - 0.62 - 0.25 * behind))
    back = over(np.full(frame.grid, 0.62, np.float32), ramp(process, -0.2, 0.3), BODY)
    back = over(back, _within(process + 0 * behind, -0.32, -0.12), 0.2)
    back = over(back, ramp(behind, 1.6, 0.1), MUSCLE + 0.04 * coarse)
    back = over(back, ramp(behind, 1.9, 0.1), FAT)
    return over(belly, ramp(behind, -0.5, 0.02), back)


def _column(request: Request, frame: Frame, behind: Pixels, y: Pixels) -> Pixels:
    """Bodies with dark end plates, discs whose middle is bright the less they have dried out."""
    dried = float(request.patient.uniform(0.1, 1.0))
    phase = np.abs(y - np.round(y)) + 0.05 * (((behind + 0.54) / 0.54) ** 2 - 0.5) * 0.6
    marrow = BODY + np.float32(0.025) * blobs(request.patient, frame.grid, frame.on_grid(0.15))
    half = DISC_SHARE / 2
    column = over(marrow, ramp(-phase, -half - 0.035, 0.015), CORTEX)
    column = over(column, ramp(-phase, -half, 0.02), 0.22)
    core = np.exp(-(((behind + 0.54) / 0.3) ** 2) - (phase / (0.55 * half)) ** 2)
    column = over(column, (1 - 0.8 * dried) * core, 0.68)
    rim = np.maximum(ramp(behind, -0.03, 0.02), ramp(-behind, 1.04, 0.02))
    return over(column, rim * ramp(phase + 0 * behind, half, 0.02), CORTEX)


def _canal(request: Request, frame: Frame, behind: Pixels) -> Pixels:
    """Fluid with the roots as thin stripes in its hind part, dura and fat at its back."""
    sway = 0.5 * blobs(request.patient, frame.grid, frame.on_grid(0.8))
    stripes = np.cos(np.float32(70) * behind + sway * 2) * ramp(behind, 0.2, 0.1)
    canal = FLUID - np.float32(0.16) * (1 + stripes) * ramp(behind, 0.22, 0.08)
    canal = over(canal.astype(np.float32), ramp(behind, CANAL - 0.05, 0.02), 0.2)
    return over(canal, ramp(-behind, -0.02, 0.01), 0.18)


def _disc(spine: Spine, at: int) -> Points:
    half = DISC_SHARE / 2
    y = np.array([-half, 0, half])
    hind, front = [[spine.edge(at + each) + shift for each in y] for shift in (0.0, -1.06)]
    return np.concatenate([np.stack([hind, at + y], 1), np.stack([front[::-1], at + y[::-1]], 1)])


def _behind(spine: Spine) -> FindSpot:
    """Behind a disc, its left edge on the disc's."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        at = int(random.choice(spine.discs()))
        w, h = spine.frame.shares(wh)
        y = at + random.uniform(-0.06, 0.06)
        if w > CANAL * 1.4 or h > 1.0:
            return None
        return Spot(spine.frame.at(spine.edge(y) + w / 2 - 0.02, y), LEVELS[spine.first + at])

    return find
