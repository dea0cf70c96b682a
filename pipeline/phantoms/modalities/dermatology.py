"""Skin of six tones, by dermoscope (a round field on black, or the whole picture) and as clinical photographs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels, Spot
from pipeline.phantoms.modalities import dermatology_lesions as lesions
from pipeline.phantoms.modalities import dermatology_skin as skin
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import tinted
from pipeline.phantoms.texture import colour_grain

NOISE = 0.032
BORDER = 0.06  # of the picture: there is the ruler, and no lesion
FIELD_MM = (9.0, 20.0)  # width that a dermoscope shows

SURFACE = {"margin": ("circumscribed", "ill-defined", "irregular"), "texture": ("homogeneous", "granular")}
PIGMENTED = {**SURFACE, "colour": lesions.PIGMENT}
VASCULAR = {**SURFACE, "colour": lesions.BLOOD}

GROUPS = (
    Group(
        "pigmented",
        (
            Kind("melanoma", "finding", lesions.melanoma, SURFACE, {"colour": "several"}),
            Kind("seborrhoeic_keratosis", "finding", lesions.seborrhoeic_keratosis,
                 {name: PIGMENTED[name] for name in ("texture", "colour")}, {"margin": "circumscribed"}),
            Kind("freckle", "mimic", lesions.freckle, PIGMENTED, {}),
        ),
        weight=1.5,
    ),
    Group(
        "carcinoma",
        (
            Kind("basal_cell_carcinoma", "finding", lesions.basal_cell_carcinoma, VASCULAR),
            Kind("squamous_cell_carcinoma", "finding", lesions.squamous_cell_carcinoma, VASCULAR),
            Kind("skin_scar", "mimic", lesions.skin_scar, VASCULAR),
        ),
    ),
    Group(
        "red_or_brown",
        (
            Kind("angioma", "finding", lesions.angioma, SURFACE, {"colour": "red"}),
            Kind("pigmented_naevus", "finding", lesions.pigmented_naevus, SURFACE, {"colour": "brown"}),
            Kind("insect_bite", "mimic", lesions.insect_bite, SURFACE),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Dermatology:
    id: str = "dermatology"
    variants: tuple[Variant, ...] = (
        Variant("dermoscopy_round", "skin", "dermoscopy", GROUPS, weight=0.7),
        Variant("dermoscopy", "skin", "dermoscopy", GROUPS, weight=0.7),
        Variant("clinical", "skin", "clinical", GROUPS),
    )

    def background(self, request: Request) -> Background:
        image, hw = request.image, request.hw
        dermoscopic, is_round = request.variant.technique == "dermoscopy", request.variant.name == "dermoscopy_round"
        pixels = skin.skin(request, dermoscopic)
        millimetre_px = max(hw) / request.zoom.uniform(*FIELD_MM)
        ink = None if dermoscopic else skin.ink_mark(image, hw)
        pixels = ink.over(pixels) if ink else pixels
        gain = skin.vignette(hw, image.uniform(0.1, 0.45)) if dermoscopic else skin.flash(image, hw)
        radius = min(hw) * image.uniform(0.47, 0.5)
        noise = NOISE * request.scanner.noise_factor
        return Background(
            pixels=np.asarray(pixels * tinted(gain, (1, 1, 1)), np.float32),
            noise=noise,
            window=(0.0, 1.0),
            spots={group.name: _in_circle(hw, radius) if is_round else _in_frame(hw) for group in GROUPS},
            finish=_finish(request, noise, None if is_round else millimetre_px),
            spacing_mm=(1 / millimetre_px, 1 / millimetre_px) if dermoscopic else None,
            outside=skin.lens_circle(hw, radius) if is_round else None,
        )


def _finish(request: Request, noise: float, millimetre_px: float | None) -> Callable[[Pixels, Random], Pixels]:
    """Hair, gel and ruler before the lens, then the sensor's noise: grey, with a little of colour."""

    def finish(canvas: Pixels, random: Random) -> Pixels:
        overlays = [skin.hair(random, request.hw)]
        if request.variant.technique == "dermoscopy":
            overlays.append(skin.gel_bubbles(random, request.hw))
        if millimetre_px is not None:
            overlays.append(skin.ruler(random, request.hw, millimetre_px))
        for overlay in overlays:
            canvas = overlay.over(canvas) if overlay else canvas
        return canvas + colour_grain(request.scanner, random, request.hw, noise)

    return finish


def _in_frame(hw: tuple[int, int]) -> FindSpot:
    def find(random: Random, wh: SiteWh) -> Spot | None:
        low = [BORDER * side + length / 2 for side, length in zip(hw[::-1], wh, strict=True)]
        x, y = (start + (side - 2 * start) * random.random() for start, side in zip(low, hw[::-1], strict=True))
        return Spot((x, y))

    return find


def _in_circle(hw: tuple[int, int], radius_px: float) -> FindSpot:
    """The box' corners lie in the field."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = random.uniform(-1, 1, 2) * radius_px
        if np.hypot(abs(x) + wh[0] / 2, abs(y) + wh[1] / 2) > 0.95 * radius_px:
            return None
        return Spot((hw[1] / 2 + x, hw[0] / 2 + y))

    return find


MODALITY = Dermatology()
