"""What drawings on a radiograph share: coordinates along a direction, borders, clouds, lines and dots."""

import cv2
import numpy as np

from pipeline.phantoms.kinds import Mask, Patch, Pixels
from pipeline.phantoms.shapes import Points, long_side
from pipeline.phantoms.texture import blobs

TEXTURE = {"texture": ("homogeneous", "heterogeneous")}
EDGE = {**TEXTURE, "margin": ("circumscribed", "ill-defined")}


def turned_coordinates(patch: Patch, angle: float) -> tuple[Pixels, Pixels]:
    """Along and across a direction in pixels, in units of half the box' shorter side; 0 at its centre."""
    x1, y1, x2, y2 = patch.box_xyxy
    unit = min(x2 - x1, y2 - y1) / 2
    x = ((np.arange(patch.hw[1], dtype=np.float32) + 0.5 - (x1 + x2) / 2) / unit)[None, :]
    y = ((np.arange(patch.hw[0], dtype=np.float32) + 0.5 - (y1 + y2) / 2) / unit)[:, None]
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cosine + y * sine, y * cosine - x * sine


def looks(patch: Patch, mask: Mask) -> Pixels:
    """What the texture asks for within the mask: clouds of mean 0, small against the cues of the kinds."""
    if patch.attributes.get("texture") != "heterogeneous":
        return np.zeros(patch.hw, np.float32)
    clouds = np.clip(blobs(patch.random, patch.hw, max(2.0, 0.2 * long_side(patch))), -1.5, 1.5)
    return np.asarray(0.28 * (clouds - clouds[mask].mean()) * mask, np.float32)


def edge_of(patch: Patch, sharp: float = 0.015) -> float:
    """The width of a border in pixels, as the attribute asks."""
    ill = patch.attributes.get("margin") == "ill-defined"
    return (0.07 if ill else sharp) * long_side(patch)


def lines(patch: Patch, ends: Points, width: float) -> Pixels:
    """Straight lines (n, 2, 2) in box coordinates -1 to 1, smooth, 1 where they run; `width` of the long side."""
    x1, y1, x2, y2 = patch.box_xyxy
    middle, half = np.array([x1 + x2, y1 + y2]) / 2 - 0.5, np.array([x2 - x1, y2 - y1]) / 2 - 0.5
    fixed = np.round((middle + half * ends) * 16).astype(np.int32)
    ink = np.zeros(patch.hw, np.uint8)
    cv2.polylines(ink, list(fixed), False, 255, max(1, round(width * long_side(patch))), cv2.LINE_AA, 4)
    return ink.astype(np.float32) / np.float32(255)


def dots(patch: Patch, centres: Points, radii: list[float]) -> Pixels:
    """Discs in box coordinates, their radii in shares of half the shorter side."""
    x1, y1, x2, y2 = patch.box_xyxy
    ink = np.zeros(patch.hw, np.uint8)
    for (u, v), radius in zip(centres, radii, strict=True):
        x, y = (x1 + x2) / 2 - 0.5 + u * (x2 - x1) / 2, (y1 + y2) / 2 - 0.5 + v * (y2 - y1) / 2
        size = max(0.5, radius * min(x2 - x1, y2 - y1) / 2)
        cv2.circle(ink, (round(x * 16), round(y * 16)), round(size * 16), 255, -1, cv2.LINE_AA, 4)
    return ink.astype(np.float32) / np.float32(255)
