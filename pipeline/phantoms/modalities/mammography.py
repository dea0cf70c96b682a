"""Mammograms: a compressed breast before black, glands of four densities, the pectoral wedge of an MLO view."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Mask, Pixels, Spot
from pipeline.phantoms.modalities.mammography_lesions import GROUPS
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import filled, pixel_grid

NOISE = 0.022
RECEPTOR_PX = 2560  # longer side of the picture as a device stores it
FAT, GLAND, MUSCLE = 0.26, 0.2, 0.42


@dataclass(frozen=True)
class Breast:
    """The half ellipse in pixels, chest wall at x = 0 as the left breast is shown."""

    depth: float
    half: float
    middle: float

    def inside(self, hw: tuple[int, int]) -> Mask:
        x, y = pixel_grid(hw)
        return np.asarray((x / self.depth) ** 2 + ((y - self.middle) / self.half) ** 2 < 1)


@dataclass(frozen=True)
class Mammography:
    id: str = "mammography"
    variants: tuple[Variant, ...] = tuple(
        Variant(
            view, "breast", "FFDM", GROUPS, projection=view, axes=("A", foot), lateralities=("left", "right"),
            marker=True, sexes=("F",),
        )
        for view, foot in (("cc", "R"), ("mlo", "F"))
    )  # fmt: skip

    def background(self, request: Request) -> Background:
        h, w = request.hw
        patient, image = request.patient, request.image
        density = patient.uniform(0, 1)
        depth, half, middle = patient.uniform((0.62, 0.38, 0.47), (0.9, 0.47, 0.53))
        breast = Breast(w * depth, h * half, h * middle)
        inside = breast.inside(request.hw)
        pixels = self._tissue(request, breast, inside, density)
        wedge = self._wedge(request) if request.variant.name == "mlo" else np.zeros(request.hw, np.bool_)
        pixels = np.where(wedge, MUSCLE + 0.03 * request.scanner.texture(image, request.hw, w / 20), pixels)
        noise = NOISE * request.scanner.noise_factor
        spacing = float(patient.uniform(0.07, 0.1)) * RECEPTOR_PX / max(h, w)
        right = request.laterality == "right"
        muscle = wedge[:, ::-1] if right else wedge

        def finish(canvas: Pixels, random: Random) -> Pixels:
            blurred = cv2.GaussianBlur(canvas, (0, 0), max(0.35, 0.0009 * w))
            return np.asarray(blurred + noise * request.scanner.noise(random, request.hw), np.float32)

        return Background(
            pixels=_shown(pixels.astype(np.float32), right),
            noise=noise,
            window=(0.04, 0.95),
            spots={group.name: self._spot(request, breast, wedge) for group in GROUPS},
            finish=finish,
            anatomy=(Anatomy("pectoral_muscle", muscle, request.laterality),),
            spacing_mm=(spacing, spacing),
            axes=("P" if right else "A", "F" if request.variant.name == "mlo" else "L" if right else "R"),
            stored="uint12",
        )

    def _tissue(self, request: Request, breast: Breast, inside: Mask, density: float) -> Pixels:
        """Fat, with glandular tissue behind the nipple that falls off to the edge; thin and dark at the skin."""
        h, w = request.hw
        x, y = pixel_grid(request.hw)
        far = np.sqrt((x / breast.depth) ** 2 + ((y - breast.middle) / breast.half) ** 2)
        thick = np.clip((1 - far) * 6, 0, 1)
        where = np.exp(-(((x / breast.depth - 0.5) / 0.38) ** 2) - ((y - breast.middle) / (0.6 * breast.half)) ** 2)
        strands = request.scanner.texture(request.image, request.hw, w / 6, 6)
        ducts = 1 - np.abs(request.scanner.texture(request.image, (h, max(8, w // 3)), w / 9, 3))
        streaks = np.asarray(cv2.resize(ducts, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
        lobes = np.clip(0.25 + 0.75 * density + 0.45 * strands + 0.3 * streaks, 0, 1.6)
        tissue = (FAT + 0.02 * strands + 0.015 * streaks + GLAND * where * lobes) * thick
        skin = np.exp(-(((far - 0.985) / 0.008) ** 2)) * 0.12
        return np.where(inside, tissue + skin, 0.01).astype(np.float32)

    def _wedge(self, request: Request) -> Mask:
        """The pectoral muscle: a triangle in the upper corner at the chest wall."""
        h, w = request.hw
        top, low = w * request.patient.uniform(0.28, 0.42), h * request.patient.uniform(0.45, 0.65)
        return filled(np.array([(0, 0), (top, 0), (0, low)]), request.hw)

    def _spot(self, request: Request, breast: Breast, wedge: Mask) -> FindSpot:
        right, width = request.laterality == "right", request.hw[1]

        def find(random: Random, wh: SiteWh) -> Spot | None:
            far, angle = 0.8 * np.sqrt(random.random()), random.uniform(-np.pi / 2, np.pi / 2)
            x, y = breast.depth * far * np.cos(angle), breast.middle + breast.half * far * np.sin(angle)
            out = (x + wh[0] / 2) / breast.depth, (abs(y - breast.middle) + wh[1] / 2) / breast.half
            if np.hypot(*out) > 0.97 or wedge[min(int(y), wedge.shape[0] - 1), int(x)]:
                return None
            place = "retroareolar" if far > 0.62 and abs(angle) < 0.3 else None
            return Spot((width - x if right else x, y), place, request.laterality)

        return find


def _shown(picture: Pixels, right: bool) -> Pixels:
    """Chest wall on the left for the left breast, on the right for the right one."""
    return np.ascontiguousarray(picture[:, ::-1]) if right else picture


MODALITY = Mammography()
