"""Fundus photographs: a round field on black, disc, cup, fovea and arcades; the disc's side alone tells the eye."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.modalities.fundus_eye import Eye, eye_of, field_mask, oval, vessel_ink
from pipeline.phantoms.modalities.fundus_lesions import CUP, DISC, GROUPS
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import pixel_grid, polar, soft

NOISE = 0.016
FUNDUS = (0.78, 0.40, 0.15)
RIM, CUP_COLOUR = (0.95, 0.66, 0.33), (1.0, 0.88, 0.62)
BLOOD = (0.24, 0.50, 0.36)  # share of the light that a thick vessel takes away
LARGE_CUP = 0.25  # of eyes without glaucoma: wide by nature
COARSE_GAIN = 1.6  # what enlarging noise to twice its size takes away
COARSE = 3  # shading is computed at a third of the resolution


@dataclass(frozen=True)
class Head:
    """The optic nerve head: `state` is the label drawn, empty for a healthy one; `cup_disc` the ratio of heights."""

    state: str
    cup_disc: float

    @property
    def has_cup(self) -> bool:
        return self.state not in ("disc_swelling", "optic_disc_drusen")

    @property
    def cup_label(self) -> str:
        wide = self.state == "" and self.cup_disc > 0.45
        return "physiologic_large_cup" if wide else "optic_cup"


def head_of(request: Request) -> Head:
    """As `request.extents` asks for it; the patient's draws are the same whatever it asks."""
    state = "".join(request.extents.values())
    low, large, wide = request.patient.random(3)
    if state in ("glaucomatous_cupping", "glaucoma"):
        return Head(state, 0.74 + 0.14 * wide)
    return Head(state, 0.48 + 0.1 * wide if large < LARGE_CUP else 0.2 + 0.2 * low)


@dataclass(frozen=True)
class Fundus:
    id: str = "fundus"
    variants: tuple[Variant, ...] = (
        Variant(
            "macula", "retina", "colour", (*GROUPS, CUP), weight=4.0, axes=("L", "F"), lateralities=("left", "right")
        ),
        Variant(
            "disc", "retina", "colour",
            (*(replace(group, strata=("tiny", "small", "medium")) for group in GROUPS), DISC),
            axes=("L", "F"), lateralities=("left", "right"),
        ),
    )  # fmt: skip

    def background(self, request: Request) -> Background:
        eye = eye_of(request.patient, request.hw, request.laterality or "right", request.variant.name == "disc")
        head = head_of(request)
        ink = vessel_ink(request.patient, eye, request.hw)
        inside = _field(request, eye)
        pixels = _with_head(_ground(request, eye), request, eye, head)
        if head.state == "disc_swelling":
            ink = ink * (1 - 0.85 * soft(_disc_mask(request.hw, eye, head), 0.12 * eye.disc_radius))
        pixels = pixels * cv2.merge([1 - ink * np.float32(share) for share in BLOOD])
        pixels[~inside] = 0
        noise = NOISE * request.scanner.noise_factor
        return Background(
            pixels=pixels.astype(np.float32),
            noise=noise,
            window=(0.0, 1.0),
            spots={group.name: _spot(eye) for group in GROUPS},
            finish=_finish(request, noise),
            anatomy=_anatomy(request, eye, head, inside),
            spacing_mm=(1 / eye.px_per_mm, 1 / eye.px_per_mm),
            outside=~inside,
        )


def _field(request: Request, eye: Eye) -> Mask:
    """The round field, in some pictures with a notch at its edge."""
    inside = field_mask(request.hw, eye.centre, eye.radius)
    notched, angle = request.image.random() < 0.4, request.image.uniform(0, 2 * np.pi)
    if notched:
        at = np.array(eye.centre) + polar(eye.radius, angle)
        out = oval(request.hw, (float(at[0]), float(at[1])), 0.045 * eye.radius, 0.045 * eye.radius)
        inside = inside & ~out
    return inside


def _ground(request: Request, eye: Eye) -> Pixels:
    """Retina over choroid: darker at the fovea and towards the edge, with the picture's own light and colour cast."""
    h, w = request.hw
    small = (-(-h // COARSE), -(-w // COARSE))
    x, y = ((each + 0.5) * COARSE - 0.5 for each in pixel_grid(small))
    light = _light(request.image, x, y, eye)
    far = np.hypot(x - eye.fovea[0], y - eye.fovea[1]) / eye.px_per_mm
    macula = 1 - 0.20 * np.exp(-((far / 1.1) ** 2)) - 0.14 * np.exp(-((far / 0.35) ** 2))
    pigment = request.patient.uniform(0.82, 1.12, 3) * (1, 1, 1)
    cast = request.image.uniform(0.92, 1.08, 3) * request.image.uniform(0.86, 1.1)
    tint = np.array(FUNDUS) * (pigment[0], pigment[0] * (0.9 + 0.2 * (pigment[1] - 0.82)), pigment[2]) * cast
    patches = request.scanner.texture(request.image, small, small[1] / 9, 4)
    layers = np.stack(
        [light * macula**0.5 * (1 + 0.025 * patches), light * macula * (1 + 0.05 * patches), light * macula], axis=2
    )
    coarse = (layers * tint.astype(np.float32)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _light(image: Random, x: Pixels, y: Pixels, eye: Eye) -> Pixels:
    """Vignetting about a lamp off the middle, and in some pictures a pale reflection at the edge of the field."""
    off, fall = image.uniform(-0.2, 0.2, 2), image.uniform(0.2, 0.42)
    u, v = (x - eye.centre[0]) / eye.radius, (y - eye.centre[1]) / eye.radius
    light = 1.06 - fall * ((u - off[0]) ** 2 + (v - off[1]) ** 2)
    shown, angle, strong = image.random() < 0.3, image.uniform(0, 2 * np.pi), image.uniform(0.15, 0.35)
    if shown:
        far = (u - 1.05 * np.cos(angle)) ** 2 + (v - 1.05 * np.sin(angle)) ** 2
        light = light + strong * np.exp(-far / 0.06)
    return np.asarray(light, np.float32)


def _with_head(ground: Pixels, request: Request, eye: Eye, head: Head) -> Pixels:
    """The disc and its cup; swollen: wide, its edge lost; drusen: lumps in place of a cup."""
    bright = np.float32(ground[int(eye.centre[1]), int(eye.centre[0])].max() / FUNDUS[0])
    size, lumps = eye.disc_radius, request.patient.uniform(-1, 1, (9, 2))
    disc = _disc_mask(request.hw, eye, head)
    edge = soft(disc, size * (0.28 if head.state == "disc_swelling" else 0.05))
    pixels = _blended(ground, edge, RIM, bright)
    if head.has_cup:
        pixels = _blended(pixels, soft(_cup_mask(request.hw, eye, head), 0.07 * size), CUP_COLOUR, bright)
    if head.state == "optic_disc_drusen":
        for x, y in 0.55 * size * lumps:
            lump = oval(request.hw, (eye.disc[0] + x, eye.disc[1] + y), 0.24 * size, 0.24 * size)
            pixels = _blended(pixels, 0.8 * soft(lump & disc, 0.05 * size), CUP_COLOUR, bright)
    return pixels


def _blended(pixels: Pixels, weights: Pixels, colour: tuple[float, float, float], bright: np.float32) -> Pixels:
    """Mixed by the weights, where there are any."""
    done, rows, columns = pixels.copy(), np.flatnonzero(weights.any(axis=1)), np.flatnonzero(weights.any(axis=0))
    if len(rows):
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        weight = weights[part][:, :, None]
        done[part] += weight * (np.array(colour, np.float32) * bright - done[part])
    return done


def _disc_mask(hw: tuple[int, int], eye: Eye, head: Head) -> Mask:
    wide = 1.3 if head.state == "disc_swelling" else 1.0
    return oval(hw, eye.disc, 0.92 * wide * eye.disc_radius, wide * eye.disc_radius)


def _cup_mask(hw: tuple[int, int], eye: Eye, head: Head) -> Mask:
    """Round within the oval disc; a glaucomatous one is taller, so that the rim is thin above and below."""
    tall = head.cup_disc * eye.disc_radius
    return oval(hw, eye.disc, 0.92 * tall if head.state == "" else 0.8 * tall, tall)


def _anatomy(request: Request, eye: Eye, head: Head, inside: Mask) -> tuple[Anatomy, ...]:
    hw, side = request.hw, request.laterality
    disc = Anatomy("optic_disc", _disc_mask(hw, eye, head) & inside, side)
    if request.variant.name == "disc":
        return (disc,)
    cup = Anatomy(head.cup_label, _cup_mask(hw, eye, head) & inside, side)
    reach = 0.75 * eye.px_per_mm
    return disc, cup, Anatomy("fovea", oval(hw, eye.fovea, reach, reach) & inside, side)


def _spot(eye: Eye) -> FindSpot:
    """Anywhere in the field off the disc."""
    side: Literal["left", "right"] = "right" if eye.nasal > 0 else "left"

    def find(random: Random, wh: SiteWh) -> Spot | None:
        angle, far = random.uniform(0, 2 * np.pi), eye.radius * np.sqrt(random.random())
        x, y = eye.centre[0] + far * np.cos(angle), eye.centre[1] + far * np.sin(angle)
        reach = 0.5 * float(np.hypot(*wh))
        from_disc = float(np.hypot(x - eye.disc[0], y - eye.disc[1]))
        if far + reach > 0.95 * eye.radius or from_disc < 1.15 * eye.disc_radius + reach:
            return None
        return Spot((x, y), eye.place(x, y), side, float(np.arctan2(y - eye.disc[1], x - eye.disc[0])))

    return find


def _finish(request: Request, noise: float) -> Callable[[Pixels, Random], Pixels]:
    h, w = request.hw
    blur_px = min(h, w) * request.image.uniform(0.0008, 0.0022)

    def finish(canvas: Pixels, random: Random) -> Pixels:
        """Optical blur; grain of the sensor, the same in all colours but for a coarser part."""
        sharp = cv2.GaussianBlur(canvas, (0, 0), blur_px) if blur_px > 0.25 else canvas
        grain = np.float32(noise) * request.scanner.noise(random, (h, w))
        coarse = np.float32(0.5 * noise * COARSE_GAIN) * request.scanner.noise(random, (h // 2, w // 2))
        half = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)
        shared = np.float32(0.85) * grain
        return np.asarray(sharp + cv2.merge((shared + half, grain, shared - half)), np.float32)

    return finish


MODALITY = Fundus()
