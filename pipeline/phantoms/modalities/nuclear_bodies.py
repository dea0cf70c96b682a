"""Where tracer goes without disease: bodies for FDG, skeletons for bone tracer.

Ovals are drawn on the coarse grid of the camera and enlarged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Anatomy, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.modalities.nuclear_camera import Scan
from pipeline.phantoms.modalities.nuclear_ovals import BONES, FDG, LUNGS, OUTLINE, Organ
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import FIXED_BITS, fixed, polar, turned

GRID = 176  # cells of the longer side
MIDLINE = 0.01  # what lies nearer to it has no side
COARSE = 4  # pixels: sites are looked for on a grid of these
HOT_ORGAN = 0.45  # activity of brain, kidneys and bladder, where nobody would see a focus
CIRCLE = polar(1.0, np.linspace(0, 2 * np.pi, 32, endpoint=False))

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Frame:
    """How a body lies in the picture: its middle, the pixels of a unit, and which part of it is in view."""

    hw: tuple[int, int]
    middle: float
    top: float  # of the picture, in units of the body
    unit: float

    def pixel(self, xy: tuple[float, float]) -> tuple[float, float]:
        return self.middle + self.unit * xy[0], self.unit * (xy[1] - self.top)

    def side(self, x: float) -> Side | None:
        """The patient's, from the front; none near the midline."""
        if abs(x - self.middle) < MIDLINE * self.unit:
            return None
        return "left" if x > self.middle else "right"


@dataclass(frozen=True)
class Placed:
    """An organ as the patient has it, in the frame of the picture."""

    organ: Organ
    level: float

    def mask(self, frame: Frame) -> Mask:
        canvas = np.zeros(frame.hw, np.uint8)
        _fill(canvas, self.organ, frame, 1)
        return canvas > 0


def placed(request: Request, organs: Iterable[Organ]) -> tuple[Placed, ...]:
    """Levels, places and sizes vary with the patient; one draw an organ, whatever is in view."""
    found = []
    for organ in organs:
        dx, dy, grown, level = request.patient.uniform(-1, 1, 4)
        semi = (organ.semi[0] * (1 + 0.06 * grown), organ.semi[1] * (1 + 0.06 * grown))
        moved = replace(organ, xy=(organ.xy[0] + 0.002 * dx, organ.xy[1] + 0.002 * dy), semi=semi)
        found.append(Placed(moved, organ.level * (1 + organ.spread * level)))
    return tuple(found)


def tracer(
    outline: Iterable[Placed], organs: Iterable[Placed], frame: Frame, scale: tuple[float, float], blur: float
) -> Pixels:
    """Tracer in the body and, on top, in its organs, each times its `scale`, on the camera's grid, enlarged."""
    share = GRID / max(frame.hw)
    hw = (round(frame.hw[0] * share), round(frame.hw[1] * share))
    small = Frame(hw, frame.middle * share, frame.top, frame.unit * share)
    body, layer = np.zeros(hw, np.uint8), np.zeros(hw, np.uint8)
    for part in outline:
        _fill(body, part.organ, small, 255)
    found = body * np.float32(scale[0] / 255)
    for part in organs:
        layer[:] = 0
        _fill(layer, part.organ, small, 255)
        found += layer * np.float32(part.level * scale[1] / 255)
    found = np.maximum(cv2.GaussianBlur(found, (0, 0), blur), 0)
    return np.asarray(cv2.resize(found, (frame.hw[1], frame.hw[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def silhouette(parts: Iterable[Placed], frame: Frame) -> Mask:
    """The union of ovals."""
    canvas = np.zeros(frame.hw, np.uint8)
    for part in parts:
        _fill(canvas, part.organ, frame, 1)
    return canvas > 0


def _fill(canvas: npt.NDArray[np.uint8], organ: Organ, frame: Frame, value: int) -> None:
    """With soft borders where `value` is 255."""
    points = turned(CIRCLE * organ.semi, organ.tilt) * frame.unit + np.array(frame.pixel(organ.xy))
    cv2.fillPoly(canvas, [fixed(points)], value, cv2.LINE_AA if value == 255 else cv2.LINE_8, FIXED_BITS)


def within(frame: Frame, body: Mask, level: Pixels, at_most: float) -> FindSpot:
    """Sites inside the body, away from organs that are hotter than `at_most` of the scale."""
    ys, xs = np.nonzero((body & (level < at_most))[::COARSE, ::COARSE])

    def find(random: Random, wh: SiteWh) -> Spot | None:
        i = int(random.integers(max(1, len(xs))))
        x, y = (float(each[i] * COARSE + random.uniform(0, COARSE)) for each in (xs, ys))
        legal = _inside(body, (x, y), (0.7 * wh[0], 0.7 * wh[1]))
        return Spot((x, y), None, frame.side(x)) if legal else None

    return find


def _inside(body: Mask, xy: tuple[float, float], wh: SiteWh) -> bool:
    h, w = body.shape
    points = [(xy[0] + a * wh[0] / 2, xy[1] + b * wh[1] / 2) for a, b in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))]
    return all(0 <= x < w and 0 <= y < h and body[int(y), int(x)] for x, y in points)


def along_bones(frame: Frame, parts: Iterable[Placed], reach: float) -> FindSpot:
    """Sites centred on a part of the skeleton that lies within `reach` of the midline."""
    bones = [part.organ for part in parts if part.organ.anatomy is None and _in_view(frame, part.organ)]
    centres = [organ for organ in bones if abs(organ.xy[0]) < reach]

    def find(random: Random, wh: SiteWh) -> Spot | None:
        organ = centres[int(random.integers(len(centres)))]
        t = random.uniform(-0.8, 0.8, 2)
        cosine, sine = np.cos(organ.tilt), np.sin(organ.tilt)
        a, b = t[0] * organ.semi[0], t[1] * organ.semi[1]
        x, y = frame.pixel((organ.xy[0] + a * cosine - b * sine, organ.xy[1] + a * sine + b * cosine))
        return Spot((x, y), organ.place, None if abs(organ.xy[0]) < MIDLINE else frame.side(x))

    return find


def _in_view(frame: Frame, organ: Organ) -> bool:
    x, y = frame.pixel(organ.xy)
    return 0 < x < frame.hw[1] and 0 < y < frame.hw[0]


def fdg_body(request: Request) -> Scan:
    """Brain, heart, liver, kidneys, bladder and bowel within a faint body, down to the thighs."""
    return _scan(request, Study("focus", (*FDG, *LUNGS), (-0.03, 0.92), (0.19, 0.14), 1.0, HOT_ORGAN))


def fdg_trunk(request: Request) -> Scan:
    """The same from the shoulders to the bladder."""
    return _scan(request, Study("focus", (*FDG, *LUNGS), (0.18, 0.52), (0.19, 0.14), 1.0, HOT_ORGAN))


def bone_body(request: Request) -> Scan:
    """Bones within a faint body, kidneys and bladder."""
    return _scan(request, Study("bone", BONES, (-0.03, 1.26), (0.07, 0.1), 0.7, bones_within=0.3))


def bone_spine(request: Request) -> Scan:
    """Ribs, spine and pelvis."""
    return _scan(request, Study("bone", BONES, (0.19, 0.5), (0.07, 0.1), 0.7, bones_within=0.07))


@dataclass(frozen=True)
class Study:
    """A tracer and a field of view: `window` is its top and height, `scale` that of the body's tracer and its organs'.

    Sites lie anywhere below the activity `at_most`, or on bones nearer to the midline than `bones_within`.
    """

    group: str
    organs: tuple[Organ, ...]
    window: tuple[float, float]
    scale: tuple[float, float]
    blur: float  # cells of the grid
    at_most: float = 1.0
    bones_within: float | None = None


def _scan(request: Request, study: Study) -> Scan:
    frame = _frame(request, *study.window)
    outline, organs = placed(request, OUTLINE), placed(request, study.organs)
    body = silhouette(outline, frame)
    texture = request.scanner.texture(request.image, request.hw, max(request.hw) / 14, 3)
    smooth = tracer(outline, organs, frame, study.scale, study.blur)
    if study.bones_within is None:
        sites = within(frame, body, smooth, study.at_most)
    else:
        sites = along_bones(frame, organs, study.bones_within)
    mm = float(request.zoom.uniform(1500, 1900)) * study.window[1]
    labelled = tuple(Anatomy(each.organ.anatomy, each.mask(frame)) for each in organs if each.organ.anatomy)
    activity = np.asarray(smooth + np.float32(0.012) * texture * body, np.float32)
    return Scan(activity, {study.group: sites}, labelled, mm_tall=mm)


def _frame(request: Request, top: float, tall: float) -> Frame:
    """A window of that height in units of the body; the body stands in the middle, but for a few pixels."""
    h, w = request.hw
    shift = request.patient.uniform(-0.01, 0.01, 2)
    return Frame((h, w), w * (0.5 + shift[0]), top + tall * shift[1], h / tall)
