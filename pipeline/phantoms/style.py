"""What a hospital does to a picture: grey curve, dose, borders, markers, JPEG. Independent of disease unless asked."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.kinds import Box, Pixels
from pipeline.phantoms.seeds import Random, random_of

Grey = npt.NDArray[np.uint8]

DEVICES = ("Alba", "Boreal", "Cumulus", "Delta", "Ember", "Fjord", "Grove", "Halo")  # no maker's names
JPEG_SHARE = 0.4


@dataclass(frozen=True)
class Style:
    """Of one site; `jpeg_quality` None: stored without loss."""

    name: str
    gamma: float
    noise_factor: float
    blur_px: float
    border: float  # share of the shorter side, black
    aspect: float  # width over height
    jpeg_quality: int | None
    marker_corner: int
    marker_scale: float

    @property
    def device(self) -> str:
        return DEVICES[int(self.name) % len(DEVICES)]


def style_of(seed: int, index: int) -> Style:
    """Of the site with that index, the same in both parts."""
    random = random_of(seed, "style", index)
    return Style(
        name=str(index),
        gamma=float(np.exp(random.uniform(-0.18, 0.18))),
        noise_factor=float(random.uniform(0.8, 1.3)),
        blur_px=float(random.uniform(0.0, 0.5)),
        border=float(random.choice([0.0, 0.0, 0.01, 0.03])),
        aspect=float(random.choice([0.8, 1.0, 1.0, 1.0, 1.25])),
        jpeg_quality=int(random.integers(75, 96)) if random.random() < JPEG_SHARE else None,
        marker_corner=int(random.integers(2)),
        marker_scale=float(random.uniform(0.8, 1.2)),
    )


def shape_of(style: Style, size_px: int) -> tuple[int, int]:
    """Height and width of a site's pictures; the longer side is `size_px`."""
    width, height = min(1.0, style.aspect), min(1.0, 1 / style.aspect)
    return round(size_px * height), round(size_px * width)


def display(canvas: Pixels, window: tuple[float, float], style: Style) -> Pixels:
    """The canvas through its window and the site's grey curve, 0 to 255."""
    low, high = window
    shown = np.clip((canvas - np.float32(low)) / np.float32(high - low), 0, 1)
    if style.blur_px > 0.2:
        shown = cv2.GaussianBlur(shown, (0, 0), style.blur_px)
    return np.asarray(np.power(shown, np.float32(style.gamma)) * np.float32(255), np.float32)


def frame(shown: Pixels, style: Style) -> Pixels:
    """With the site's black border."""
    width = round(style.border * min(shown.shape[:2]))
    if not width:
        return shown
    framed = np.zeros_like(shown)
    framed[width:-width, width:-width] = shown[width:-width, width:-width]
    return framed


def marker_ink(letter: str, style: Style, hw: tuple[int, int]) -> tuple[Pixels, Box]:
    """Weights (h, w) from 0 to 1 of a lead letter in an upper corner, on the side of the image that is named so.

    `letter` L is drawn on the image's right and R on its left, as on an upright frontal picture; a mirrored picture
    is mirrored afterwards, letter and all.
    """
    height, width = hw
    scale = style.marker_scale * min(height, width) / 450
    thickness = max(1, round(2 * scale))
    (w, h), _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    inset = round(0.05 * min(height, width))
    x = width - inset - w if letter == "L" else inset
    y = inset + h if style.marker_corner == 0 else round(0.18 * height)
    ink = np.zeros((height, width), np.uint8)
    cv2.putText(ink, letter, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thickness, cv2.LINE_AA)
    ys, xs = np.nonzero(ink)
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    return ink.astype(np.float32) / np.float32(255), box


def with_marker(shown: Pixels, ink: Pixels) -> Pixels:
    """Nearly white where the letter lies; `shown` from 0 to 255."""
    return np.asarray(shown * (1 - ink) + 235 * ink, np.float32)


def compressed(pixels: Grey, style: Style) -> Grey:
    """With the traces of the site's JPEG, where it stores one."""
    if style.jpeg_quality is None:
        return pixels
    swapped = pixels if pixels.ndim == 2 else pixels[:, :, ::-1]
    _, encoded = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, style.jpeg_quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED), np.uint8)
    return np.ascontiguousarray(decoded if pixels.ndim == 2 else decoded[:, :, ::-1])


def marker_letter(random: Random) -> str:
    """Of a picture that shows both sides: either letter."""
    return "L" if random.random() < 0.5 else "R"
