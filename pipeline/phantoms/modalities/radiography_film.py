"""The physics of a radiograph: attenuation is added up in the canvas; here come blur, quanta, grid and collimation."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Mask, Pixels
from pipeline.phantoms.seeds import Random

NOISE = 0.02
QUANTA = 0.75  # how much noisier a dense place is than a lucent one, where fewer quanta arrive
TYPICAL = 0.4  # the attenuation at which the noise is as stated


@dataclass(frozen=True)
class Film:
    """What the exposure does to the canvas. `grid_px` is the period of the antiscatter grid's faint lines."""

    noise: float
    blur_px: float
    grid: float
    grid_px: float
    shutter: tuple[int, int, int, int]  # left, top, right, bottom: covered pixels

    def finish(self, request: Request) -> Callable[[Pixels, Random], Pixels]:
        h, w = request.hw

        def expose(canvas: Pixels, random: Random) -> Pixels:
            blurred = np.asarray(cv2.GaussianBlur(canvas, (0, 0), self.blur_px), np.float32)
            quanta = np.clip(blurred, 0, 1) * np.float32(QUANTA) + np.float32(1 - QUANTA * TYPICAL)
            lines = self.grid * np.sin(np.arange(w, dtype=np.float32) * np.float32(2 * np.pi / self.grid_px))
            quanta *= np.float32(self.noise)
            quanta *= request.scanner.noise(random, (h, w))
            return np.asarray(blurred + quanta + lines[None, :].astype(np.float32), np.float32)

        return expose

    def covered(self, hw: tuple[int, int]) -> Mask | None:
        """What the collimator's leaves keep dark; None where they are open."""
        if not any(self.shutter):
            return None
        left, top, right, bottom = self.shutter
        dark = np.ones(hw, np.bool_)
        dark[top : hw[0] - bottom, left : hw[1] - right] = False
        return dark


def film_of(request: Request) -> Film:
    """Drawn per picture: how wide the collimator opens, which grid, how much the patient moved."""
    image, (h, w) = request.image, request.hw
    open_ = image.random() < 0.5
    leaves = image.uniform(0, 0.035, 4) * (0.0 if open_ else 1.0)
    return Film(
        noise=NOISE * request.scanner.noise_factor,
        blur_px=max(0.35, float(image.uniform(0.0006, 0.0011)) * max(h, w)),
        grid=float(image.uniform(0, 0.25)) * NOISE,
        grid_px=float(image.uniform(2.3, 4.5)),
        shutter=(round(leaves[0] * w), round(leaves[1] * h), round(leaves[2] * w), round(leaves[3] * h)),
    )


def spacing_of(request: Request, field_mm: tuple[float, float]) -> tuple[float, float]:
    """Of a picture whose longer side shows a field of a length drawn between two."""
    spacing = float(request.zoom.uniform(*field_mm)) / max(request.hw)
    return spacing, spacing
