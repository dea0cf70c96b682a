"""Head on CT without contrast: skull, grey and white matter, fluid; blood, calcium, infarct and oedema."""

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, Variant
from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels, Spot
from pipeline.phantoms.modalities.ct_marks import (
    REACH,
    along,
    band,
    emptied,
    long_px,
    lump_mask,
    mottled,
    softened,
    tubes,
)
from pipeline.phantoms.modalities.ct_slice import (
    CORTEX,
    FAT,
    Frame,
    Physics,
    Side,
    Slice,
    lump,
    metal_on_skin,
    oval,
    protocol,
    side_of,
    within,
)  # fmt: skip
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points, coordinates, ellipse, filled, fitted, soft, turned, with_contrast
from pipeline.phantoms.texture import blobs

NOISE = 7.0
CSF, WHITE, GREY, BLOOD = 8.0, 29.0, 37.0, 52.0
INNER = 0.875  # of the skull, in units of the head
OUTER = 0.54  # from a collection's middle to the skull, in half diagonals of its box
TISSUE = 40.0  # HU about the brain's that are not bone


def epidural(patch: Patch) -> Drawn:
    """A lens: bulges towards the brain; within it a swirl of blood that has not clotted."""
    u, v = coordinates(patch)
    swirl = np.clip(1.6 - 4 * np.hypot(u, v), 0, 1).astype(np.float32)
    return _collection(patch, outer=0.38, inner=-0.3, darker=0.9 * swirl)


def subdural(patch: Patch) -> Drawn:
    """A crescent: concave towards the brain; membranes divide it along its length."""
    _, across = along(patch)
    membranes = np.clip(1.5 * np.cos(np.float32(2 * np.pi / 0.56) * across) - 0.3, 0, 1)
    return _collection(patch, outer=0.48, inner=0.1, darker=0.75 * membranes)


def dura(patch: Patch) -> Drawn:
    """The two leaves of dense dura: thin parallel lines."""
    s = np.linspace(-1, 1, 12)
    leaves = [_turned_out(patch, np.stack([s, np.full_like(s, out)], axis=1)) for out in (-0.17, 0.17)]
    lines = tubes(patch, leaves, [0.07, 0.07])
    between = filled(fitted(np.concatenate([leaves[0], leaves[1][::-1]]), patch.box_xyxy), patch.hw)
    mask = lines | between
    return with_contrast(emptied(patch, mask, TISSUE), mask, mottled(patch, softened(patch, lines)))


def _collection(patch: Patch, outer: float, inner: float, darker: Pixels) -> Drawn:
    """Between two arcs over a chord, heights in half chords outwards; `darker` is taken off its density."""
    s = np.linspace(-1, 1, 25)
    arc = 1 - s**2
    points = np.concatenate([np.stack([s, outer * arc], axis=1), np.stack([s, inner * arc], axis=1)[::-1]])
    mask = filled(fitted(_turned_out(patch, points), patch.box_xyxy), patch.hw)
    pattern = mottled(patch, softened(patch, mask) * (1 - darker))
    return with_contrast(emptied(patch, mask, TISSUE), mask, pattern)


def _turned_out(patch: Patch, points: Points) -> Points:
    """From (along the skull, outward) to the picture."""
    return turned(points, patch.spot.angle - np.pi / 2)


def bleed(patch: Patch) -> Drawn:
    """Dense and even within a dark rim of oedema."""
    mask = lump_mask(patch, 0.08)
    u, v = coordinates(patch)
    rim = band(np.hypot(u, v), 1.18, 0.22) * ~mask
    return with_contrast(patch, mask, softened(patch, mask) - 0.55 * rim)


def ganglia_calcification(patch: Patch) -> Drawn:
    """Grains of calcium, brighter than blood, with plain brain between them."""
    mask = lump_mask(patch, 0.08)
    grains = blobs(patch.random, patch.hw, max(1.6, min(0.12 * long_px(patch), 0.012 * patch.hw[0] + 4))) > 0.6
    return with_contrast(patch, mask, soft(grains & mask, 0.25) * softened(patch, mask) + 0.05 * mask)


def infarct(patch: Patch) -> Drawn:
    """A wedge with its base on the cortex, evenly dark."""
    across = np.linspace(-0.75, 0.75, 13)
    base = np.stack([0.95 + 0.12 * np.cos(across * 1.6), across], axis=1)
    points = turned(np.concatenate([[(-0.95, 0.0)], base]), patch.spot.angle)
    mask = filled(fitted(points, patch.box_xyxy), patch.hw)
    return with_contrast(emptied(patch, mask, TISSUE), mask, mottled(patch, softened(patch, mask)), -1.0)


def oedema(patch: Patch) -> Drawn:
    """Fingers of dark white matter that spare the cortex between them; it extends over all of them."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    fingers = int(patch.random.integers(4, 6))
    radius = 0.22 + 0.78 * np.clip(np.cos(fingers * angle + patch.random.uniform(0, 6)) + 0.3, 0, 1)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    white_matter = filled(fitted(points, patch.box_xyxy), patch.hw)
    mask = ellipse(patch) | white_matter
    return with_contrast(patch, mask, mottled(patch, softened(patch, white_matter, 0.02)), -1.0)


def sulcus(patch: Patch) -> Drawn:
    """A wide furrow: one dark crooked line with a side branch."""
    at = np.linspace(-1, 1, 12)
    main = np.stack([at, 0.22 * np.sin(4 * at + patch.random.uniform(0, 6))], axis=1)
    side = np.array([main[7], main[7] + (0.15, 0.4), main[7] + (0.1, 0.8)])
    angle = patch.spot.angle
    mask = tubes(patch, [turned(main, angle), turned(side, angle)], [0.1, 0.08])
    return with_contrast(patch, mask, mottled(patch, softened(patch, mask)), -1.0)


EDGES = {"margin": ("circumscribed", "ill-defined"), "texture": ("homogeneous", "heterogeneous")}
TEXTURE = {"texture": EDGES["texture"]}
SHAPES = {"margin": ("circumscribed", "ill-defined"), "shape": ("round", "irregular")}
GROUPS = (
    Group(
        "extra_axial",
        (
            Kind("epidural_haematoma", "finding", epidural, EDGES, {"shape": "lens"}),
            Kind("subdural_haematoma", "finding", subdural, EDGES, {"shape": "crescent"}),
            Kind("dense_dura", "mimic", dura, TEXTURE, {"shape": "linear"}),
        ),
        aspect=(0.5, 1.9),
        reach=REACH,
    ),
    Group(
        "dense",
        (
            Kind("intraparenchymal_bleed", "finding", bleed, SHAPES),
            Kind("basal_ganglia_calcification", "mimic", ganglia_calcification, SHAPES),
        ),
        weight=0.7,
        reach=REACH,
    ),
    Group(
        "dark",
        (
            Kind("infarct", "finding", infarct, EDGES, {"shape": "wedge"}),
            Kind("vasogenic_oedema", "finding", oedema, EDGES, {"shape": "branching"}, category="brain_tumour"),
            Kind("prominent_sulcus", "mimic", sulcus, TEXTURE, {"shape": "linear"}),
        ),
        weight=1.3,
        reach=REACH,
    ),
)
VARIANTS = (
    Variant(
        "head", "head", "non-contrast", GROUPS, weight=2.6, plane="axial", axes=("L", "P"), window_name="brain"
    ),
)  # fmt: skip


def head(request: Request) -> Background:
    h, w = request.hw
    patient, image = request.patient, request.image
    b = min(0.43 * h, 0.53 * w) * patient.uniform(0.93, 1.0)
    a = b * patient.uniform(0.78, 0.86)
    dx, dy = patient.uniform(-0.008, 0.008, 2)
    frame = Frame((w * (0.5 + dx), h * (0.48 + dy)), (a, b))
    canvas = Slice(request.hw, frame)
    _holder(canvas)
    metal = metal_on_skin(canvas, image)
    _skull(canvas, patient)
    far = _brain(canvas, request)
    ventricle = _ventricles(canvas, patient)
    plan, width = protocol(request, NOISE), image.uniform(76, 96)
    middle = image.uniform(33, 39)
    brain = canvas.mask(oval(0, 0, INNER, INNER))
    return Background(
        pixels=canvas.pixels,
        noise=plan.noise,
        window=(middle - width / 2, middle + width / 2),
        spots=_spots(canvas.frame, brain & ~ventricle, far),
        finish=Physics(request.scanner, plan.noise, plan.blur, metal),
        anatomy=(Anatomy("brain", brain), Anatomy("brain_ventricle", ventricle)),
        spacing_mm=(s := float(patient.uniform(148, 166)) / (2 * a), s),
        stored="hounsfield",
    )


def _holder(canvas: Slice) -> None:
    """The head rest: a thin cup below."""
    angle = np.linspace(0.12 * np.pi, 0.88 * np.pi, 30)
    canvas.line(np.stack([1.22 * np.cos(angle), 0.02 + 1.1 * np.sin(angle)], axis=1), 150.0, 0.018)


def _skull(canvas: Slice, patient: Random) -> None:
    """Scalp, two tables of bone with marrow between, and the frontal sinus of some."""
    thick = patient.uniform(0.06, 0.085)
    canvas.fill(oval(0, 0, 1, 1), 25.0)
    canvas.fill(oval(0, 0, 0.985, 0.988), FAT + 40)
    canvas.fill(oval(0, 0, INNER + thick, INNER + thick), CORTEX + 300)
    canvas.fill(oval(0, 0, INNER + 0.6 * thick, INNER + 0.6 * thick), CORTEX)
    canvas.fill(oval(0, 0, INNER + 0.3 * thick, INNER + 0.3 * thick), CORTEX + 300)
    for x, size in zip((-0.09, 0.08), patient.uniform(0.04, 0.08, 2), strict=True):
        canvas.fill(oval(x, -INNER - 0.5 * thick, size, 0.32 * thick), -700.0)
    canvas.fill(oval(0, 0, INNER, INNER), CSF + 6)


def _brain(canvas: Slice, request: Request) -> Pixels:
    """Cortex over white matter, deep grey nuclei, furrows; returns each pixel's distance from the middle."""
    patient = request.patient
    x, y = canvas.frame.grid(request.hw)
    far = np.sqrt(x * x + y * y)
    folds = request.scanner.texture(request.image, request.hw, canvas.frame.half[0] / 7, 3)
    inside = far < INNER - 0.012
    ribbon = np.clip((far + 0.045 * folds - 0.71) * 14, 0, 1)
    tissue = WHITE + (GREY - WHITE) * ribbon + 0.7 * folds
    canvas.pixels = np.where(inside, tissue, canvas.pixels).astype(np.float32)
    for side in (-1, 1):
        for px, py, rx, ry in ((0.17, 0.02, 0.075, 0.12), (0.29, -0.1, 0.075, 0.16), (0.13, -0.24, 0.05, 0.1)):
            canvas.fill(lump(patient, (side * px, py, rx, ry), 0.03, side * -0.25), GREY + 1.5)
    _furrows(canvas, patient)
    return far


def _furrows(canvas: Slice, patient: Random) -> None:
    """Sulci inwards from the skull, the cleft and falx of the midline, and the Sylvian fissures."""
    atrophy = patient.uniform(0.006, 0.013)
    angles = (np.arange(34) + patient.uniform(-0.35, 0.35, 34)) * 2 * np.pi / 34
    depth, kink = patient.uniform(0.08, 0.2, 34), patient.uniform(-0.09, 0.09, 34)
    for angle, deep, turn in zip(angles, depth, kink, strict=True):
        far = np.array([INNER, INNER - 0.5 * deep, INNER - deep])
        at = angle + np.array([0, turn, 0.3 * turn])
        canvas.line(np.stack([far * np.cos(at), far * np.sin(at)], axis=1), CSF + 10, atrophy)
    for side in (-1, 1):
        sylvian = np.array([(side * 0.84, -0.08), (side * 0.62, -0.03), (side * 0.48, -0.12)])
        canvas.line(sylvian, CSF + 2, 1.6 * atrophy)
    for y in (-1, 1):
        canvas.line(np.array([(0, y * INNER), (0.008, y * 0.42)]), CSF + 2, 2.2 * atrophy)
        canvas.line(np.array([(0, y * INNER), (0.008, y * 0.5)]), BLOOD, 0.012)


def _ventricles(canvas: Slice, patient: Random) -> Mask:
    """Frontal horns, the third ventricle, and the occipital horns with a little calcified plexus."""
    wide = patient.uniform(0.035, 0.075)
    mask = np.zeros(canvas.hw, np.bool_)
    for side in (-1, 1):
        front = np.array([(0.03, -0.16), (0.07, -0.3), (0.19, -0.42), (0.22, -0.37), (0.12, -0.24), (0.06, -0.14)])
        back = np.array([(0.14, 0.24), (0.24, 0.33), (0.24, 0.5), (0.18, 0.56), (0.17, 0.42), (0.1, 0.27)])
        for horn in (front, back):
            middle = horn.mean(axis=0)
            points = ((horn - middle) * (wide / 0.05) ** 0.5 + middle) * (side, 1)
            canvas.fill(points, CSF)
            mask |= canvas.mask(points)
        canvas.fill(oval(side * 0.19, 0.35, 0.014, 0.02), 120.0)
    third = oval(0, 0.03, 0.25 * wide + 0.008, 0.12)
    canvas.fill(third, CSF)
    return mask | canvas.mask(third)


def _spots(frame: Frame, brain: Mask, far: Pixels) -> dict[str, FindSpot]:
    def lobe(x: float, y: float) -> tuple[str | None, Side | None]:
        name = "frontal_lobe" if y < -0.2 else "occipital_lobe" if y > 0.5 else "temporal_lobe" if y > 0.1 else "insula"
        return name if abs(x) > 0.06 else None, side_of(x) if abs(x) > 0.06 else None

    def deep(x: float, y: float) -> tuple[str | None, Side | None]:
        near = abs(x) < 0.42 and abs(y) < 0.32
        return "basal_ganglia" if near else "deep_white_matter", side_of(x)

    return {
        "extra_axial": _at_skull(frame),
        "dense": within(brain & (far < 0.66), frame, deep, 0.5),
        "dark": within(brain & (far < 0.82) & (far > 0.34), frame, lobe, 0.6, outward=True),
    }


def _at_skull(frame: Frame) -> FindSpot:
    """Along the inner table, where it runs as the diagonal of a site of this shape does."""
    a, b = INNER * frame.half[0], INNER * frame.half[1]

    def find(random: Random, wh: tuple[float, float]) -> Spot | None:
        at = np.arctan2(b * wh[0], a * wh[1]) + random.uniform(-0.06, 0.06)
        right, low = random.choice([-1, 1], 2)
        edge = np.array([right * a * np.cos(at), low * b * np.sin(at)])
        normal = edge / (a * a, b * b)
        normal /= np.hypot(*normal)
        x, y = edge - normal * OUTER * np.hypot(*wh) / 2
        side = side_of(float(x))
        angle = float(np.arctan2(normal[1], normal[0]))
        return Spot((frame.centre[0] + float(x), frame.centre[1] + float(y)), "convexity", side, angle)

    return find
