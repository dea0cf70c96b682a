"""Endoscopy of colon, oesophagus and stomach in white light, and of the colon in narrow-band light."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Mask, Pixels, Spot
from pipeline.phantoms.modalities import endoscopy_lesions as lesions
from pipeline.phantoms.modalities import endoscopy_tunnel as gut
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import tinted
from pipeline.phantoms.texture import colour_grain

NOISE = 0.03
TEXT = 0.9  # brightness
CLEAR_OF_LUMEN = 1.5  # radii of the lumen: nearer to it nothing can be seen

RAISED = {"shape": ("sessile", "pedunculated", "flat"), "colour": lesions.POLYP}
EDGED = {"margin": ("circumscribed", "ill-defined")}
REDDENED = {**EDGED, "colour": lesions.INFLAMED}
INFLAMED = {**REDDENED, "severity": ("mild", "moderate", "severe")}
PALE = {**EDGED, "colour": lesions.PALE}


def _polyps(raised: Mapping[str, tuple[str, ...]]) -> Group:
    coloured = {name: values for name, values in raised.items() if name == "colour"}
    return Group(
        "polyp",
        (
            Kind("adenoma", "finding", lesions.adenoma, raised),
            Kind("hyperplastic_polyp", "finding", lesions.hyperplastic_polyp, raised),
            Kind("mucosal_fold", "mimic", lesions.mucosal_fold, coloured, {"shape": "crescent"}),
            Kind("residue", "mimic", lesions.residue, EDGED, {"texture": "heterogeneous"}),
        ),
        weight=1.5,
    )


COLITIS = Group(
    "colitis",
    (
        Kind("ulcerative_colitis", "finding", lesions.ulcerative_colitis, INFLAMED, {"distribution": "diffuse"}),
        Kind("crohn_disease", "finding", lesions.crohn_disease, INFLAMED, {"distribution": "multifocal"}),
        Kind("normal_vascular_pattern", "mimic", lesions.normal_vascular_pattern, REDDENED),
    ),
    strata=("small", "medium", "large"),
)
OESOPHAGUS = Group(
    "oesophageal_mucosa",
    (
        Kind("oesophagitis", "finding", lesions.oesophagitis, INFLAMED),
        Kind("barrett_mucosa", "finding", lesions.barrett_mucosa, REDDENED),
        Kind("normal_vascular_pattern", "mimic", lesions.palisade_vessels, REDDENED),
    ),
)
STOMACH = Group(
    "defect",
    (
        Kind("ulcer", "finding", lesions.ulcer, PALE),
        Kind("erosion", "finding", lesions.erosion, PALE),
        Kind("gastric_xanthoma", "mimic", lesions.gastric_xanthoma, PALE),
    ),
)


@dataclass(frozen=True)
class Endoscopy:
    id: str = "endoscopy"
    variants: tuple[Variant, ...] = (
        Variant("colon", "colon", "white light", (_polyps(RAISED), COLITIS), weight=1.5),
        Variant("colon_nbi", "colon", "NBI", (_polyps({"shape": RAISED["shape"]}),), weight=0.5),
        Variant("oesophagus", "oesophagus", "white light", (OESOPHAGUS,)),
        Variant("stomach", "stomach", "white light", (STOMACH,)),
    )

    def background(self, request: Request) -> Background:
        variant, hw = request.variant, request.hw
        narrow = variant.technique == "NBI"
        tunnel = gut.tunnel(request, gut.ORGANS[variant.body_part])
        outside = gut.octagon(hw, request.patient.uniform(0.22, 0.38))
        text = gut.settings_text(request.image, hw)
        noise = NOISE * request.scanner.noise_factor
        find = _on_the_wall(hw, tunnel, outside, narrow)
        return Background(
            pixels=gut.narrow_band(tunnel.pixels) if narrow else tunnel.pixels,
            noise=noise,
            window=(0.0, 1.0),
            spots={group.name: find for group in variant.groups},
            finish=_finish(request, tunnel.wet, noise, text),
            anatomy=(Anatomy("gut_lumen", tunnel.lumen & ~outside, place=clock(hw, *tunnel.lumen_xy)),),
            outside=outside & ~text,
        )


def _finish(request: Request, wet: Pixels, noise: float, text: Mask) -> Callable[[Pixels, Random], Pixels]:
    """Foam and highlights on the mucosa, the scope's motion, the sensor's noise, the processor's text."""

    def finish(canvas: Pixels, random: Random) -> Pixels:
        glints, foam = gut.glints(random, request.hw, wet), np.float32(0.6) * gut.bubbles(random, request.hw)
        bright = tinted(np.maximum(glints, foam), (1, 1, 1))
        moved = gut.shaken(canvas + bright * (1 - canvas), random)
        seen = moved + colour_grain(request.scanner, random, request.hw, noise)
        seen[text] = TEXT
        return seen

    return finish


def _on_the_wall(hw: tuple[int, int], tunnel: gut.Tunnel, outside: Mask, narrow_band: bool) -> FindSpot:
    """Clear of the lumen and of the scope's mask."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = (length / 2 + (side - length) * random.random() for side, length in zip(hw[::-1], wh, strict=True))
        away_x, away_y = x - tunnel.lumen_xy[0], y - tunnel.lumen_xy[1]
        nearest = np.hypot(max(0.0, abs(away_x) - wh[0] / 2), max(0.0, abs(away_y) - wh[1] / 2))
        corners = [(int(x + sx * (wh[0] / 2 - 1)), int(y + sy * (wh[1] / 2 - 1))) for sx in (-1, 1) for sy in (-1, 1)]
        if nearest < CLEAR_OF_LUMEN * tunnel.lumen_px or any(outside[at_y, at_x] for at_x, at_y in corners):
            return None
        outwards = float(np.arctan2(away_y, away_x))
        return Spot((x, y), clock(hw, x, y), angle=outwards, local={"narrow_band": narrow_band})

    return find


def clock(hw: tuple[int, int], x: float, y: float) -> str:
    """The hour of a place as seen from the field's centre; its centre within a tenth of the shorter side."""
    across, up = x - hw[1] / 2, hw[0] / 2 - y
    if np.hypot(across, up) < 0.1 * min(hw):
        return "field_centre"
    hour = round(np.degrees(np.arctan2(across, up)) / 30) % 12
    return f"field_{hour or 12}_oclock"


MODALITY = Endoscopy()
