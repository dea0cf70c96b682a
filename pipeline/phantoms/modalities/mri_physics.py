"""What a scanner does: a coil's uneven field, ghosts along the phase direction, magnitude noise, no absolute scale."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.mri_frame import Frame
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.texture import Scanner, blobs

NOISE = 0.036  # white is about 1
GHOSTED = 0.3  # of the pictures
GHOST = (0.01, 0.05)
BIAS = 0.11
TRIES = 12


@dataclass(frozen=True)
class Scene:
    """A body part before the scanner: `canvas` on the frame's grid, `width_mm` the true width of 2 half widths."""

    frame: Frame
    canvas: Pixels
    spots: Mapping[str, FindSpot]
    anatomy: tuple[Anatomy, ...]
    width_mm: float


def acquired(request: Request, scene: Scene, blur: float = 0.0011, noise: float = NOISE) -> Background:
    """`blur` is a share of the picture's longer side; the window's top has nothing to do with the tissue's values."""
    pixels, image = scene.frame.enlarged(scene.canvas), request.image
    sigma = noise * request.scanner.noise_factor
    ghost = float(image.uniform(*GHOST)) if image.random() < GHOSTED else 0.0
    copies, gain = int(image.integers(2, 5)), float(image.uniform(0.95, 1.25))
    spacing = scene.width_mm * float(request.zoom.uniform(0.92, 1.08)) / (2 * scene.frame.half[0])

    def finish(canvas: Pixels, random: Random) -> Pixels:
        # The ghost is of the anatomy alone: what lies at a site must not show elsewhere in the picture.
        signal = canvas + np.float32(ghost) * np.roll(pixels, pixels.shape[0] // copies, axis=0) if ghost else canvas
        signal = cv2.GaussianBlur(signal, (0, 0), max(0.35, blur * max(request.hw)))
        return magnitude(signal * bias(random, request.hw), sigma, request.scanner, random)

    return Background(
        pixels=pixels,
        noise=sigma,
        window=(0.0, gain),
        spots={name: persistent(find) for name, find in scene.spots.items()},
        finish=finish,
        anatomy=scene.anatomy,
        spacing_mm=(spacing, spacing),
        stored="uint12",
    )


def persistent(find: FindSpot) -> FindSpot:
    """Large things fit at few places: several tries for each that the plan makes, so that none is left out for size."""

    def again(random: Random, wh: SiteWh) -> Spot | None:
        return next((spot for _ in range(TRIES) if (spot := find(random, wh)) is not None), None)

    return again


def bias(random: Random, hw: tuple[int, int]) -> Pixels:
    """A smooth factor about 1 over the picture."""
    coarse = blobs(random, (16, 16), 6.0)
    return np.asarray(cv2.resize(1 + np.float32(BIAS) * coarse, (hw[1], hw[0]), interpolation=cv2.INTER_LINEAR))


def magnitude(signal: Pixels, sigma: float, scanner: Scanner, random: Random) -> Pixels:
    """Rician: the length of a complex number whose two parts are noisy. The second part's noise is the first's, turned
    by half a circle, which is independent but for the point in the middle and costs nothing.
    """
    real = np.float32(sigma) * scanner.noise(random, (signal.shape[0], signal.shape[1]))
    shown, turned = signal + real, real[::-1, ::-1]
    return np.asarray(np.sqrt(shown * shown + turned * turned), np.float32)  # cv2.magnitude's last digit is not fixed
