"""Axial head at the level of the inner ear canals, after contrast: brainstem, cerebellum, petrous bones."""

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame, both, curve, layered, oval, over, ramp, shifted
from pipeline.phantoms.modalities.mri_physics import NOISE, Scene, acquired
from pipeline.phantoms.modalities.mri_techniques import EXTRA_AXIAL, TISSUE, Tissue
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points
from pipeline.phantoms.texture import blobs

WIDTH_MM = 150.0
VARIANTS = (
    Variant("inner_ear_t1_post", "internal_auditory_canal", "T1-post", (EXTRA_AXIAL,), plane="axial", axes=("L", "P")),
)
PETROUS = curve(
    (0.2, -0.2), (0.36, -0.08), (0.58, 0.04), (0.84, 0.16), (0.93, 0.0), (0.8, -0.16), (0.5, -0.24), (0.27, -0.31),
)  # fmt: skip
FACE = curve((0.3, -0.1), (0.45, 0.0), (0.6, 0.08))  # of the petrous bone, towards the brainstem
STEM = oval(0, -0.02, 0.2, 0.16)


def background(request: Request) -> Background:
    """A field of 18 to 24 cm: less than the head is long."""
    h, w = request.hw
    patient, image = request.patient, request.image
    half = min(h, w) * patient.uniform(0.48, 0.62)
    frame = Frame(request.hw, shifted(image, request.hw, (w / 2, h / 2)), (half, half * patient.uniform(1.08, 1.2)))
    tissue = TISSUE[request.variant.technique]
    canvas = _head(request, frame, tissue)
    anatomy = (Anatomy("brain", frame.mask(_hindbrain())),)
    return acquired(request, Scene(frame, canvas, {"extra_axial": _angle(frame)}, anatomy, WIDTH_MM), noise=1.6 * NOISE)


def _hindbrain() -> Points:
    """The cerebellum with the brainstem in front of it."""
    return oval(0, 0.36, 0.68, 0.38)


def _head(request: Request, frame: Frame, tissue: Tissue) -> Pixels:
    radius = frame.radius()
    layers = [
        (0.82, tissue.muscle), (0.85, tissue.bone), (0.9, tissue.bone), (0.92, 0.8 * tissue.fat), (0.98, tissue.fat),
        (1.0, 0.6), (1.02, 0.01), (2, 0),
    ]  # fmt: skip
    canvas = layered(radius, layers)
    canvas = over(canvas, frame.area(oval(0, 0.3, 0.82, 0.54)), tissue.fluid)
    canvas = over(canvas, frame.area(_hindbrain()), _folia(request, frame, tissue))
    canvas = _forebrain(request, frame, tissue, canvas)
    ducts = frame.line(0.12, curve((0.1, 0.02), (0.3, 0.22)), curve((-0.1, 0.02), (-0.3, 0.22)))
    canvas = over(canvas, np.maximum(ducts, frame.area(STEM)), tissue.white)
    canvas = over(canvas, frame.area(oval(0, 0.17, 0.1, 0.05)), tissue.fluid)
    canvas = over(canvas, frame.area(*both(PETROUS)), tissue.bone + 0.1)
    canal = curve((0.34, -0.13), (0.52, -0.09))
    canvas = over(canvas, frame.line(0.035, *both(canal)), tissue.fluid + 0.08)
    return _vessels(frame, tissue, canvas)


def _folia(request: Request, frame: Frame, tissue: Tissue) -> Pixels:
    """Thin leaves that run about the vermis, broken by white matter."""
    x, y = frame.axes
    bend = 0.35 * blobs(request.patient, frame.grid, frame.on_grid(0.3))
    leaves = np.cos(np.float32(90) * np.sqrt((0.75 * x) ** 2 + (y + 0.12) ** 2) + bend)
    core = np.exp(-(((np.abs(x) - 0.3) / 0.2) ** 2) - ((y - 0.32) / 0.17) ** 2)
    grain = request.scanner.texture(request.image, frame.grid, frame.on_grid(0.05), 3)
    bark = tissue.grey + np.float32(0.035) * leaves + np.float32(0.012) * grain
    return over(bark.astype(np.float32), core, tissue.white)


def _forebrain(request: Request, frame: Frame, tissue: Tissue, canvas: Pixels) -> Pixels:
    """Temporal lobes before the petrous bones; between them the sphenoid with its air."""
    lobe = oval(0.52, -0.48, 0.31, 0.26, 0.5)
    folds = np.abs(blobs(request.patient, frame.grid, frame.on_grid(0.11)))
    matter = over(np.full(frame.grid, tissue.white, np.float32), ramp(-folds, -0.6, 0.25), tissue.grey)
    matter = over(matter, ramp(-folds, -0.1, 0.1), tissue.fluid)
    wall = oval(0.52, -0.48, 0.34, 0.29, 0.5)
    canvas = over(canvas, frame.area(*both(wall)), tissue.bone)
    canvas = over(canvas, frame.area(*both(lobe)), matter)
    canvas = over(canvas, frame.area(oval(0, -0.42, 0.2, 0.17)), 0.75 * tissue.fat)
    canvas = over(canvas, frame.area(oval(-0.07, -0.55, 0.09, 0.13), oval(0.08, -0.57, 0.07, 0.11)), 0.02)
    shell = curve((0.1, -0.92), (0.08, -0.72))
    nose = frame.line(0.03, curve((0, -0.95), (0, -0.7)), *both(shell))
    canvas = over(canvas, frame.area(oval(0, -0.82, 0.16, 0.15)), 0.05)
    return over(canvas, nose, 0.7)


def _vessels(frame: Frame, tissue: Tissue, canvas: Pixels) -> Pixels:
    """Carotids, the basilar artery and the sigmoid sinuses, bright after contrast."""
    sinus = curve((0.66, 0.2), (0.76, 0.26), (0.77, 0.38), (0.7, 0.4), (0.69, 0.3))
    carotid = oval(0.2, -0.3, 0.045, 0.04)
    middle = (oval(0.01, -0.22, 0.03, 0.03), oval(0, 0.78, 0.05, 0.035))
    return over(canvas, frame.area(*middle, *both(sinus, carotid)), tissue.vessel)


def _angle(frame: Frame) -> FindSpot:
    """On the face of a petrous bone: the thing lies before it, its base on it."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        part, side = random.random() * (len(FACE) - 1), int(random.choice([-1, 1]))
        first = FACE[int(part)]
        x, y = first + (FACE[int(part) + 1] - first) * (part % 1)
        w, h = frame.shares(wh)
        x, y = x - 0.22 * w - 0.01, y + 0.44 * h + 0.01
        if x - w / 2 < -0.1:
            return None
        outward = -np.pi / 2 + side * 0.55
        return Spot(frame.at(side * x, y), "cerebellopontine_angle", "left" if side > 0 else "right", outward)

    return find
