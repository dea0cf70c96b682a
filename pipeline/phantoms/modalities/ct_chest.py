"""Chest on CT at the level of the hila: lung window, mediastinal window, and an angiogram of the mediastinum."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, Variant
from pipeline.phantoms.kinds import Group, Mask
from pipeline.phantoms.modalities import ct_lung, ct_mediastinum
from pipeline.phantoms.modalities.ct_slice import (
    AIR,
    FAT,
    LUNG,
    MUSCLE,
    Frame,
    Physics,
    Side,
    Slice,
    Where,
    bone,
    lump,
    metal_on_skin,
    oval,
    protocol,
    ribs,
    side_of,
    spine,
    table,
    trunk,
    wall,
    within,
)  # fmt: skip
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import Points

# Outline between the lungs in units of the body, from the sternum by the patient's left to the spine and back.
MEDIASTINUM = (
    (0.0, -0.8), (0.16, -0.7), (0.2, -0.42), (0.27, -0.2), (0.25, 0.05), (0.22, 0.3), (0.24, 0.6), (0, 0.75),
    (-0.2, 0.6), (-0.14, 0.3), (-0.24, 0.08), (-0.25, -0.2), (-0.19, -0.45), (-0.12, -0.7),
)  # fmt: skip
ZOOM, ZOOM_ON = 2.0, (0.0, -0.02)
TREE = 15  # vessels of a lung
DOTS = 26  # vessels of a lung that are cut across
LARGE_VESSEL = -250.0  # HU, at least

VARIANTS = (
    Variant(
        "chest_lung", "chest", "non-contrast", ct_lung.GROUPS, weight=1.8, plane="axial", axes=("L", "P"),
        window_name="lung",
    ),
    Variant(
        "chest_mediastinum", "chest", "portal", ct_mediastinum.NODES, weight=0.7, plane="axial", axes=("L", "P"),
        window_name="mediastinum",
    ),
    Variant(
        "chest_angiogram", "chest", "angiographic", ct_mediastinum.VESSELS, plane="axial", axes=("L", "P"),
        window_name="mediastinum",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a variant's protocol changes: HU of the two circulations, noise in HU, middle and width of the window."""

    aorta: float
    pulmonary: float
    noise: float
    window: tuple[float, float]
    zoom: float = 1.0


LOOKS = {
    "chest_lung": Look(45.0, 45.0, 62.0, (-600.0, 1500.0)),
    "chest_mediastinum": Look(165.0, 160.0, 18.0, (40.0, 360.0)),
    "chest_angiogram": Look(290.0, 380.0, 24.0, (140.0, 720.0), ZOOM),
}


def chest(request: Request) -> Background:
    look, patient, image = LOOKS[request.variant.name], request.patient, request.image
    body = trunk(request)
    frame = body.zoomed(look.zoom, ZOOM_ON, request.hw) if look.zoom != 1 else body
    canvas = Slice(request.hw, frame)
    table(canvas, patient)
    metal = metal_on_skin(canvas, image)
    wall(canvas, patient.uniform(0.08, 0.17))
    _bones(canvas, patient)
    lungs = _lungs(canvas, request)
    vessels = _mediastinum(canvas, patient, look)
    lungs &= canvas.pixels < FAT - 5  # what lies over them is soft tissue
    canvas.grain(request.scanner.texture(image, request.hw, body.half[0] / 9, 4), fat=11.0, soft=5.0)
    plan = protocol(request, look.noise)
    middle, width = look.window[0] + image.uniform(-20, 20), look.window[1] * image.uniform(0.93, 1.08)
    return Background(
        pixels=canvas.pixels,
        noise=plan.noise,
        window=(middle - width / 2, middle + width / 2),
        spots=_spots(request.variant.groups, frame, lungs, canvas, vessels),
        finish=Physics(request.scanner, plan.noise, plan.blur, metal),
        anatomy=_anatomy(request.variant.name, frame, lungs, vessels),
        spacing_mm=(s := float(patient.uniform(330, 400)) / (2 * frame.half[0]), s),
        stored="hounsfield",
    )


def _bones(canvas: Slice, patient: Random) -> None:
    """Ribs cut obliquely, the sternum, and the shoulder blades behind."""
    ribs(canvas, patient, 0.815)
    bone(canvas, oval(0, -0.845, 0.11, 0.05))
    for side in (-1, 1):
        canvas.line(np.array([(side * 0.45, 0.86), (side * 0.68, 0.69), (side * 0.8, 0.52)]), 420, 0.022)


def _lungs(canvas: Slice, request: Request) -> Mask:
    """Two lungs with vessels from the hila, airways and the oblique fissure; returns their mask less large vessels."""
    patient, (x, y) = request.patient, canvas.frame.grid(request.hw)
    rims = [lump(patient, (side * 0.44, 0.0, 0.335, 0.7), 0.012, side * -0.06) for side in (-1, 1)]
    air = Slice(request.hw, canvas.frame, LUNG)
    mask = np.zeros(request.hw, np.bool_)
    for side, rim in zip((-1, 1), rims, strict=True):
        mask |= canvas.mask(rim)
        _tree(air, patient, side, rim)
    texture = request.scanner.texture(request.image, request.hw, canvas.frame.half[0] / 22, 3)
    inner = air.pixels + np.float32(16) * texture + np.float32(45) * y + np.float32(10) * x
    canvas.pixels = np.where(mask, inner, canvas.pixels).astype(np.float32)
    return mask & (air.pixels < LARGE_VESSEL)


def _tree(air: Slice, patient: Random, side: int, rim: Points) -> None:
    """Vessels that fork and thin outwards, others cut across, three bronchi, and the fissure."""
    ends, bends = patient.uniform(0, 1, (TREE, 2)), patient.uniform(-0.14, 0.14, (TREE, 2))
    hilum, middle = np.array([side * 0.2, 0.06]), rim.mean(axis=0)
    for (round_, far), bend in zip(ends, bends, strict=True):
        tip = middle + (rim[int(round_ * len(rim)) % len(rim)] - middle) * (0.55 + 0.4 * far)
        joint = hilum + (tip - hilum) * 0.55 + bend
        half = (hilum + joint) / 2 + 0.3 * bend[::-1]
        air.line(np.array([hilum, half, joint]), -230.0, 0.016)
        air.line(np.array([joint, (joint + tip) / 2 - 0.25 * bend, tip]), -430.0, 0.009)
        air.line(np.array([joint, (joint + tip) / 2 + bend[::-1], tip + bend]), -560.0, 0.007)
    for round_, far, size in patient.uniform(0, 1, (DOTS, 3)):
        x, y = middle + (rim[int(round_ * len(rim)) % len(rim)] - middle) * far**0.6
        air.round(float(x), float(y), 0.004 + 0.008 * size * size, -330.0)
    for dx, dy in patient.uniform(-0.06, 0.06, (3, 2)):
        air.round(hilum[0] + side * 0.12 + dx, hilum[1] + 0.05 + 2 * dy, 0.026, -250.0)
        air.round(hilum[0] + side * 0.12 + dx, hilum[1] + 0.05 + 2 * dy, 0.016, -960.0)
    air.line(np.array([(side * 0.2, 0.3), (side * 0.5, 0.12), (side * 0.8, -0.1)]), -690.0, 0.006)


def fissure(x: float) -> float:
    """Where the oblique fissure runs, y at x: the upper lobe lies before it."""
    return float(np.interp(abs(x), (0.2, 0.5, 0.8), (0.3, 0.12, -0.1)))


def _mediastinum(canvas: Slice, patient: Random, look: Look) -> dict[str, Mask]:
    """Fat with the great vessels, the two main bronchi, the gullet and the spine."""
    rise = 1 + patient.uniform(-0.15, 0.15)  # of the dose of contrast
    shape = np.array(MEDIASTINUM) * (patient.uniform(0.94, 1.06), 1)
    canvas.fill(shape, FAT + 8)
    for side in (-1, 1):
        canvas.round(side * 0.25, 0.09, 0.075, look.pulmonary * rise)
    spine(canvas, 0.5, 0.13)
    trunk_path = np.array([(0.13, -0.27), (0.1, -0.13), (0.02, -0.02), (-0.12, 0.01), (-0.27, 0.06)])
    left_path = np.array([(0.13, -0.22), (0.18, -0.05), (0.27, 0.06)])
    wide = patient.uniform(0.125, 0.15)
    canvas.line(trunk_path, look.pulmonary * rise, wide)
    canvas.line(left_path, look.pulmonary * rise, 0.85 * wide)
    aorta = [
        canvas.round(-0.06, -0.21, patient.uniform(0.085, 0.105), look.aorta * rise),
        canvas.round(0.14, 0.32, patient.uniform(0.065, 0.08), look.aorta * rise),
    ]
    canvas.round(-0.185, -0.14, 0.05, (look.aorta + 20) * rise)
    for side in (-1, 1):
        canvas.fill(oval(side * 0.095, 0.125, 0.052, 0.06), 30.0)
        canvas.fill(oval(side * 0.095, 0.125, 0.042, 0.048), AIR + 15)
    canvas.fill(oval(0.015, 0.27, 0.035, 0.04), MUSCLE - 15)
    arteries = _path_mask(canvas, trunk_path, wide) | _path_mask(canvas, left_path, 0.85 * wide)
    whole = canvas.mask(aorta[0]) | canvas.mask(aorta[1])
    return {"pulmonary_artery": arteries & ~canvas.mask(aorta[0]), "aorta": whole, "mediastinum": canvas.mask(shape)}


def _path_mask(canvas: Slice, path: Points, width: float) -> Mask:
    drawn = np.zeros(canvas.hw, np.uint8)
    cv2.polylines(drawn, [np.round(canvas.frame.px(path)).astype(np.int32)], False, 1, canvas.px(width))
    return drawn > 0


def _anatomy(variant: str, frame: Frame, lungs: Mask, vessels: dict[str, Mask]) -> tuple[Anatomy, ...]:
    if variant != "chest_lung":
        return tuple(Anatomy(name, vessels[name]) for name in ("aorta", "pulmonary_artery"))
    right = np.arange(lungs.shape[1])[None, :] < frame.centre[0]
    return Anatomy("lung", lungs & right, "right"), Anatomy("lung", lungs & ~right, "left")


def _spots(
    groups: tuple[Group, ...], frame: Frame, lungs: Mask, canvas: Slice, vessels: dict[str, Mask]
) -> dict[str, FindSpot]:
    x, y = frame.grid(canvas.hw)
    far, pixels = np.sqrt(x * x + y * y), canvas.pixels
    fat = vessels["mediastinum"] & (pixels > -140) & (pixels < -40) & (y < 0.35)
    areas: dict[str, tuple[Mask, Where, float, bool]] = {
        "nodule": (lungs, _lobe, 0.65, False),
        "airway": (lungs & (np.abs(x) < 0.68), _lobe, 0.8, False),
        "subpleural": (lungs & (far > 0.5), _rim, 0.6, True),
        "airspace": (lungs & (y > -0.3), _lobe, 0.6, False),
        "node": (fat, _middle, 0.5, False),
        "embolus": (vessels["pulmonary_artery"], _artery, 0.75, False),
        "flap": (vessels["aorta"], _aorta, 0.6, False),
    }
    return {group.name: within(areas[group.name][0], frame, *areas[group.name][1:]) for group in groups}


def _lobe(x: float, y: float) -> tuple[str | None, Side | None]:
    return "upper_lobe" if y < fissure(x) else "lower_lobe", side_of(x)


def _rim(x: float, y: float) -> tuple[str | None, Side | None]:
    return "lung_periphery", side_of(x)


def _middle(x: float, y: float) -> tuple[str | None, Side | None]:
    return "anterior_mediastinum" if y < -0.3 else "middle_mediastinum", None


def _artery(x: float, y: float) -> tuple[str | None, Side | None]:
    return ("pulmonary_trunk", None) if 0 < x < 0.15 else ("main_pulmonary_artery", side_of(x))


def _aorta(x: float, y: float) -> tuple[str | None, Side | None]:
    return "ascending_aorta" if y < 0.1 else "descending_aorta", None
