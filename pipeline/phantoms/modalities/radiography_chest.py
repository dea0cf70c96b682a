"""Frontal chest radiographs: lungs, heart, mediastinum, vessels and devices. Attenuation adds up."""

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.modalities.radiography_chest_bones import bones_layer, ink_layer, ribs_of, strokes
from pipeline.phantoms.modalities.radiography_chest_shape import SIDES, Chest, axes_of, chest_of, heart_mask, lung_mask
from pipeline.phantoms.modalities.radiography_chest_spots import chest_spots
from pipeline.phantoms.modalities.radiography_film import film_of, spacing_of
from pipeline.phantoms.shapes import Points

TISSUE, AIR_IN_LUNG, BELOW, HEART = 0.6, 0.42, 0.14, 0.06
BRANCHES = 9  # of vessels, on each side
MEDIASTINUM = (
    (-0.16, -0.3), (0.16, -0.3), (0.2, 0.1), (0.27, 0.19), (0.25, 0.29), (0.22, 0.38), (0.3, 0.62), (-0.22, 0.75),
    (-0.24, 0.5), (-0.18, 0.2),
)  # in halves off the midline and heights of the lung; the aortic knob on the image's right  # fmt: skip


def chest_background(request: Request) -> Background:
    chest, film = chest_of(request), film_of(request)
    ribs = ribs_of(chest, request.patient)
    heart = heart_mask(chest)
    organs = _soft_organs(chest, heart)
    pixels = _field(request, chest, organs) + bones_layer(request, chest, ribs) * (1 - np.float32(0.55) * organs)
    pixels += _vessels(request, chest) + devices_layer(request, chest)
    return Background(
        pixels=np.asarray(pixels, np.float32),
        noise=film.noise,
        window=(0.02 + request.image.uniform(-0.02, 0.02), 1.06 + request.image.uniform(-0.08, 0.08)),
        spots=chest_spots(chest, ribs),
        finish=film.finish(request),
        anatomy=(
            Anatomy("heart", heart),
            *(Anatomy("lung", lung_mask(chest, side), side) for side in SIDES),
        ),
        spacing_mm=spacing_of(request, (370, 440)),
        outside=film.covered(chest.hw),
    )


def _field(request: Request, chest: Chest, organs: Pixels) -> Pixels:
    """Body against air, and the lungs' air by their depth where no organ takes its place."""
    h, w = chest.hw
    half = (max(48, h // 2), max(48, w // 2))  # its borders are soft, as the lung thins out there
    tissue, depth = (
        np.asarray(cv2.resize(each, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
        for each in (_tissue(request, chest, half), _depth(chest, half))
    )
    mottle = request.scanner.texture(request.image, chest.hw, max(chest.hw) / 22, 4)
    depth *= 1 - np.float32(0.86) * organs
    depth *= np.float32(AIR_IN_LUNG) + np.float32(0.03) * mottle
    tissue -= depth
    tissue += np.float32(HEART) * organs
    tissue += np.float32(0.006) * mottle
    return tissue - _bubble(request, chest)


def _tissue(request: Request, chest: Chest, hw: tuple[int, int]) -> Pixels:
    """The body without the lungs' air, denser below the diaphragm and at the midline."""
    x, y = axes_of(hw)
    off, dome = chest.off(x), chest.diaphragm(x)
    shoulder = chest.top - 0.045 + 0.09 * np.clip((off - 0.3) / 0.9, 0, 1.2) ** 1.5 - 0.3 * np.exp(-((off / 0.36) ** 4))
    flank = 1.16 + 0.5 * np.clip((0.5 - y) / 0.22, 0, 1) ** 2
    body = np.clip((y - shoulder) * 30, 0, 1) * np.clip((flank - off) * 8, 0, 1)
    below = BELOW * np.clip(1.25 - off, 0, 1) * np.clip((y - dome) * 9, 0, 1)
    return np.asarray(body * (TISSUE + below) + _midline(request, off, y), np.float32)


def _depth(chest: Chest, hw: tuple[int, int]) -> Pixels:
    """How much air a ray crosses, 0 to 1."""
    x, y = axes_of(hw)
    off = chest.off(x)
    depth = np.sqrt(np.clip((chest.wall(y) - off) * 2.6, 0, 1))
    depth *= np.clip((off - chest.medial(y)) * 9, 0, 1)
    depth *= np.clip((chest.diaphragm(x) - y) * 70, 0, 1)
    return np.asarray(depth * (y > chest.top), np.float32)


def _bubble(request: Request, chest: Chest) -> Pixels:
    """Gas in the stomach below the left dome, on some pictures."""
    h, w = chest.hw
    there, u, v, r = request.image.random(4)
    ink = np.zeros(chest.hw, np.uint8)
    if there < 0.45:
        centre = (chest.x_at("left", 0.35 + 0.3 * u) * w, (chest.dome[1] + 0.09 + 0.03 * v) * h)
        cv2.ellipse(ink, (centre, ((0.1 + 0.1 * r) * w, 0.07 * h), 0.0), 255, -1, cv2.LINE_AA)
    return ink_layer(ink, 0.006 * w, 0.14)


def _midline(request: Request, off: Pixels, y: Pixels) -> Pixels:
    """The spine's row of bodies, and the air of the trachea before it."""
    count, phase = request.patient.uniform(15, 18), request.patient.uniform(0, 1)
    bodies = 0.75 + 0.25 * np.clip(np.cos(2 * np.pi * (y * count + phase)) * 3 + 1.5, -1, 1)
    spine = np.clip((0.11 - off) * 22, 0, 1) * bodies * 0.12
    trachea = np.clip((0.055 - off) * 40, 0, 1) * np.clip((0.4 - y) * 14, 0, 1) * np.clip((y - 0.01) * 20, 0, 1) * 0.12
    gradient = 0.06 * np.clip(1 - off / 0.2, 0, 1)
    return np.asarray(spine - trachea + gradient, np.float32)


def _soft_organs(chest: Chest, heart: Mask) -> Pixels:
    """Heart, mediastinum with the aortic knob, and hila, their borders blurred by motion."""
    h, w = chest.hw
    ink = np.zeros(chest.hw, np.uint8)
    x, half, height = chest.mid, chest.half[0], chest.dome[0] - chest.top
    points = np.array([((x + u * half) * w, (chest.top + v * height) * h) for u, v in MEDIASTINUM])
    cv2.fillPoly(ink, [np.round(points * 16).astype(np.int32)], 225, cv2.LINE_AA, 4)
    for side in (-1, 1):
        centre = ((x + side * 0.27 * half) * w, (chest.top + (0.44 - 0.03 * side) * height) * h)
        axes = (0.075 * half * w, 0.075 * height * h)
        cv2.ellipse(ink, (centre, (2 * axes[0], 2 * axes[1]), 0.0), 110, -1, cv2.LINE_AA)
    ink[heart] = 255
    return ink_layer(ink, 0.006 * w, 1.0)


def _vessels(request: Request, chest: Chest) -> Pixels:
    """Branches that leave the hila, fork twice and taper towards the wall."""
    h, w = chest.hw
    patient, height = request.patient, chest.dome[0] - chest.top
    out = np.repeat([-1.0, 1.0], BRANCHES)
    hila = [(chest.x_at(side, 0.28), chest.top + 0.45 * height) for side in SIDES]
    at = np.repeat(np.array(hila), BRANCHES, axis=0)
    heading = np.tile(np.linspace(-1.35, 1.35, BRANCHES), 2) + patient.uniform(-0.15, 0.15, len(out))
    ink = np.zeros(chest.hw, np.uint8)
    for order, share in enumerate((0.009, 0.005, 0.0025)):
        turn, length = patient.uniform(-0.4, 0.4, len(out)), patient.uniform(0.8, 1.1, len(out)) * (0.16 - 0.03 * order)
        to = at + length[:, None] * _ahead(out, heading)
        bent = (at + to) / 2 + 0.012 * np.sign(turn)[:, None]
        twig = to + 0.09 * _ahead(out, heading - 1.4 * turn)
        strokes(ink, np.stack([at, bent, to], axis=1) * (w, h), share * w, 190 - 40 * order)
        strokes(ink, np.stack([to, twig], axis=1) * (w, h), 0.5 * share * w, 170 - 40 * order)
        at, heading = to, heading + turn
    return ink_layer(ink, 0.002 * w, 0.085)


def _ahead(out: Points, heading: Points) -> Points:
    return np.stack([0.7 * out * np.cos(heading), np.sin(heading)], axis=1)


def devices_layer(request: Request, chest: Chest) -> Pixels:
    """Leads with their electrodes, a central line, a tube: nuisance, oftener on AP views, whatever the disease."""
    h, w = chest.hw
    image = request.image
    often = 0.45 if request.variant.projection == "ap" else 0.12
    has, path, at = image.random(3) < often, image.uniform(-0.1, 0.1, (3, 4)), image.uniform(0.1, 0.9, (3, 2))
    ink = np.zeros(chest.hw, np.uint8)
    t = np.linspace(0, 1, 24)
    for (x, y), (a, b, c, d) in zip(at, path, strict=True) if has[0] else ():
        lead = np.stack([x + (a - 0.3) * t + c * np.sin(5 * t), y + (b - 0.5) * t + d * np.cos(4 * t)], axis=1)
        strokes(ink, [lead * (w, h)], 0.003 * w, 200)
        electrode = (round(float(lead[0, 0]) * w), round(float(lead[0, 1]) * h))
        cv2.circle(ink, electrode, max(2, round(0.011 * w)), 220, -1, cv2.LINE_AA)
    if has[1]:
        line = chest.x_at("right", 0.12) + 0.1 * path[0, 0] - 0.08 * (1 - t) ** 3
        strokes(ink, [np.stack([line, chest.top + 0.34 * t], axis=1) * (w, h)], 0.004 * w, 200)
    if has[2]:
        down = chest.dome[0] + 0.12 if path[1, 0] > 0 else 0.3  # to the stomach, or in the trachea
        tube = np.stack([chest.mid + 0.008 + 0.05 * np.clip(t - 0.8, 0, 1), down * t - 0.02], axis=1)
        strokes(ink, [tube * (w, h)], 0.008 * w, 200)
    return ink_layer(ink, 0.0, 0.24)
