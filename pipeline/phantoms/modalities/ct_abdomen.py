"""Belly on CT in the portal phase, close to a kidney or to the pancreas too, and the pelvis without contrast."""

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, Variant
from pipeline.phantoms.kinds import Mask
from pipeline.phantoms.modalities import ct_belly as belly
from pipeline.phantoms.modalities.ct_slice import (
    AIR,
    CORTEX,
    FAT,
    MARROW,
    MUSCLE,
    WATER,
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

NOISE, LOW_DOSE_NOISE = 16.0, 20.0
# Outlines in units of the body: the left wing of the hip bone, and the sacrum.
WING = (
    (0.78, -0.26), (0.66, 0.02), (0.5, 0.3), (0.33, 0.52), (0.27, 0.46), (0.42, 0.22), (0.6, -0.06), (0.73, -0.3),
)  # fmt: skip
SACRUM = ((-0.27, 0.5), (-0.12, 0.4), (0.12, 0.4), (0.27, 0.5), (0.14, 0.66), (0, 0.7), (-0.14, 0.66))

VARIANTS = tuple(
    Variant(name, part, technique, groups, weight, plane="axial", axes=("L", "P"), window_name="abdomen")
    for name, part, technique, groups, weight in (
        ("abdomen", "abdomen", "portal", belly.UPPER, 2.2),
        ("kidney", "kidney", "portal", belly.KIDNEY, 0.9),
        ("pancreas", "pancreas", "portal", belly.PANCREAS, 1.0),
        ("pelvis", "abdomen_pelvis", "non-contrast", belly.URETER, 0.5),
    )
)


def abdomen(request: Request) -> Background:
    patient, image, variant = request.patient, request.image, request.variant.name
    side: Side = "left" if patient.random() < 0.5 else "right"
    canvas = Slice(request.hw, _view(trunk(request), variant, side, request.hw))
    table(canvas, patient)
    metal = metal_on_skin(canvas, image)
    thickness = patient.uniform(0.09, 0.2)
    wall(canvas, thickness)
    if variant != "pelvis":
        ribs(canvas, patient, 0.97 - thickness)
    masks = _pelvis(canvas, patient) if variant == "pelvis" else _organs(canvas, patient)
    canvas.grain(request.scanner.texture(image, request.hw, request.hw[1] / 18, 4), fat=11.0, soft=5.0)
    plan = protocol(request, LOW_DOSE_NOISE if variant == "pelvis" else NOISE)
    middle, width = image.uniform(35, 60), image.uniform(310, 380)
    return Background(
        pixels=canvas.pixels,
        noise=plan.noise,
        window=(middle - width / 2, middle + width / 2),
        spots=_spots(request, canvas, masks, side),
        finish=Physics(request.scanner, plan.noise, plan.blur, metal),
        anatomy=_anatomy(masks, variant),
        spacing_mm=(s := float(patient.uniform(320, 410)) / (2 * canvas.frame.half[0]), s),
        stored="hounsfield",
    )


def _view(frame: Frame, variant: str, side: Side, hw: tuple[int, int]) -> Frame:
    if variant == "kidney":
        return frame.zoomed(2.5, (0.44 if side == "left" else -0.44, 0.3), hw)
    return frame.zoomed(1.8, (0.12, -0.1), hw) if variant == "pancreas" else frame


def _organs(canvas: Slice, patient: Random) -> dict[str, Mask]:
    """Liver, spleen, stomach, colon, pancreas, kidneys, great vessels and spine, each with its contrast."""
    phase = patient.uniform(0.85, 1.12)
    spine(canvas, 0.52, 0.135)
    for side in (-1, 1):
        canvas.fill(oval(side * 0.2, 0.52, 0.075, 0.14), MUSCLE)
    _small_vessels(canvas, patient, 140 * phase)
    masks = {"liver": _liver(canvas, patient, 108 * phase)}
    spleen = lump(patient, (0.67, 0.1, 0.15, 0.33), 0.03, -0.25)
    canvas.fill(spleen, 118 * phase)
    masks["spleen"] = canvas.mask(spleen)
    _bowel(canvas, patient)
    masks["pancreas"] = _pancreas(canvas, patient, 98 * phase)
    for name, x, at in (("kidney_right", -1, 0.36), ("kidney_left", 1, 0.34)):
        masks[name] = _kidney(canvas, patient, x, at, 178 * phase)
    canvas.round(0.05, 0.3, 0.056, 155 * phase)
    canvas.fill(oval(-0.1, 0.29, 0.068, 0.075), 138 * phase)
    canvas.round(0.02, 0.02, 0.032, 160 * phase)
    return masks


def _liver(canvas: Slice, patient: Random, hu: float) -> Mask:
    """Right and left lobe, with brighter portal branches."""
    right = lump(patient, (-0.46, -0.08, 0.32, 0.58), 0.018, 0.16)
    left = lump(patient, (-0.12, -0.46, 0.36, 0.2), 0.03, 0.12)
    canvas.fill(right, hu)
    canvas.fill(left, hu)
    mask = canvas.mask(right) | canvas.mask(left)
    for (dx, dy), bend in zip(patient.uniform(-1, 1, (7, 2)), patient.uniform(-0.08, 0.08, 7), strict=True):
        tip = np.array([-0.46 + 0.2 * dx, -0.1 + 0.38 * dy])
        path = np.array([(-0.24, -0.1), (np.array((-0.24, -0.1)) + tip) / 2 + bend, tip])
        canvas.line(path[:2], hu + 32, 0.02)
        canvas.line(path[1:], hu + 26, 0.012)
    bladder = lump(patient, (-0.24, -0.26, 0.055, 0.1), 0.02, 0.3)
    canvas.fill(bladder, WATER + 4)
    return mask & ~canvas.mask(bladder)


def _bowel(canvas: Slice, patient: Random) -> None:
    """The stomach with its gas in front, colon with gas and crumbs, and loops of small bowel."""
    stomach = lump(patient, (0.36, -0.42, 0.24, 0.24), 0.03, 0.2)
    canvas.fill(stomach, 62.0)
    canvas.fill((stomach - (0.36, -0.42)) * 0.88 + (0.36, -0.42), 22.0)
    canvas.fill(oval(0.34, -0.5, 0.15, 0.09), AIR + 40)
    for x, y, rx, ry in ((0.62, -0.28, 0.1, 0.15), (0.1, -0.66, 0.16, 0.07), (-0.3, -0.7, 0.12, 0.06)):
        points = lump(patient, (x, y, rx, ry), 0.05)
        canvas.fill(points, 58.0)
        canvas.fill((points - (x, y)) * 0.84 + (x, y), -40.0)
        canvas.fill(oval(x, y - 0.25 * ry, 0.7 * rx, 0.42 * ry), AIR + 60)
    for dx, dy, size in patient.uniform(0, 1, (6, 3)):
        x, y = 0.2 + 0.36 * dx, -0.16 + 0.26 * dy
        radius = 0.035 + 0.025 * size
        canvas.round(x, y, radius, 78.0)
        canvas.round(x, y, 0.6 * radius, 28.0)


def _pancreas(canvas: Slice, patient: Random, hu: float) -> Mask:
    """From the head beside the duodenum, over the vessels, to the tail at the spleen."""
    lift, swell = patient.uniform(-0.03, 0.03), patient.uniform(0.95, 1.2)
    x = np.linspace(-0.15, 0.5, 26)
    y = np.interp(x, (-0.15, -0.05, 0.06, 0.22, 0.38, 0.5), (0.1, 0.0, -0.06, -0.08 + lift, -0.03 + lift, 0.04))
    y = np.convolve(np.pad(y, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    half = np.interp(x, (-0.15, -0.05, 0.08, 0.4, 0.5), (0.06, 0.085, 0.05, 0.058, 0.02)) * swell
    lobules = 0.012 * np.sin(38 * x + patient.uniform(0, 6))
    points = np.concatenate([np.stack([x, y - half - lobules], 1), np.stack([x, y + half - lobules], 1)[::-1]])
    canvas.round(-0.25, 0.1, 0.06, 80.0)
    canvas.round(-0.25, 0.1, 0.036, 25.0)
    canvas.fill(points, hu)
    canvas.line(np.stack([x, y], 1)[2:-1], hu - 45, 0.006)
    canvas.line(np.stack([x, y + half + 0.015], 1)[9:], 150.0, 0.026)
    return canvas.mask(points)


def _kidney(canvas: Slice, patient: Random, side: int, y: float, hu: float) -> Mask:
    """Cortex, darker pyramids, and the sinus of fat open towards the middle."""
    x, turn = side * patient.uniform(0.42, 0.46), side * patient.uniform(0.2, 0.5)
    points = lump(patient, (x, y, 0.118, 0.225), 0.015, turn)
    canvas.fill(points, hu)
    for angle in np.linspace(-1.9, 1.9, 6):
        at = angle + (0 if side > 0 else np.pi)
        canvas.fill(oval(x + 0.062 * np.cos(at), y + 0.13 * np.sin(at), 0.024, 0.036, at), hu - 45)
    sinus = np.array([(0.02, -0.06), (-0.17, -0.035), (-0.17, 0.045), (0.02, 0.07), (0.045, 0.0)]) * (side, 1) + (x, y)
    canvas.fill(sinus, FAT)
    canvas.line(np.array([(x - side * 0.04, y), (x - side * 0.28, y - 0.02)]), hu - 30, 0.022)
    return canvas.mask(points) & ~canvas.mask(sinus)


def _small_vessels(canvas: Slice, patient: Random, hu: float) -> None:
    """Branches in the fat of the mesentery."""
    for dx, dy, size in patient.uniform(0, 1, (9, 3)):
        x, y = -0.2 + 0.75 * dx, -0.24 + 0.4 * dy
        canvas.round(x, y, 0.006 + 0.008 * size, hu)
        canvas.line(np.array([(x, y), (x + 0.06, y - 0.05 + 0.1 * size), (x + 0.14, y + 0.02)]), -25.0, 0.006)


def _pelvis(canvas: Slice, patient: Random) -> dict[str, Mask]:
    """Wings of the hip bones with their muscles, sacrum, bladder dome, bowel and unopacified iliac vessels."""
    masks: dict[str, Mask] = {}
    for name, side in (("hip_bone_right", -1), ("hip_bone_left", 1)):
        points = np.array(WING) * (side, 1)
        canvas.fill(lump(patient, (side * 0.62, 0.42, 0.26, 0.26), 0.03), MUSCLE)
        canvas.fill(oval(side * 0.5, 0.03, 0.15, 0.26, side * 0.55), MUSCLE)
        canvas.fill(points, CORTEX - 100)
        middle = points.mean(axis=0)
        canvas.fill((points - middle) * (0.86, 0.93) + middle, MARROW)
        masks[name] = canvas.mask(points)
        for x, y in ((0.26, 0.12), (0.3, 0.2)):
            canvas.round(side * x, y, 0.036, 45.0)
    bone(canvas, np.array(SACRUM), 0.88)
    bladder = lump(patient, (0.0, -0.3, 0.2, 0.2), 0.02)
    canvas.fill(bladder, 40.0)
    canvas.fill((bladder - (0, -0.3)) * 0.9 + (0, -0.3), WATER)
    masks["urinary_bladder"] = canvas.mask(bladder)
    _loops(canvas, patient)
    canvas.round(0.0, 0.22, 0.075, 48.0)
    canvas.round(0.0, 0.2, 0.03, AIR + 100)
    return masks


def _loops(canvas: Slice, patient: Random) -> None:
    for i, (dx, dy, size) in enumerate(patient.uniform(-1, 1, (8, 3))):
        side = -1 if i % 2 else 1
        points = lump(patient, (side * (0.38 + 0.12 * dx), -0.45 + 0.16 * dy, 0.09 + 0.02 * size, 0.09), 0.06)
        canvas.fill(points, 52.0)
        middle = points.mean(axis=0)
        canvas.fill((points - middle) * 0.8 + middle, 22.0 if i % 3 else AIR + 120)


def _anatomy(masks: dict[str, Mask], variant: str) -> tuple[Anatomy, ...]:
    if variant == "pelvis":
        parts: tuple[tuple[str, str, Side | None], ...] = (
            ("urinary_bladder", "urinary_bladder", None),
            ("hip_bone", "hip_bone_right", "right"),
            ("hip_bone", "hip_bone_left", "left"),
        )
    else:
        parts = (
            ("liver", "liver", None),
            ("spleen", "spleen", None),
            ("kidney", "kidney_right", "right"),
            ("kidney", "kidney_left", "left"),
        )
    return tuple(Anatomy(label, masks[name], side) for label, name, side in parts)


def _spots(request: Request, canvas: Slice, masks: dict[str, Mask], side: Side) -> dict[str, FindSpot]:
    frame, pixels = canvas.frame, canvas.pixels
    x, y = frame.grid(request.hw)
    inside = (x / 0.68) ** 2 + (y / 0.66) ** 2 < 1
    fat = inside & (pixels > -140) & (pixels < -40)
    if request.variant.name == "pelvis":
        ring = (np.abs(x) > 0.14) & (np.abs(x) < 0.42) & (y > -0.2) & (y < 0.4)
        return {"ureter": within(fat & ring, frame, _ureter, 0.8)}
    areas: dict[str, tuple[Mask, Where, float]] = {
        "liver": (masks["liver"], _liver_lobe, 0.7),
        "node": (fat & (x > -0.25) & (x < 0.55) & (y > -0.25) & (y < 0.35), _retroperitoneum, 0.55),
        "kidney": (masks[f"kidney_{side}"], _kidney_part, 0.4),
        "pancreas": (fat & _about(masks["pancreas"], canvas.px(0.09)), _pancreas_part, 0.0),
    }
    return {
        group.name: within(area, frame, where, share)
        for group in request.variant.groups
        for area, where, share in [areas[group.name]]
    }


def _about(mask: Mask, width_px: int) -> Mask:
    """The pixels near a structure, without its own: a lump at its edge bulges into the fat."""
    return np.asarray(cv2.blur(mask.astype(np.float32), (2 * width_px + 1, 2 * width_px + 1)) > 0.05) & ~mask


def _liver_lobe(x: float, y: float) -> tuple[str | None, Side | None]:
    return "liver_left_lobe" if x > -0.2 else "liver_right_lobe", None


def _retroperitoneum(x: float, y: float) -> tuple[str | None, Side | None]:
    return None, None


def _kidney_part(x: float, y: float) -> tuple[str | None, Side | None]:
    return "interpolar", side_of(x)


def _pancreas_part(x: float, y: float) -> tuple[str | None, Side | None]:
    return "pancreatic_head" if x < -0.02 else "pancreatic_body" if x < 0.3 else "pancreatic_tail", None


def _ureter(x: float, y: float) -> tuple[str | None, Side | None]:
    return "distal_ureter", side_of(x)
