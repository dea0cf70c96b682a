"""Axial T2 of the prostate: a mottled transition zone in a bright peripheral one, before the rectum."""

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame, both, curve, oval, over, ramp, shifted
from pipeline.phantoms.modalities.mri_lesions import encapsulated, lens, lines, signed
from pipeline.phantoms.modalities.mri_physics import Scene, acquired
from pipeline.phantoms.modalities.mri_techniques import DARK, MASS
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.texture import blobs

WIDTH_MM = 62.0
SMUDGED = {**DARK, "shape": "lens", "margin": "ill-defined"}
FOCUS = Group(
    "focus",
    (
        Kind("prostate_cancer_focus", "finding", signed(lens, -1), MASS, SMUDGED),
        Kind("bph_nodule", "finding", signed(encapsulated, -1), MASS, {**DARK, "margin": "circumscribed"}),
        Kind("prostate_fibrous_streak", "mimic", signed(lines, -1), {}, {**DARK, "shape": "linear"}),
    ),
    reach=(0.15, 0.15, 0.15, 0.15),
)
VARIANTS = (Variant("prostate_t2", "prostate", "T2", (FOCUS,), plane="axial", axes=("L", "P"), sexes=("M",)),)
FAT, MUSCLE, BONE, ZONE, PERIPHERY, CAPSULE = 0.82, 0.2, 0.5, 0.56, 0.72, 0.2
TRANSITION, RECTUM = oval(0, -0.18, 0.68, 0.62), oval(0, 1.55, 0.6, 0.5)


def background(request: Request) -> Background:
    """A field of 10 to 14 cm."""
    h, w = request.hw
    patient, image = request.patient, request.image
    half = min(h, w) * patient.uniform(0.26, 0.34)
    frame = Frame(
        request.hw, shifted(image, request.hw, (w / 2, 0.47 * h), 0.015), (half, half * patient.uniform(0.78, 0.9))
    )
    canvas = _gland(request, frame, _pelvis(request, frame))
    anatomy = (Anatomy("prostate", frame.mask(oval(0, 0, 1, 1))), Anatomy("rectum", frame.mask(RECTUM)))
    return acquired(request, Scene(frame, canvas, {"focus": _focus(frame)}, anatomy, WIDTH_MM))


def _pelvis(request: Request, frame: Frame) -> Pixels:
    """Fat, obturator and levator muscles, pubic bones, rectum, and a net of veins about the gland."""
    grain = request.scanner.texture(request.image, frame.grid, frame.on_grid(0.3), 4)
    veins = ramp(-np.abs(blobs(request.patient, frame.grid, frame.on_grid(0.2))), -0.2, 0.2)
    canvas = FAT + np.float32(0.04) * grain - np.float32(0.3) * veins
    obturator = curve((1.3, -1.7), (1.45, -0.7), (1.4, 0.7), (1.75, 1.3), (2.4, 0.8), (2.4, -1.9))
    canvas = over(canvas, frame.area(*both(obturator)), MUSCLE + np.float32(0.03) * grain)
    pubis = curve((0.12, -1.45), (0.5, -1.2), (1.2, -1.5), (2.4, -2.1), (1.9, -3.0), (0.12, -2.1))
    canvas = over(canvas, frame.line(0.1, *both(pubis)), 0.08)
    canvas = over(canvas, frame.area(*both(pubis)), BONE + np.float32(0.05) * grain)
    levator = curve((1.08, -0.6), (1.12, 0.2), (0.95, 1.1), (0.75, 1.9))
    canvas = over(canvas, frame.line(0.09, *both(levator)), MUSCLE)
    canvas = over(canvas, frame.area(RECTUM), MUSCLE + 0.08)
    canvas = over(canvas, frame.area(oval(0, 1.55, 0.47, 0.37)), 0.42 + np.float32(0.08) * grain)
    air = request.patient.uniform(0.1, 0.25)
    return over(canvas, frame.area(oval(0.05, 1.42, 0.3, air)), 0.02)


def _gland(request: Request, frame: Frame, canvas: Pixels) -> Pixels:
    """Nodular inside, with the dark stroma in front and the urethra; the zone behind and beside is bright."""
    grain = request.scanner.texture(request.image, frame.grid, frame.on_grid(0.2), 4)
    nodular = blobs(request.patient, frame.grid, frame.on_grid(0.24))
    canvas = over(canvas, frame.area(oval(0, 0, 1.03, 1.04)), CAPSULE)
    canvas = over(canvas, frame.area(oval(0, 0, 0.99, 0.99)), PERIPHERY + np.float32(0.015) * grain)
    canvas = over(canvas, frame.area(TRANSITION * 1.03 + (0, 0.005)), 0.32)
    canvas = over(canvas, frame.area(TRANSITION), ZONE + np.float32(0.035) * nodular + np.float32(0.015) * grain)
    stroma = curve((-0.42, -0.8), (-0.2, -0.62), (0, -0.56), (0.2, -0.62), (0.42, -0.8), (0.3, -0.96), (-0.3, -0.96))
    canvas = over(canvas, 0.85 * frame.area(stroma), 0.22)
    return over(canvas, 0.6 * frame.area(oval(0, 0.12, 0.07, 0.09)), 0.8)


def _focus(frame: Frame) -> FindSpot:
    """In either zone, the whole of it within the gland."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = random.uniform(-0.88, 0.88), random.uniform(-0.6, 0.88)
        w, h = frame.shares(wh)
        if np.hypot(abs(x) + 0.36 * w, abs(y) + 0.36 * h) > 0.97 or abs(x) < min(0.14, w / 2):
            return None
        inner = (x / 0.68) ** 2 + ((y + 0.18) / 0.62) ** 2 < 1
        place = "transition_zone" if inner else "peripheral_zone"
        return Spot(frame.at(x, y), place, "left" if x > 0 else "right")

    return find
