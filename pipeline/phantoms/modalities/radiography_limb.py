"""Radiographs of a forearm, a lower leg and a knee, seen from the front: hollow bones within soft tissue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request, SiteWh
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.modalities.radiography_film import film_of, spacing_of
from pipeline.phantoms.seeds import Random

SOFT, CORTEX, MARROW = 0.22, 1.9, 1.55  # attenuation per half width of the picture, of what the ray crosses
Profile = Sequence[tuple[float, float, float]]  # share of height, centre lateral of the midline, half width


@dataclass(frozen=True)
class Bone:
    """A tube by rows: `centre`, `half` (h,) in pixels, `half` 0 where the bone is not; `hollow` the share of marrow."""

    label: str
    centre: Pixels
    half: Pixels
    hollow: Pixels
    shaft: tuple[float, float]  # rows of it, in shares of the height
    ends: tuple[tuple[float, float], ...]  # rows of its metaphyses

    def attenuation(self, hw: tuple[int, int], reach: float) -> Pixels:
        """Of a ray through it: longest at the cortex' inner border. `reach` is the half width that counts as 1."""
        x = np.arange(hw[1], dtype=np.float32)[None, :] + np.float32(0.5)
        half = np.maximum(self.half, 1e-3)[:, None]
        far = ((x - self.centre[:, None]) / half) ** 2
        whole = np.sqrt(np.clip(1 - far, 0, 1))
        inner = np.sqrt(np.clip(self.hollow[:, None] ** 2 - far, 0, 1))
        return np.asarray((CORTEX * whole - MARROW * inner) * np.sqrt(half / np.float32(reach)) * 0.5, np.float32)

    def mask(self, hw: tuple[int, int]) -> Mask:
        x = np.arange(hw[1], dtype=np.float32)[None, :] + np.float32(0.5)
        return np.asarray(np.abs(x - self.centre[:, None]) < self.half[:, None])


@dataclass(frozen=True)
class Shape:
    """How a bone is made: its profile from above to below, how hollow it is, and where shaft and metaphyses lie."""

    label: str
    profile: Profile
    hollow: float
    shaft: tuple[float, float]
    ends: tuple[tuple[float, float], ...]


FOREARM = (
    Shape(
        "radius",
        ((0.12, 0.075, 0.02), (0.13, 0.075, 0.055), (0.17, 0.08, 0.055), (0.21, 0.08, 0.036), (0.26, 0.07, 0.05),
         (0.45, 0.115, 0.045), (0.65, 0.125, 0.05), (0.76, 0.105, 0.07), (0.83, 0.095, 0.098), (0.865, 0.1, 0.1),
         (0.885, 0.13, 0.06), (0.895, 0.16, 0.015)),
        0.62, (0.3, 0.68), ((0.74, 0.84),),
    ),
    Shape(
        "ulna",
        ((0.03, -0.04, 0.03), (0.05, -0.04, 0.075), (0.12, -0.06, 0.085), (0.18, -0.07, 0.06), (0.3, -0.085, 0.05),
         (0.5, -0.11, 0.042), (0.7, -0.1, 0.036), (0.82, -0.08, 0.046), (0.85, -0.08, 0.046), (0.865, -0.1, 0.015)),
        0.6, (0.28, 0.68), ((0.72, 0.82),),
    ),
)  # fmt: skip
LEG = (
    Shape(
        "tibia",
        ((-0.1, -0.05, 0.11), (0.2, -0.045, 0.095), (0.5, -0.04, 0.09), (0.68, -0.045, 0.11), (0.78, -0.05, 0.155),
         (0.845, -0.05, 0.16), (0.855, -0.06, 0.15), (0.87, -0.15, 0.06), (0.92, -0.165, 0.045), (0.935, -0.165, 0.01)),
        0.66, (0.12, 0.6), ((0.68, 0.81),),
    ),
    Shape(
        "fibula",
        ((-0.1, 0.16, 0.042), (0.3, 0.165, 0.04), (0.62, 0.15, 0.042), (0.8, 0.135, 0.055), (0.9, 0.14, 0.06),
         (0.95, 0.145, 0.045), (0.965, 0.145, 0.01)),
        0.55, (0.12, 0.62), ((0.72, 0.84),),
    ),
)  # fmt: skip
KNEE = (
    Shape(
        "femur",
        ((-0.1, -0.01, 0.12), (0.1, -0.01, 0.125), (0.22, -0.01, 0.155), (0.32, -0.01, 0.23), (0.39, 0.0, 0.265),
         (0.44, 0.0, 0.265), (0.475, 0.0, 0.235), (0.487, 0.0, 0.19)),
        0.78, (0.05, 0.2), ((0.16, 0.32),),
    ),
    Shape(
        "tibia",
        ((0.513, 0.0, 0.235), (0.525, 0.0, 0.262), (0.56, 0.0, 0.262), (0.64, -0.01, 0.2), (0.74, -0.02, 0.145),
         (0.88, -0.025, 0.115), (1.1, -0.03, 0.105)),
        0.8, (0.78, 0.95), ((0.62, 0.8),),
    ),
    Shape(
        "fibula",
        ((0.6, 0.25, 0.012), (0.615, 0.25, 0.05), (0.66, 0.245, 0.062), (0.72, 0.225, 0.045), (0.85, 0.215, 0.038),
         (1.1, 0.215, 0.036)),
        0.6, (0.78, 0.95), (),
    ),
)  # fmt: skip
SHAPES: Mapping[str, tuple[Shape, ...]] = {"forearm": FOREARM, "leg": LEG, "knee": KNEE}
LIMB: Mapping[str, Profile] = {
    "forearm": ((0.0, 0.0, 0.28), (0.2, 0.0, 0.31), (0.5, 0.0, 0.27), (0.85, 0.0, 0.19), (1.0, 0.0, 0.22)),
    "leg": ((0.0, 0.03, 0.34), (0.35, 0.03, 0.3), (0.7, 0.02, 0.25), (0.9, 0.02, 0.27), (1.0, 0.02, 0.3)),
    "knee": ((0.0, 0.0, 0.4), (0.25, 0.0, 0.38), (0.45, 0.0, 0.37), (0.7, 0.0, 0.36), (1.0, 0.02, 0.33)),
}
SMALL: Mapping[str, Sequence[tuple[float, float, float, float, int]]] = {
    "forearm": (
        (0.0, 0.03, 0.12, 0.07, 150),
        (0.095, 0.925, 0.045, 0.024, 200),
        (0.02, 0.92, 0.05, 0.026, 200),
        (-0.06, 0.93, 0.04, 0.022, 200),
        (0.09, 0.975, 0.04, 0.025, 200),
        (0.0, 0.975, 0.04, 0.028, 210),
        (-0.08, 0.975, 0.042, 0.025, 200),
    ),
    "leg": ((-0.02, 0.925, 0.14, 0.05, 200), (0.0, 1.0, 0.13, 0.06, 150)),
    "knee": ((0.0, 0.36, 0.12, 0.085, 90), (0.035, 0.508, 0.018, 0.016, 150), (-0.035, 0.508, 0.018, 0.016, 150)),
}  # centre lateral of the midline, height, half axes, level of 255
THIRDS = {"forearm": (0.33, 0.66), "leg": (0.1, 0.55)}  # where proximal ends and distal begins; a leg's top is cut off
FIELD_MM = {"forearm": (300.0, 360.0), "leg": (260.0, 330.0), "knee": (180.0, 240.0)}
REACH = 0.11  # of the width: the half width of a bone whose attenuation counts as 1


@dataclass(frozen=True)
class Pose:
    """How a limb lies in the picture. `lateral` is the image direction of its outer side: 1 for a left limb."""

    hw: tuple[int, int]
    lateral: float
    middle: float
    lean: float
    scale: float
    shift: float


def pose_of(request: Request) -> Pose:
    patient, image = request.patient, request.image
    return Pose(
        hw=request.hw,
        lateral=-1.0 if request.laterality == "right" else 1.0,
        middle=0.5 + patient.uniform(-0.04, 0.04) + image.uniform(-0.006, 0.006),
        lean=patient.uniform(-0.07, 0.07),
        scale=patient.uniform(0.9, 1.1),
        shift=patient.uniform(-0.015, 0.015) + image.uniform(-0.005, 0.005),
    )


def rows_of(pose: Pose, profile: Profile, smooth: float = 0.008) -> tuple[Pixels, Pixels]:
    """Centre and half width of each row in pixels; a half width of 0 above the first and below the last entry."""
    h, w = pose.hw
    y = (np.arange(h) + 0.5) / h - pose.shift
    at, centre, half = (np.array(each) for each in zip(*profile, strict=True))
    along = pose.middle + pose.lateral * pose.scale * np.interp(y, at, centre) + pose.lean * (y - 0.5)
    wide = pose.scale * np.interp(y, at, half) * ((y >= at[0]) & (y <= at[-1]))
    size = 2 * round(2.5 * smooth * h) + 1
    both = cv2.GaussianBlur(np.stack([along, wide], axis=1), (1, size), 0, sigmaY=max(0.4, smooth * h)) * w
    inside = (y >= at[0]) & (y <= at[-1])
    return both[:, 0].astype(np.float32), np.where(inside, both[:, 1], 0).astype(np.float32)


def bones_of(request: Request, pose: Pose) -> tuple[Bone, ...]:
    """The patient's bones: each a little thicker or thinner, with a cortex of its own."""
    bones = []
    for shape in SHAPES[request.variant.body_part]:
        thick, hollow = request.patient.uniform(0.92, 1.08), shape.hollow + request.patient.uniform(-0.05, 0.05)
        centre, half = rows_of(pose, shape.profile)
        narrow = float(np.median(half[half > 0]))
        share = np.clip(hollow + 0.3 * (1 - narrow / np.maximum(half, 1)), hollow, 0.93).astype(np.float32)
        bones.append(Bone(shape.label, centre, half * np.float32(thick), share, shape.shaft, shape.ends))
    return tuple(bones)


def limb_background(request: Request) -> Background:
    pose, film = pose_of(request), film_of(request)
    bones = bones_of(request, pose)
    part, (h, w) = request.variant.body_part, request.hw
    pixels = _tissue(request, pose)
    dense = sum((each.attenuation(request.hw, REACH * w) for each in bones), np.zeros(request.hw, np.float32))
    dense += _small_bones(request, pose)
    struts = request.scanner.texture(request.image, request.hw, max(h, w) / 45, 3)
    pixels += dense * (1 + np.float32(0.06) * struts)
    return Background(
        pixels=np.asarray(pixels, np.float32),
        noise=film.noise,
        window=(-0.01 + request.image.uniform(-0.02, 0.01), 1.0 + request.image.uniform(-0.06, 0.1)),
        spots={
            "shaft": partial(_on_bone, pose, bones, part, False),
            "metaphysis": partial(_on_bone, pose, bones, part, True),
            "lucency": partial(_on_bone, pose, bones, part, True),
            "joint_margin": partial(_at_margin, pose, bones),
        },
        finish=film.finish(request),
        anatomy=tuple(Anatomy(each.label, each.mask(request.hw), request.laterality) for each in bones),
        spacing_mm=spacing_of(request, FIELD_MM[part]),
        outside=film.covered(request.hw),
    )


def _tissue(request: Request, pose: Pose) -> Pixels:
    """A rounded limb of muscle with streaks of fat, within air."""
    h, w = pose.hw
    centre, half = rows_of(pose, LIMB[request.variant.body_part], 0.05)
    thick = request.patient.uniform(0.92, 1.2)
    x = np.arange(w, dtype=np.float32)[None, :] + np.float32(0.5)
    round_ = np.sqrt(np.clip(1 - ((x - centre[:, None]) / np.maximum(half[:, None] * np.float32(thick), 1)) ** 2, 0, 1))
    streaks = request.scanner.texture(request.image, (max(8, h // 4), w), w / 14, 3)
    streaks = np.asarray(cv2.resize(streaks, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(0.02 + SOFT * thick * round_ * (1 + np.float32(0.05) * streaks), np.float32)


def _small_bones(request: Request, pose: Pose) -> Pixels:
    """What else is in the picture: carpus, talus, humerus, kneecap."""
    h, w = pose.hw
    ink = np.zeros(pose.hw, np.uint8)
    for u, v, wide, tall, level in SMALL[request.variant.body_part]:
        x = (pose.middle + pose.lateral * pose.scale * u + pose.lean * (v - 0.5)) * w
        centre, turn = (x, (v + pose.shift) * h), float(request.patient.uniform(-12, 12))
        for size, dense in ((2.0, 1.0), (1.72, 0.8)):  # the cortex about the rest
            axes = (size * wide * pose.scale * w, size * tall * h)
            cv2.ellipse(ink, (centre, axes, turn), dense * level, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.004 * w), np.float32) * np.float32(0.5 / 255)


def _on_bone(pose: Pose, bones: tuple[Bone, ...], part: str, at_end: bool, random: Random, wh: SiteWh) -> Spot | None:
    """On a shaft or near a bone's end, no wider than the bone there."""
    h = pose.hw[0]
    bone = bones[int(random.integers(len(bones)))]
    ends = bone.ends if at_end else (bone.shaft,)
    if not ends:
        return None
    low, high = ends[int(random.integers(len(ends)))]
    share, across = random.uniform(low, high), random.uniform(-1, 1)
    row = min(max(round((share + pose.shift) * h), 0), h - 1)
    room = float(bone.half[row]) - wh[0] / 2
    if room < -0.15 * wh[0]:
        return None
    x = float(bone.centre[row]) + across * max(0.0, room) * 0.9
    return Spot((x, float(row)), _place(part, share), "left" if pose.lateral > 0 else "right")


def _place(part: str, share: float) -> str | None:
    """Of a long bone; a knee picture has no word for the bones beside the joint."""
    if part == "knee":
        return None
    top, low = THIRDS[part]
    return f"{'proximal' if share < top else 'shaft' if share < low else 'distal'}_{part}"


def _at_margin(pose: Pose, bones: tuple[Bone, ...], random: Random, wh: SiteWh) -> Spot:
    """At one of the four corners of the joint, on the outer side of the bone."""
    h = pose.hw[0]
    bone, share = ((bones[0], 0.455), (bones[1], 0.535))[int(random.integers(2))]
    out, deep = (-1.0 if random.integers(2) else 1.0), random.uniform(0.25, 0.5)
    row = round((share + pose.shift + random.uniform(-0.012, 0.012)) * h)
    x = float(bone.centre[row] + out * (bone.half[row] + deep * wh[0]))
    place = "lateral_compartment" if out == pose.lateral else "medial_compartment"
    return Spot((x, float(row)), place, "left" if pose.lateral > 0 else "right", local={"outwards_x": out})
