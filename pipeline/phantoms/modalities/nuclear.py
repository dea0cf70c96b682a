"""Nuclear medicine: FDG and bone tracer over the body and near, the thyroid, a slice through the heart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind
from pipeline.phantoms.modalities import nuclear_lesions as draw
from pipeline.phantoms.modalities.nuclear_bodies import bone_body, bone_spine, fdg_body, fdg_trunk
from pipeline.phantoms.modalities.nuclear_camera import NOISE, Scan, camera
from pipeline.phantoms.modalities.nuclear_organs import heart, thyroid

LESS_OR_BLACK, MORE = -1.0, 1.0  # an inverted map shows more tracer as black
ALIKE = (0.75, 1.35)
EVENNESS = {"texture": ("homogeneous", "heterogeneous")}
LOOKS = {**EVENNESS, "shape": ("round", "irregular")}
EDGES = {**EVENNESS, "margin": ("circumscribed", "ill-defined")}
FAR, NEAR = ("tiny", "small"), ("small", "medium", "large")


BLACK_RING = draw.drawn(draw.hollow, LESS_OR_BLACK, draw.contour)
BENIGN = (
    Kind("physiologic_uptake", "mimic", draw.drawn(draw.pair, LESS_OR_BLACK)),
    Kind("injection_site", "mimic", draw.drawn(draw.streak, LESS_OR_BLACK)),
)
FOCI = (
    Kind("tumour_uptake", "finding", BLACK_RING, LOOKS, category="metastasis_lymphoma"),
    Kind("inflammatory_uptake", "finding", draw.drawn(draw.sinuous, LESS_OR_BLACK), EVENNESS),
    *BENIGN,
)
BONE = (
    Kind("bone_metastasis", "finding", BLACK_RING, LOOKS),
    Kind("degenerative_uptake", "finding", draw.drawn(draw.joint, LESS_OR_BLACK), EVENNESS),
    *BENIGN,
)
COLD = Group(
    "cold",
    (
        Kind("cold_thyroid_nodule", "finding", draw.drawn(draw.walled, LESS_OR_BLACK), EDGES, {"uptake": "reduced"}),
        Kind("attenuation_artefact", "mimic", draw.drawn(draw.band, LESS_OR_BLACK), {}, {"uptake": "reduced"}),
    ),
    ("tiny", "small", "medium"),
    ALIKE,
)
HOT = Group(
    "hot",
    (
        Kind("hot_thyroid_nodule", "finding", draw.drawn(draw.suppressing, MORE), EDGES, {"uptake": "intense"}),
        Kind("physiologic_uptake", "mimic", draw.drawn(draw.band, MORE)),
    ),
    ("tiny", "small", "medium"),
    ALIKE,
)
DEFECT = Group(
    "defect",
    (
        Kind("perfusion_defect", "finding", draw.drawn(draw.walled, LESS_OR_BLACK), EDGES),
        Kind("attenuation_artefact", "mimic", draw.drawn(draw.band, LESS_OR_BLACK)),
    ),
    ("tiny", "small", "medium"),
    ALIKE,
)

FRONT = ("L", "F")


@dataclass(frozen=True)
class View:
    """A kind of study: what is drawn of the body."""

    name: str
    body_part: str
    technique: str
    scan: Callable[[Request], Scan]
    groups: tuple[Group, ...]
    axes: tuple[str, str] | None = FRONT
    weight: float = 1.0


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View("fdg_body", "whole_body", "PET", fdg_body, (Group("focus", FOCI, FAR, ALIKE),)),
        View("fdg_trunk", "chest_abdomen", "PET", fdg_trunk, (Group("focus", FOCI, NEAR, ALIKE),)),
        View("bone_body", "whole_body", "planar", bone_body, (Group("bone", BONE, FAR, ALIKE),)),
        View("bone_spine", "spine", "planar", bone_spine, (Group("bone", BONE, NEAR, ALIKE),)),
        View("thyroid", "thyroid", "planar", thyroid, (COLD, HOT), weight=1.8),
        View("heart", "heart", "SPECT", heart, (DEFECT,), axes=None, weight=0.7),
    )
}


@dataclass(frozen=True)
class Nuclear:
    id: str = "nuclear"
    variants: tuple[Variant, ...] = tuple(
        Variant(view.name, view.body_part, view.technique, view.groups, view.weight, axes=view.axes)
        for view in VIEWS.values()
    )

    def background(self, request: Request) -> Background:
        scan = VIEWS[request.variant.name].scan(request)
        finish = camera(request, scan)
        mm = scan.mm_tall / request.hw[0]
        return Background(
            pixels=scan.canvas,
            noise=NOISE * request.scanner.noise_factor,
            window=(0.0, 1.0),
            spots=scan.spots,
            finish=finish,
            anatomy=scan.anatomy,
            spacing_mm=(mm, mm),
        )


MODALITY = Nuclear()
