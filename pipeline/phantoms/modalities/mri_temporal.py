"""Coronal head through the hippocampi, T1: their size is what a reader grades, beside age that widens all fluid."""

from dataclasses import replace

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame, both, curve, layered, oval, over, ramp
from pipeline.phantoms.modalities.mri_head import WIDTH_MM, Brain, brain_of
from pipeline.phantoms.modalities.mri_physics import Scene, acquired
from pipeline.phantoms.modalities.mri_techniques import GROUPS, TISSUE, Tissue
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points
from pipeline.phantoms.texture import blobs

MASS = replace(GROUPS["T1"][0], strata=("tiny", "small", "medium"))  # the rest of the head is small
ATROPHY = Group("hippocampal_volume", (Kind("hippocampal_atrophy", "finding", None),), extent="hippocampus")
VARIANTS = (Variant("temporal_lobes_t1", "brain", "T1", (MASS, ATROPHY), plane="coronal", axes=("L", "F")),)
SHRUNK = (0.45, 0.62)  # height of an atrophic hippocampus, of a normal one's
FLOOR = curve((-0.82, 0.24), (-0.7, 0.5), (-0.45, 0.6), (-0.2, 0.5), (0.2, 0.5), (0.45, 0.6), (0.7, 0.5), (0.82, 0.24))


def background(request: Request) -> Background:
    """The whole head; both hippocampi are small where `request.extents` asks for atrophy."""
    tissue, brain = TISSUE[request.variant.technique], brain_of(request, tall=1.12)
    height, thin = request.patient.uniform(0.075, 0.092), request.patient.uniform(*SHRUNK)
    shrink = float(thin) if request.extents.get(ATROPHY.name) else 1.0
    hippocampi = tuple(_hippocampus(side, float(height) * shrink) for side in (-1, 1))
    canvas = _head(request, brain, tissue)
    canvas = _fluid(brain, tissue, canvas)
    canvas = _medial(brain, tissue, canvas, hippocampi, 1 - shrink)
    outline = np.concatenate([oval(0, 0, 0.85, 0.85)[20:], FLOOR[1:-1][::-1]])
    anatomy = (
        Anatomy("hippocampus", brain.frame.mask(hippocampi[0]), "right"),
        Anatomy("hippocampus", brain.frame.mask(hippocampi[1]), "left"),
        Anatomy("brain", brain.frame.mask(outline)),
    )
    return acquired(request, Scene(brain.frame, canvas, {"mass": _hemisphere(brain)}, anatomy, WIDTH_MM))


def _hippocampus(side: int, height: float) -> Points:
    """Its lower edge stays on the temporal lobe's white matter when it shrinks."""
    middle = oval(0.33, 0.4 - height, 0.055 + 0.6 * height, height, 0.25)
    return middle * (side, 1)


def _head(request: Request, brain: Brain, tissue: Tissue) -> Pixels:
    """Skull and folded brain above, skull base, muscle and throat below."""
    frame = brain.frame
    x, y = frame.axes
    radius = frame.radius()
    layers = [
        (0.84, tissue.fluid), (0.86, tissue.fluid), (0.87, tissue.bone), (0.91, tissue.bone), (0.93, 0.9 * tissue.fat),
        (0.98, tissue.fat), (1.01, 0.01), (2, 0),
    ]  # fmt: skip
    canvas = layered(radius, layers)
    grain = request.scanner.texture(request.image, frame.grid, frame.on_grid(0.05), 3)
    below = ramp(y + 0 * x, 0.42, 0.04) * ramp(-np.abs(x) - 0.25 * y, -0.92, 0.02)
    canvas = over(canvas, below, tissue.muscle + np.float32(0.04) * grain)
    folds = np.abs(blobs(request.patient, frame.grid, frame.on_grid(0.12)))
    cleft = ramp(-np.abs(x), -0.06, 0.04) * ramp(-y, 0.3, 0.06)
    grey = np.maximum(np.maximum(ramp(-folds, -0.6, 0.25) * ramp(radius, 0.4, 0.2), ramp(radius, 0.8, 0.02)), cleft)
    wet = np.maximum(
        ramp(-folds, -0.2 * brain.ageing, 0.14) * ramp(radius, 0.58, 0.15),
        ramp(-np.abs(x), -0.014 * brain.ageing, 0.01) * ramp(-y, 0.34, 0.05),
    )
    inner = over(over(tissue.white + np.float32(0.012) * grain, grey, tissue.grey), wet, tissue.fluid)
    floor = np.concatenate([oval(0, 0, 0.85, 0.85)[20:], FLOOR[::-1]])
    rim = frame.area(floor * 1.03 + (0, 0.015))
    return over(over(canvas, rim, tissue.bone + 0.05), frame.area(floor), inner)


def _fluid(brain: Brain, tissue: Tissue, canvas: Pixels) -> Pixels:
    """Lateral and third ventricles, sylvian fissures, cisterns about the brainstem, throat."""
    frame, wide = brain.frame, brain.wide * (0.75 + 0.25 * brain.ageing)
    body = curve((0.015, -0.2), (0.1, -0.31), (0.24, -0.34), (0.2, -0.25), (0.06, -0.13)) * (wide, 1)
    nuclei = (oval(0.13, -0.04, 0.09, 0.1), oval(0.34, -0.03, 0.09, 0.12, 0.3))
    canvas = over(canvas, 0.85 * frame.area(*both(*nuclei)), tissue.grey)
    sylvian = curve((0.84, 0.06), (0.66, 0.08), (0.54, 0.0), (0.52, -0.12))
    canvas = over(canvas, frame.line(0.1, *both(sylvian)), tissue.grey)
    stem = oval(0, 0.4, 0.17, 0.2)
    cistern = frame.area(oval(0, 0.4, 0.24, 0.24))
    cleft = frame.line(0.03 * brain.ageing, *both(sylvian))
    canvas = over(canvas, np.maximum(cleft, cistern), tissue.fluid)
    canvas = over(canvas, frame.area(stem), tissue.white - 0.04)
    canvas = over(canvas, frame.area(*both(body), oval(0, 0.0, 0.018 * wide, 0.11)), tissue.fluid)
    return over(canvas, frame.area(oval(0, 0.86, 0.12, 0.05)), 0.03)


def _medial(brain: Brain, tissue: Tissue, canvas: Pixels, hippocampi: tuple[Points, ...], lost: float) -> Pixels:
    """The hippocampi in their white matter, with the horn's fluid where they have shrunk."""
    frame = brain.frame
    bed, horn = oval(0.36, 0.34, 0.17, 0.14, 0.2), oval(0.345, 0.31, 0.115, 0.075 + 0.025 * lost, 0.25)
    canvas = over(canvas, frame.area(*both(bed)), tissue.white)
    wet = 0.5 + 0.5 * min(1.0, 2 * lost)
    canvas = over(canvas, np.float32(wet) * frame.area(*both(horn)), tissue.fluid)
    return over(canvas, frame.area(*hippocampi), tissue.grey)


def _hemisphere(brain: Brain) -> FindSpot:
    """Above the temporal lobes: nothing lies on a hippocampus."""
    frame: Frame = brain.frame

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = random.uniform(-0.7, 0.7), random.uniform(-0.7, 0.1)
        w, h = frame.shares(wh)
        if np.hypot(abs(x) + 0.4 * w, abs(y) + 0.4 * h) > 0.79 or y + 0.75 * h > 0.2 or abs(x) < max(0.07, 0.36 * w):
            return None
        if abs(x) < 0.3 and abs(y + 0.22) < 0.16 and w < 0.25:
            return None
        place = "basal_ganglia" if abs(x) < 0.44 and y > -0.16 else "parietal_lobe" if y < -0.3 else "frontal_lobe"
        return Spot(frame.at(x, y), place, "left" if x > 0 else "right", float(np.arctan2(y, x)))

    return find
