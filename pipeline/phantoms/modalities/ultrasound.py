"""Ultrasound: breast, neck, kidney, gallbladder, thigh and forearm, in grey and with a colour box."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels
from pipeline.phantoms.modalities import ultrasound_lesions as draw
from pipeline.phantoms.modalities.ultrasound_abdomen import gallbladder, kidney
from pipeline.phantoms.modalities.ultrasound_body import Body
from pipeline.phantoms.modalities.ultrasound_fields import SPECKLE, TYPICAL, physics
from pipeline.phantoms.modalities.ultrasound_screen import screen, with_colour_box
from pipeline.phantoms.modalities.ultrasound_surface import breast, forearm, neck, thigh
from pipeline.phantoms.seeds import Random

BEHIND = (0.3, 0.3, 0.3, 0.9)  # shadows and enhancement belong to the thing
ALIKE = (0.75, 1.35)
MIXED = {"echo": ("hypoechoic", "mixed"), "halo": ("present", "absent")}
SEPTA, GRADES, SMOOTH = ("cystic", "septated"), ("mild", "moderate", "severe"), ("circumscribed", "lobulated")
FLUID = {"internal_structure": SEPTA, "halo": ("present", "absent")}
CYSTIC = {"echo": "anechoic", "shadow": "enhancement"}
SHAPES = {"shape": ("round", "irregular")}
SPREAD = {"distribution": ("focal", "clustered")}

MASS = Group(
    "mass",
    (
        Kind("breast_cyst", "finding", draw.cyst, FLUID, {**CYSTIC, "margin": "circumscribed"}),
        Kind("fibroadenoma", "finding", draw.fibroadenoma, {**MIXED, "margin": SMOOTH}, {"shadow": "none"}),
        Kind("breast_carcinoma", "finding", draw.carcinoma, MIXED, {"margin": "spiculated", "shadow": "shadowing"}),
        Kind("fat_lobule", "mimic", draw.fat_lobule),
        Kind("intramammary_node", "mimic", draw.node),
    ),
    aspect=ALIKE,
    reach=BEHIND,
)
NODULE = Group(
    "nodule",
    (
        Kind("thyroid_cyst", "finding", draw.cyst, FLUID, CYSTIC),
        Kind(
            "solid_thyroid_nodule", "finding", draw.solid_nodule,
            {**MIXED, "calcification": ("none", "coarse")}, {"internal_structure": "solid", "shadow": "none"},
        ),
        Kind("thyroid_pseudonodule", "mimic", draw.pseudonodule),
    ),
    strata=("tiny", "small", "medium"),
    aspect=ALIKE,
    reach=BEHIND,
    weight=2.0,
)  # fmt: skip
FOCUS = Group(
    "focus",
    (
        Kind("microcalcification", "finding", draw.microcalcification, SPREAD, {"shadow": "none"}),
        Kind("colloid_comet_tail", "mimic", draw.comet_tail, SPREAD),
    ),
    strata=("tiny", "small"),
)
ECHO = Group(
    "echo",
    (
        Kind("kidney_stone", "finding", draw.stone, SHAPES, {"echo": "hyperechoic", "shadow": "shadowing"}),
        Kind("junctional_defect", "mimic", draw.wedge, {}, {"echo": "hyperechoic"}),
    ),
    strata=("tiny", "small", "medium"),
    aspect=ALIKE,
    reach=BEHIND,
)
COLLECTION = Group(
    "fluid",
    (
        Kind("hydronephrosis", "finding", draw.hydronephrosis, {"severity": GRADES}, {"echo": "anechoic"}),
        Kind("parapelvic_cyst", "finding", draw.separate_cysts, {"internal_structure": SEPTA}, {"echo": "anechoic"}),
        Kind("renal_pyramid", "mimic", draw.pyramid),
    ),
    strata=("tiny", "small", "medium"),
    reach=BEHIND,
    weight=2.0,
)
LUMEN = Group(
    "lumen",
    (
        Kind("gallstone", "finding", draw.stone, SHAPES, {"echo": "hyperechoic", "shadow": "shadowing"}),
        Kind("gallbladder_polyp", "finding", draw.polyp, SHAPES, {"shadow": "none"}),
        Kind("gallbladder_fold", "mimic", draw.fold),
    ),
    strata=("tiny", "small", "medium"),
    aspect=ALIKE,
    reach=BEHIND,
)
VESSEL = Group(
    "vessel",
    (
        Kind("deep_vein_thrombosis", "finding", draw.thrombosed_vein, {"chronicity": ("acute", "chronic")}),
        Kind("vein", "mimic", draw.vein),
        Kind("artery", "mimic", draw.artery),
    ),
    reach=BEHIND,
    weight=2.0,
)
BUNDLE = Group("bundle", (Kind("median_nerve", "mimic", draw.nerve), Kind("tendon", "mimic", draw.tendon)))

SIDES = ("left", "right")
ACROSS, ALONG = ("L", "P"), ("F", "P")  # a transverse and a longitudinal view


@dataclass(frozen=True)
class View:
    """A body part, what is drawn of it, how it lies and how deep the picture reaches."""

    part: str
    body: Callable[[Request], Body]
    groups: tuple[Group, ...]
    axes: tuple[str, str]
    deep_mm: tuple[float, float]
    paired: bool = True
    weight: float = 1.0
    sexes: tuple[str, ...] = ("F", "M")

    def variant(self, technique: str, share: float) -> Variant:
        name = self.part if technique == "B-mode" else f"{self.part}_colour"
        return Variant(
            name, self.part, technique, self.groups, self.weight * share, axes=self.axes, sexes=self.sexes,
            lateralities=SIDES if self.paired else (),  # type: ignore[arg-type]
        )  # fmt: skip


VIEWS: Mapping[str, View] = {
    view.part: view
    for view in (
        View("breast", breast, (MASS,), ACROSS, (30, 50), weight=1.4, sexes=("F",)),
        View("thyroid", neck, (NODULE, FOCUS), ACROSS, (30, 45), paired=False, weight=1.2),
        View("kidney", kidney, (ECHO, COLLECTION), ALONG, (120, 170), weight=1.2),
        View("gallbladder", gallbladder, (LUMEN,), ALONG, (110, 160), paired=False),
        View("thigh", thigh, (VESSEL,), ACROSS, (35, 60), weight=0.6),
        View("forearm", forearm, (VESSEL, BUNDLE), ACROSS, (20, 35), weight=0.6),
    )
}
COLOUR = 0.15  # of the pictures


@dataclass(frozen=True)
class Ultrasound:
    id: str = "ultrasound"
    variants: tuple[Variant, ...] = tuple(
        view.variant(technique, share)
        for view in VIEWS.values()
        for technique, share in (("B-mode", 1 - COLOUR), ("colour", COLOUR))
    )

    def background(self, request: Request) -> Background:
        view = VIEWS[request.variant.body_part]
        body = view.body(request)
        field = body.field
        gain = np.float32(1.06) - np.float32(0.16) * field.depth
        ink, speckled = screen(request, field), physics(request, field)

        def finish(canvas: Pixels, random: Random) -> Pixels:
            shown = speckled(canvas, random)
            if request.variant.technique == "colour":
                shown = with_colour_box(np.clip(shown, 0, 1), field, random)
                return np.asarray(np.maximum(shown, ink[:, :, None]), np.float32)
            return np.maximum(shown, ink)

        mm = request.zoom.uniform(*view.deep_mm) / (field.box_xyxy[3] - field.box_xyxy[1])
        return Background(
            pixels=np.asarray(body.pixels * gain * field.inside, np.float32),
            noise=SPECKLE * TYPICAL * request.scanner.noise_factor,
            window=(0.0, 1.0),
            spots=body.spots,
            finish=finish,
            anatomy=body.anatomy,
            spacing_mm=(mm, mm),
            axes=_from_the_flank(request) if view.part == "kidney" else None,
        )


def _from_the_flank(request: Request) -> tuple[str, str]:
    """A probe on the left flank looks to the right."""
    return "F", "R" if request.laterality == "left" else "L"


MODALITY = Ultrasound()
