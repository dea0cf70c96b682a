"""OCT: B-scans through the macula, whose rows lie three to five times closer than their columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Pixels, Spot
from pipeline.phantoms.modalities.oct_lesions import groups
from pipeline.phantoms.modalities.oct_scan import Scan, fovea_mask, rendered, scan_of
from pipeline.phantoms.seeds import Random

NOISE = 0.055
DARK_NOISE = 0.4  # of the noise stays where nothing reflects
RPE_MM = 0.012  # from the pigment epithelium's inner edge to its middle
FLOOR = 0.045  # what the detector reads where nothing reflects
HOLE_HEIGHT = (0.78, 2.6)  # of a hole's box, in thicknesses of the fovea: its lips are raised


@dataclass(frozen=True)
class Oct:
    id: str = "oct"
    variants: tuple[Variant, ...] = (
        Variant(
            "macula", "macula", "B-scan", groups(("tiny", "small", "medium", "large"), "large"), weight=3.0,
            axes=("L", "P"), lateralities=("left", "right"),
        ),
        Variant(
            "wide", "macula", "B-scan", groups(("tiny", "small", "medium"), "medium"),
            axes=("L", "P"), lateralities=("left", "right"),
        ),
    )  # fmt: skip

    def background(self, request: Request) -> Background:
        scan = scan_of(request)
        noise = NOISE * request.scanner.noise_factor
        side = request.laterality
        deep = _deep_spot(scan)
        return Background(
            pixels=rendered(request, scan),
            noise=noise,
            window=(0.0, 1.0),
            spots={"fluid": deep, "deposit": deep, "hole": _hole_spot(scan), "surface": _surface_spot(scan)},
            finish=_finish(request, noise),
            anatomy=(Anatomy("fovea", fovea_mask(scan), side),),
            spacing_mm=(1 / scan.px_per_mm[1], 1 / scan.px_per_mm[0]),
        )


def _deep_spot(scan: Scan) -> FindSpot:
    """On the pigment epithelium, and no taller than the retina there."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x = random.uniform(0.04, 0.96) * scan.hw[1]
        slope, base = scan.slope(scan.rpe, x, wh[0]), scan.at(scan.rpe, x) - RPE_MM * scan.px_per_mm[1]
        sunk = abs(slope) * wh[0] / 2
        if wh[1] + 2 > base + sunk - scan.at(scan.ilm, x) or sunk > 0.5 * wh[1]:
            return None
        return Spot((x, base + sunk - wh[1] / 2), scan.place(x), _side(scan), local={"slope": slope})

    return find


def _hole_spot(scan: Scan) -> FindSpot:
    """At the fovea, down to the pigment epithelium."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x = scan.fovea_x + random.uniform(-0.1, 0.1) * scan.px_per_mm[0]
        base = scan.at(scan.rpe, x) - RPE_MM * scan.px_per_mm[1]
        thick = base - scan.at(scan.ilm, x)
        if not HOLE_HEIGHT[0] * thick <= wh[1] <= HOLE_HEIGHT[1] * thick:
            return None
        columns = np.clip(np.round(x + np.linspace(-1.2, 1.2, 25) * wh[0]), 0, scan.hw[1] - 1).astype(int)
        surface = (np.linspace(-2.4, 2.4, 25), scan.ilm[columns] - (base - wh[1] / 2))
        return Spot((x, base - wh[1] / 2), "etdrs_centre", _side(scan), local={"surface": surface})

    return find


def _surface_spot(scan: Scan) -> FindSpot:
    """On the inner surface, wherever it is not too steep."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x = random.uniform(0.04, 0.96) * scan.hw[1]
        if abs(scan.slope(scan.ilm, x, wh[0])) * wh[0] > 1.5 * wh[1] + 2:
            return None
        slope = scan.slope(scan.ilm, x, wh[0])
        y = scan.at(scan.ilm, x) - 0.2 * wh[1]
        return Spot((x, y), "vitreoretinal_interface", _side(scan), local={"slope": slope})

    return find


def _side(scan: Scan) -> Literal["left", "right"]:
    return "right" if scan.nasal > 0 else "left"


def _finish(request: Request, noise: float) -> Callable[[Pixels, Random], Pixels]:
    roll = request.image.uniform(0.0, 0.18)  # signal lost towards the bottom

    def finish(canvas: Pixels, random: Random) -> Pixels:
        """Speckle: grains wider than tall, stronger where more light comes back; less signal with depth."""
        grain = cv2.GaussianBlur(request.scanner.noise(random, request.hw), (5, 1), 0.7, sigmaY=0.01) * np.float32(1.5)
        lit = np.maximum(canvas, np.float32(FLOOR))
        level = DARK_NOISE + (1 - DARK_NOISE) * 2 * np.clip(canvas, 0, 0.75)
        fall = 1 - roll * np.linspace(0, 1, request.hw[0], dtype=np.float32)[:, None] ** 2
        return np.asarray(lit * fall + np.float32(noise) * level * grain, np.float32)

    return finish


MODALITY = Oct()
