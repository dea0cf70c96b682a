"""Parts of lesions on CT that several kinds share: soft edges, calcium, tubes that branch, rings."""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.phantoms.kinds import Box, Drawn, Mask, Patch, Pixels
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    Points,
    coordinates,
    ellipse,
    filled,
    fitted,
    outline,
    soft,
    spiked,
    turned,
    with_contrast,
)  # fmt: skip
from pipeline.phantoms.texture import blobs

REACH = (0.2, 0.2, 0.2, 0.2)  # of all groups: soft edges, rims and haze end there
EDGE = {"circumscribed": 0.0, "lobulated": 0.0, "spiculated": 0.01, "ill-defined": 0.065}  # share of the long axis
CALCIUM = {"coarse": (0.19, 1), "punctate": (0.11, 4)}  # radius in half axes, number


def long_px(patch: Patch) -> float:
    x1, y1, x2, y2 = patch.box_xyxy
    return float(max(x2 - x1, y2 - y1))


def lump_mask(patch: Patch, rough: float = 0.06) -> Mask:
    """An outline after the attributes margin and shape."""
    margin, shape = patch.attributes.get("margin"), patch.attributes.get("shape")
    if margin == "spiculated":
        points = spiked(patch.random, int(patch.random.integers(9, 13)), 0.4)
    elif margin == "lobulated":
        points = outline(patch.random, 0.02, lobes=int(patch.random.integers(5, 8)))
    else:
        points = outline(patch.random, 0.22 if shape == "irregular" else 0.01 if shape == "round" else rough)
    return filled(fitted(points, patch.box_xyxy), patch.hw)


def softened(patch: Patch, mask: Mask, least: float = 0.0) -> Pixels:
    """The mask with the edge that the attribute margin asks for."""
    return soft(mask, max(least, EDGE.get(patch.attributes.get("margin", ""), 0.0)) * long_px(patch))


def emptied(patch: Patch, mask: Mask, like: float = np.inf) -> Patch:
    """With nothing of the surroundings left in the mask but their mean: what fills a place hides what was there.

    Pixels that differ from the mask's median by more than `like` stay, as bone does at an edge.
    """
    middle = np.median(patch.pixels[mask])
    alike = mask & (np.abs(patch.pixels - middle) < like)
    if not alike.any():
        return patch
    pixels = patch.pixels.copy()
    pixels[alike] = pixels[alike].mean()
    return replace(patch, pixels=pixels)


def mottled(patch: Patch, pattern: Pixels, height: float = 0.45) -> Pixels:
    """With uneven density, where the attribute texture says heterogeneous."""
    if patch.attributes.get("texture") != "heterogeneous":
        return pattern
    hills = blobs(patch.random, patch.hw, max(2.0, 0.2 * long_px(patch)))
    return np.asarray(pattern * (1 + height * hills), np.float32)


def calcified(patch: Patch, pattern: Pixels, sign: float = 1.0, height: float = 2.2) -> Pixels:
    """With the attribute's calcium, brighter than the surroundings whatever the sign of the lesion."""
    kind = patch.attributes.get("calcification")
    u, v = coordinates(patch)
    if kind == "rim":
        far = np.hypot(u, v)
        return np.asarray(pattern + sign * height * 0.4 * ((far > 0.74) & (far < 0.96)), np.float32)
    if kind not in CALCIUM:
        return pattern
    radius, count = CALCIUM[kind]
    spots = np.zeros(patch.hw, np.bool_)
    for x, y in patch.random.uniform(-0.45, 0.45, (count, 2)):
        spots |= np.hypot(u - x, v - y) < radius
    return np.asarray(np.where(spots, sign * height, pattern), np.float32)


def tubes(patch: Patch, paths: list[Points], widths: list[float]) -> Mask:
    """Lines of given widths (shares of the long axis) that together fill the box; points in any unit."""
    half = max(widths) * long_px(patch) / 2
    x1, y1, x2, y2 = patch.box_xyxy
    room = max(0.0, min(half, (min(x2 - x1, y2 - y1) - 1) / 2 - 0.5))
    box: Box = (x1 + round(room), y1 + round(room), x2 - round(room), y2 - round(room))
    ends = np.cumsum([len(path) for path in paths])[:-1]
    fixed = np.round(fitted(np.concatenate(paths), box) * 2**FIXED_BITS).astype(np.int32)
    canvas = np.zeros(patch.hw, np.uint8)
    for path, width in zip(np.split(fixed, ends), widths, strict=True):
        cv2.polylines(canvas, [path], False, 1, max(1, round(width * long_px(patch))), cv2.LINE_8, FIXED_BITS)
    inside = np.zeros(patch.hw, np.bool_)
    inside[y1:y2, x1:x2] = canvas[y1:y2, x1:x2] > 0
    return inside | _cross(patch, inside)


def _cross(patch: Patch, mask: Mask) -> Mask:
    """One pixel at each edge of the box that a shape misses by rounding."""
    x1, y1, x2, y2 = patch.box_xyxy
    added = np.zeros(patch.hw, np.bool_)
    ys, xs = np.nonzero(mask)
    for wrong, y, x in (
        (ys.min() > y1, slice(y1, ys.min()), xs[ys.argmin()]),
        (ys.max() < y2 - 1, slice(ys.max(), y2), xs[ys.argmax()]),
        (xs.min() > x1, ys[xs.argmin()], slice(x1, xs.min())),
        (xs.max() < x2 - 1, ys[xs.argmax()], slice(xs.max(), x2)),
    ):
        if wrong:
            added[y, x] = True
    return added


def branching(patch: Patch, width: float = 0.13) -> Mask:
    """A vessel: a stem with four branches, thinner beyond the fork."""
    bend, fork = patch.random.uniform(-0.15, 0.15), patch.random.uniform(0.35, 0.6)
    at = np.linspace(0, 1, 9)
    stem = np.stack([at, 0.12 * np.sin(np.pi * at) + bend * at], axis=1)
    joint = stem[round(fork * 8)]
    arms = [np.array([joint, joint + np.array((0.25, up * 0.4)), (1.0, up)]) for up in (0.55, 0.15, -0.2, -0.55)]
    turn = patch.random.uniform(0, 2 * np.pi)
    paths = [turned(stem[: round(fork * 8) + 1], turn), *(turned(arm, turn) for arm in arms)]
    return tubes(patch, paths, [width, *[width * 0.7] * len(arms)])


def paired(patch: Patch, width: float = 0.15) -> Mask:
    """An artery and its vein side by side along the spot's angle, in a common bend."""
    at = np.linspace(-1, 1, 15)
    bend, turn = patch.random.uniform(0.2, 0.45), patch.spot.angle
    course = bend * np.sin(2.2 * at + patch.random.uniform(0, 6))
    paths = [turned(np.stack([at, course + offset], axis=1), turn) for offset in (-0.24, 0.24)]
    return tubes(patch, paths, [width, width])


def vessel(patch: Patch, sign: float) -> Drawn:
    """Tubular, with a fork; densest along its middle, where the slice runs through most of it."""
    mask = branching(patch, 0.2)
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    pattern = depth / depth.max()
    return with_contrast(patch, mask, mottled(patch, pattern.astype(np.float32)), sign)


def along(patch: Patch) -> tuple[Pixels, Pixels]:
    """Coordinates of the box turned to the spot: outward along its angle, and across."""
    u, v = coordinates(patch)
    cosine, sine = np.float32(np.cos(patch.spot.angle)), np.float32(np.sin(patch.spot.angle))
    return u * cosine + v * sine, v * cosine - u * sine


def band(at: Pixels, centre: float, half: float) -> Pixels:
    """A soft line: 1 at the centre, 0 beyond `half`."""
    return np.asarray(np.clip(1.5 - 1.5 * np.abs(at - np.float32(centre)) / np.float32(half), 0, 1), np.float32)


def loop(patch: Patch, sign: float) -> Drawn:
    """Bowel: a bright wall with folds about a darker content, sometimes with gas."""
    mask = ellipse(patch)
    u, v = coordinates(patch)
    far, angle = np.hypot(u, v), np.arctan2(v, u)
    wall = band(far, 0.84, 0.22)
    folds = 0.55 * (np.cos(8 * angle + patch.random.uniform(0, 6)) > 0.3) * ((far > 0.45) & (far < 0.8))
    pattern = np.where(far < 1.05, wall * 1.6 + folds - 0.35 * (far < 0.6), 0.0)
    return with_contrast(patch, mask, mottled(patch, calcified(patch, pattern.astype(np.float32))), sign)
