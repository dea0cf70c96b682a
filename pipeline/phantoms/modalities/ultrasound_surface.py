"""Near the skin, under a linear array: breast, neck, thigh and forearm, and where a site may lie in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.ultrasound_body import Body, Oval, below, laid, with_vessel
from pipeline.phantoms.modalities.ultrasound_fields import Field, Layer, anywhere, layered, linear_field
from pipeline.phantoms.seeds import Random

Side = Literal["left", "right"]

DUAL_VIEW = 0.15
CLEAR_OF_BONE = 1.05
QUADRANTS = (
    "upper_outer_quadrant", "upper_inner_quadrant", "lower_outer_quadrant", "lower_inner_quadrant", "retroareolar",
)  # fmt: skip
SIGNS: Mapping[Side, float] = {"right": -1.0, "left": 1.0}  # of image x: the patient's right is on the image's left

BREAST = (
    Layer(0.03, 0.6, 0.1, 0.15),
    Layer(0.17, 0.4, 0.28, 0.25),
    Layer(0.66, 0.48, 0.22, 0.15),
    Layer(0.76, 0.4, 0.4, 0.25),
    Layer(0.92, 0.38, 0.4, 0.4),
    Layer(1.0, 0.22, 0.2),
)
NECK = (
    Layer(0.03, 0.6, 0.1, 0.15),
    Layer(0.13, 0.36, 0.4, 0.25),
    Layer(0.24, 0.3, 0.5, 0.25),
    Layer(0.8, 0.38, 0.4, 0.2),
    Layer(1.0, 0.3, 0.5),
)
THIGH = (
    Layer(0.03, 0.6, 0.1, 0.15),
    Layer(0.16, 0.38, 0.4, 0.35),
    Layer(0.48, 0.43, 0.33, 0.35),
    Layer(0.86, 0.42, 0.36, 0.2),
    Layer(1.0, 0.34, 0.5),
)
FOREARM = (
    Layer(0.04, 0.6, 0.1, 0.15),
    Layer(0.11, 0.4, 0.3, 0.35),
    Layer(0.42, 0.43, 0.38, 0.3),
    Layer(0.8, 0.41, 0.4, 0.3),
    Layer(1.0, 0.33, 0.6),
)


def breast(request: Request) -> Body:
    """Skin, fat, gland, fat, the pectoral muscle and the pleura."""
    place = QUADRANTS[int(request.patient.integers(len(QUADRANTS)))]
    field = linear_field(request, dual=bool(request.patient.random() < DUAL_VIEW))
    spots = {"mass": anywhere(field, 0.16, 0.72, lambda x, y: Spot((x, y), place, request.laterality))}
    return Body(field, layered(request, field, BREAST), spots)


@dataclass(frozen=True)
class Neck:
    """The patient's own: where lobes, isthmus, trachea and arteries lie."""

    lobes: Mapping[Side, Oval]
    isthmus: Oval
    trachea: Oval
    arteries: Mapping[Side, Oval]


def neck_of(request: Request) -> Neck:
    """In pixels."""
    h, w = request.hw
    share = request.patient.uniform(-1, 1, 5)
    x, y = w * (0.5 + 0.02 * share[0]), h * (0.5 + 0.03 * share[1])
    half, tall, apart = w * (0.16 + 0.01 * share[2]), h * (0.19 + 0.02 * share[3]), w * (0.2 + 0.01 * share[4])
    return Neck(
        {side: Oval((x + sign * apart, y), (half, tall), -sign * 0.15) for side, sign in SIGNS.items()},
        Oval((x, y - 0.5 * tall), (1.2 * apart, 0.28 * tall)),
        Oval((x, y + 0.3 * tall), (apart * 0.5, 0.7 * tall)),
        {side: Oval((x + sign * w * 0.385, y + 0.1 * h), (0.043 * w, 0.043 * w)) for side, sign in SIGNS.items()},
    )


def neck(request: Request) -> Body:
    """Both lobes of the thyroid about the trachea, a carotid artery to each side."""
    field, its = linear_field(request), neck_of(request)
    pixels = layered(request, field, NECK)
    gland = np.minimum.reduce([oval.far(request.hw) for oval in (*its.lobes.values(), its.isthmus)])
    texture = np.float32(0.035) * request.scanner.texture(request.image, request.hw, max(request.hw) / 40, 2)
    pixels = laid(pixels, gland, np.float32(0.52) + texture, 0.3)
    pixels = _with_trachea(pixels, its.trachea, field)
    for artery in its.arteries.values():
        pixels = with_vessel(pixels, artery, 0.07, 0.35)
    anatomy = (
        Anatomy("thyroid_gland", (gland < 1) & field.inside),
        *(
            Anatomy("common_carotid_artery", (oval.far(request.hw) < 1) & field.inside, side)
            for side, oval in its.arteries.items()
        ),
    )
    return Body(field, pixels, dict.fromkeys(("nodule", "focus"), _in_lobes(field, its.lobes)), anatomy)


def _in_lobes(field: Field, lobes: Mapping[Side, Oval]) -> FindSpot:
    def find(random: Random, wh: SiteWh) -> Spot | None:
        side: Side = "right" if random.random() < 0.5 else "left"
        xy = lobes[side].point(np.sqrt(random.random()), random.uniform(0, 2 * np.pi))
        legal = lobes[side].holds(xy, wh) and field.holds(xy, wh)
        return Spot(xy, "thyroid_lobe", side) if legal else None

    return find


def thigh(request: Request) -> Body:
    """Fat, two layers of muscle and the femur."""
    return _limb(request, THIGH, "proximal_thigh", ("vessel",))


def forearm(request: Request) -> Body:
    """Thin fat, tendons and muscles, a bone close to the probe."""
    return _limb(request, FOREARM, "distal_forearm", ("vessel", "bundle"))


def _limb(request: Request, layers: tuple[Layer, ...], place: str, groups: tuple[str, ...]) -> Body:
    h, w = request.hw
    patient = request.patient
    field = linear_field(request)
    pixels = layered(request, field, layers, waves=0.035)
    at, depth = w * patient.uniform(0.25, 0.75), h * patient.uniform(0.97, 1.03)
    bone = Oval((at, depth), (w * patient.uniform(0.16, 0.24), h * 0.17))
    far = bone.far(request.hw)
    pixels = pixels * (1 - np.float32(0.85) * below(far < 1, field))
    pixels = laid(pixels, far, np.float32(0.05) + np.float32(0.25) * np.clip(far - np.float32(0.6), 0, 1), 0.8)
    find = anywhere(field, 0.13, 0.8, lambda x, y: Spot((x, y), place, request.laterality))
    anatomy = (Anatomy("bone", (far < 1) & field.inside, request.laterality),)
    return Body(field, pixels, {group: _clear_of(find, bone) for group in groups}, anatomy)


def _clear_of(find: FindSpot, bone: Oval) -> FindSpot:
    def clear(random: Random, wh: SiteWh) -> Spot | None:
        spot = find(random, wh)
        if spot is None or np.hypot(*bone.at((spot.xy[0], spot.xy[1] + wh[1] / 2))) < CLEAR_OF_BONE:
            return None
        return spot

    return clear


def _with_trachea(pixels: Pixels, trachea: Oval, field: Field) -> Pixels:
    """A bright arc towards the probe, and the dark of air behind it, with faint repeats of the arc."""
    far = trachea.far(field.hw)
    air = np.clip(below(far < 1, field) + (far < 1), 0, 1)
    dark = np.float32(0.1) + np.float32(0.05) * np.sin(field.depth * np.float32(60))
    front = np.arange(field.hw[0])[:, None] < trachea.xy[1]
    arc = np.maximum(1 - np.abs(far - np.float32(1)) * np.float32(8), 0) * front
    return np.asarray(pixels + (dark - pixels) * air + np.float32(0.5) * arc, np.float32)
