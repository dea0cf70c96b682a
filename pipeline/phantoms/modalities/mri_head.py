"""Axial head at the level of the ventricles, in five techniques."""

from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame, both, curve, layered, oval, over, ramp, shifted
from pipeline.phantoms.modalities.mri_physics import NOISE, Scene, acquired
from pipeline.phantoms.modalities.mri_techniques import GROUPS, TISSUE, Tissue
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points
from pipeline.phantoms.texture import blobs

BRAIN = 0.85  # of the head's radius
WIDTH_MM = 152.0
NUCLEI = (oval(0.15, 0.1, 0.1, 0.15, -0.3), oval(0.33, -0.06, 0.09, 0.18, 0.25), oval(0.18, -0.24, 0.06, 0.13, -0.3))
VARIANTS = tuple(
    Variant(f"head_{technique.lower().replace('-', '_')}", "brain", technique, groups, plane="axial", axes=("L", "P"))
    for technique, groups in GROUPS.items()
)


@dataclass(frozen=True)
class Brain:
    """A patient's: `ageing` widens sulci and ventricles, `wide` the ventricles alone; both have nothing to do with
    what lies at the sites.
    """

    frame: Frame
    ageing: float
    wide: float
    uneven: float
    lean: float


def background(request: Request) -> Background:
    """The whole head with both lateral ventricles, in the variant's technique."""
    tissue = TISSUE[request.variant.technique]
    brain = brain_of(request)
    canvas = head(request, brain, tissue)
    ventricles = (_ventricle(brain, -1), _ventricle(brain, 1))
    canvas = _inside(brain, tissue, canvas, ventricles)
    wet = brain.frame.area(*ventricles)
    spots = {
        "white_matter": _white_matter(brain, wet),
        **{name: _hemisphere(brain, wet) for name in ("mass", "ring", "diffusion")},
    }
    anatomy = (
        Anatomy("brain", brain.frame.mask(oval(0, 0, BRAIN, BRAIN))),
        Anatomy("brain_ventricle", brain.frame.mask(ventricles[0]), "right"),
        Anatomy("brain_ventricle", brain.frame.mask(ventricles[1]), "left"),
    )
    legal = {group.name: spots[group.name] for group in request.variant.groups}
    scene = Scene(brain.frame, canvas, legal, anatomy, WIDTH_MM)
    if request.variant.technique == "DWI":  # few echoes: coarse and noisy
        return acquired(request, scene, blur=0.0022, noise=1.1 * NOISE)
    return acquired(request, scene)


def brain_of(request: Request, tall: float = 1.2) -> Brain:
    """`tall` is height over width of the head."""
    h, w = request.hw
    patient, image = request.patient, request.image
    half = min(0.475 * h / tall, 0.43 * w) * patient.uniform(0.9, 1.0)
    height = half * tall * patient.uniform(0.97, 1.03)
    frame = Frame(request.hw, shifted(image, request.hw, (w / 2, h / 2)), (half, height))
    return Brain(
        frame,
        ageing=float(patient.uniform(0.6, 1.4)),
        wide=float(patient.uniform(0.75, 1.3)),
        uneven=float(patient.uniform(0.9, 1.12)),
        lean=float(patient.uniform(0.03, 0.12)),
    )


def head(request: Request, brain: Brain, tissue: Tissue) -> Pixels:
    """Scalp, skull, fluid, and a folded ribbon of grey matter about white matter."""
    radius = brain.frame.radius(brain.lean)
    shell = layered(
        radius,
        [
            (BRAIN - 0.01, tissue.fluid), (BRAIN + 0.008, tissue.fluid), (BRAIN + 0.012, tissue.dura),
            (BRAIN + 0.03, tissue.bone), (0.895, tissue.bone + 0.25 * tissue.fat), (0.915, tissue.bone),
            (0.935, 0.95 * tissue.fat), (0.975, tissue.fat), (0.99, 0.7 * tissue.fat), (1.01, 0.01), (2, 0.0),
        ],
    )  # fmt: skip
    folds = np.abs(blobs(request.patient, brain.frame.grid, brain.frame.on_grid(0.115)))
    x, y = brain.frame.axes
    cleft = ramp(-np.abs(x), -0.05, 0.04) * ramp(np.abs(y), 0.34, 0.08)
    outer = ramp(radius, 0.46, 0.2)
    grey = np.maximum(np.maximum(ramp(-folds, -0.62, 0.25) * outer, ramp(radius, BRAIN - 0.055, 0.02)), cleft)
    fluid = ramp(-folds, -0.2 * brain.ageing, 0.14) * ramp(radius, 0.6, 0.15)
    fluid = np.maximum(fluid, ramp(-np.abs(x), -0.014 * brain.ageing, 0.01) * ramp(np.abs(y), 0.36, 0.08))
    grain = request.scanner.texture(request.image, brain.frame.grid, brain.frame.on_grid(0.05), 3)
    inner = over(tissue.white + np.float32(0.012) * grain, grey, tissue.grey)
    inner = over(inner, fluid, tissue.fluid)
    return over(shell, ramp(-radius, -BRAIN, 0.015), inner)


def _inside(brain: Brain, tissue: Tissue, canvas: Pixels, ventricles: tuple[Points, Points]) -> Pixels:
    """Deep grey matter, insula, ventricles, falx and vessels."""
    frame = brain.frame
    deep = frame.area(*both(*NUCLEI))
    canvas = over(canvas, 0.85 * deep, tissue.grey)
    sylvian = curve((0.82, -0.16), (0.66, -0.12), (0.55, -0.2), (0.52, 0.02), (0.58, 0.18))
    canvas = over(canvas, frame.line(0.1, *both(sylvian)), tissue.grey)
    canvas = over(canvas, frame.line(0.028 * brain.ageing, *both(sylvian)), tissue.fluid)
    third = oval(0, 0.08, 0.018 * brain.ageing, 0.13)
    canvas = over(canvas, frame.area(*ventricles, third), tissue.fluid)
    falx = frame.line(0.012, curve((0, -0.83), (0, -0.45)), curve((0, 0.5), (0, 0.83)))
    canvas = over(canvas, falx, tissue.dura)
    sinus = curve((0, 0.79), (-0.05, 0.86), (0.05, 0.86))
    return over(canvas, frame.area(sinus, oval(0, -0.845, 0.02, 0.02)), tissue.vessel)


def _ventricle(brain: Brain, side: int) -> Points:
    """The body of a lateral ventricle with its horns; `side` -1 on the image's left."""
    size = brain.wide * (0.75 + 0.25 * brain.ageing) * (brain.uneven if side > 0 else 1.0)
    outline = curve(
        (0.025, -0.02), (0.035, -0.2), (0.1, -0.37), (0.2, -0.42), (0.17, -0.29), (0.1, -0.14), (0.08, 0.0),
        (0.13, 0.2), (0.24, 0.34), (0.27, 0.52), (0.2, 0.56), (0.15, 0.38), (0.06, 0.2),
    )  # fmt: skip
    spine = np.clip(outline[:, :1] * (0.9, 0) + (0.02, 0), 0.03, 0.21)
    wider = np.concatenate([spine[:, :1] + (outline[:, :1] - spine[:, :1]) * size, outline[:, 1:]], axis=1)
    return np.asarray(np.maximum(wider, (0.012, -9)) * (side, 1), np.float64)


def _hemisphere(brain: Brain, wet: Pixels) -> FindSpot:
    """Anywhere in a hemisphere whose size lets the thing lie within the brain; small ones off the ventricles."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = random.uniform(-0.75, 0.75), random.uniform(-0.75, 0.72)
        return _spot(brain, wet, (x, y), wh, _lobe(x, y))

    return find


def _white_matter(brain: Brain, wet: Pixels) -> FindSpot:
    """In the white matter about the ventricles and further out."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = random.choice([-1, 1]) * random.uniform(0.12, 0.5), random.uniform(-0.6, 0.66)
        if np.hypot(x, y) > 0.68 or (abs(x) < 0.42 and -0.38 < y < 0.26):
            return None
        near = max(brain.frame.value(wet, x + dx, y + dy) for dx in (-0.12, 0.0, 0.12) for dy in (-0.12, 0.0, 0.12))
        return _spot(brain, wet, (x, y), wh, "periventricular" if near > 0.5 else "deep_white_matter")

    return find


def _spot(brain: Brain, wet: Pixels, at: tuple[float, float], wh: SiteWh, place: str) -> Spot | None:
    (x, y), (w, h) = at, brain.frame.shares(wh)
    corner = np.hypot(abs(x) + 0.4 * w, abs(y) + 0.4 * h)
    if corner > BRAIN - 0.05 or abs(x) < max(0.07, 0.36 * w):
        return None
    reach = [(dx * w, dy * h) for dx in (-0.5, 0, 0.5) for dy in (-0.5, 0, 0.5)] if w < 0.25 else [(0.0, 0.0)]
    if any(brain.frame.value(wet, x + dx, y + dy) > 0.3 for dx, dy in reach):
        return None
    return Spot(brain.frame.at(x, y), place, "left" if x > 0 else "right", float(np.arctan2(y, x)))


def _lobe(x: float, y: float) -> str:
    if abs(x) < 0.42 and -0.3 < y < 0.26:
        return "thalamus" if abs(x) < 0.25 and y > -0.04 else "basal_ganglia"
    if y < -0.18:
        return "frontal_lobe"
    return "occipital_lobe" if y > 0.42 else "temporal_lobe" if abs(x) > 0.42 else "deep_white_matter"
