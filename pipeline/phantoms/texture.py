"""Random textures and noise: two scanners whose backgrounds and noise spectra differ, the second held out for tests."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from pipeline.phantoms.kinds import Pixels
from pipeline.phantoms.seeds import Random


def white(random: Random, hw: tuple[int, int]) -> Pixels:
    """Independent normal numbers of unit variance."""
    return random.standard_normal(hw, dtype=np.float32)


def blobs(random: Random, hw: tuple[int, int], cell_px: float) -> Pixels:
    """Smooth hills of about `cell_px`, mean 0, unit variance: white noise on a coarse grid, enlarged by splines."""
    coarse = white(random, (max(2, round(hw[0] / cell_px)) + 1, max(2, round(hw[1] / cell_px)) + 1))
    field = np.asarray(cv2.resize(coarse, (hw[1], hw[0]), interpolation=cv2.INTER_CUBIC), np.float32)
    return field * np.float32(1.12)  # splines lower the variance


def octaves(random: Random, hw: tuple[int, int], cell_px: float, count: int = 4, roughness: float = 0.5) -> Pixels:
    """Sum of `count` blob fields, each of half the cell and `roughness` the height of the last; about unit variance.

    What would be finer than 1.5 pixels is left out.
    """
    heights = roughness ** np.arange(count)
    field = np.zeros(hw, np.float32)
    for height, cell in zip(heights, cell_px / 2.0 ** np.arange(count), strict=True):
        if cell >= 1.5:
            field += np.float32(height) * blobs(random, hw, float(cell))
    return field / np.float32(np.sqrt((heights**2).sum()))


@dataclass(frozen=True)
class Scanner:
    """`b` is held out: ridged textures where `a` has hills, and noise without its finest and coarsest waves.

    `noise_factor` is the site's dose or gain: what a modality takes for its noise is to be multiplied by it.
    """

    name: Literal["a", "b"] = "a"
    noise_factor: float = 1.0

    def texture(self, random: Random, hw: tuple[int, int], cell_px: float, count: int = 4) -> Pixels:
        """Mean about 0, unit variance."""
        field = octaves(random, hw, cell_px, count)
        if self.name == "a":
            return field
        return (np.float32(0.8) - np.abs(field)) * np.float32(1.66)

    def noise(self, random: Random, hw: tuple[int, int]) -> Pixels:
        """Mean 0, unit variance, a value a pixel."""
        grain = white(random, hw)
        if self.name == "a":
            return grain
        fine = cv2.GaussianBlur(grain, (3, 3), 0.6)
        return np.asarray((fine - cv2.blur(fine, (5, 5))) * 2.22, np.float32)


def colour_grain(scanner: Scanner, random: Random, hw: tuple[int, int], sigma: float) -> Pixels:
    """Noise of a colour camera, (h, w, 3): of its brightness a value a pixel, of its hue one for two pixels by two.

    A sensor has one filter a pixel, so hues are interpolated; `sigma` is the standard deviation of the brightness.
    """
    grey, half = scanner.noise(random, hw), ((hw[0] + 1) // 2, (hw[1] + 1) // 2)
    hue = cv2.resize(scanner.noise(random, half), (hw[1], hw[0]), interpolation=cv2.INTER_LINEAR)
    mixture = np.float32(sigma) * np.array([(1, 0.35), (1, -0.1), (1, -0.45)], np.float32)
    return np.asarray(cv2.transform(cv2.merge([grey, hue]), mixture), np.float32)
