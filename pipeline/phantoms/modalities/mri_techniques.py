"""How each technique shows tissue and lesions: the same lesion is dark in one and bright in another."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.phantoms.kinds import Group, Kind
from pipeline.phantoms.modalities.mri_lesions import (
    Paint,
    bands,
    cloud,
    converging,
    full_centre,
    infiltrating,
    lines,
    nodule_in_oedema,
    ovoid_with_vein,
    signed,
    speckled,
    thick_irregular_ring,
    thin_even_ring,
    wedge,
    winding_tube,
    with_canal_cone,
    with_dural_tail,
)  # fmt: skip

Looks = Mapping[str, tuple[str, ...]]

TEXTURE = ("homogeneous", "heterogeneous")


@dataclass(frozen=True)
class Tissue:
    """Signal; white in the picture is about 1."""

    fat: float
    bone: float
    fluid: float
    grey: float
    white: float
    muscle: float
    vessel: float
    dura: float


TISSUE = {
    "T1": Tissue(fat=0.92, bone=0.08, fluid=0.12, grey=0.46, white=0.64, muscle=0.4, vessel=0.3, dura=0.3),
    "T1-post": Tissue(fat=0.86, bone=0.08, fluid=0.12, grey=0.42, white=0.54, muscle=0.42, vessel=0.95, dura=0.6),
    "T2": Tissue(fat=0.72, bone=0.06, fluid=0.95, grey=0.54, white=0.38, muscle=0.24, vessel=0.1, dura=0.2),
    "FLAIR": Tissue(fat=0.55, bone=0.06, fluid=0.08, grey=0.5, white=0.38, muscle=0.25, vessel=0.12, dura=0.25),
    "DWI": Tissue(fat=0.06, bone=0.02, fluid=0.07, grey=0.44, white=0.37, muscle=0.05, vessel=0.08, dura=0.05),
}  # fmt: skip
BRIGHT, DARK = {"intensity": "hyperintense"}, {"intensity": "hypointense"}
MASS = {"texture": TEXTURE, "internal_structure": ("solid", "cystic")}
ENHANCING = {"enhancement": TEXTURE, "internal_structure": ("solid", "cystic")}
RING = {"margin": ("circumscribed", "lobulated"), "internal_structure": ("necrotic", "septated")}
SPOTTED = {"texture": TEXTURE, "margin": ("circumscribed", "ill-defined")}
NEAR = (0.2, 0.2, 0.2, 0.2)  # three standard deviations of the softest edge
RIM = {**BRIGHT, "enhancement": "rim"}


def mass(sign: int, looks: Looks, mimic: str, paint: Paint) -> Group:
    """A glioma's fingers, a metastasis' core in oedema."""
    signal = BRIGHT if sign > 0 else DARK
    return Group(
        "mass",
        (
            Kind("glioma", "finding", signed(infiltrating, sign), looks, signal),
            Kind("brain_metastasis", "finding", signed(nodule_in_oedema, sign), looks, signal),
            Kind(mimic, "mimic", signed(paint, sign), {}, signal),
        ),
        reach=NEAR,
    )


def spots(sign: int, mimic: str, paint: Paint) -> Group:
    """Of the white matter: ovoid with a central vein, speckled."""
    signal = BRIGHT if sign > 0 else DARK
    return Group(
        "white_matter",
        (
            Kind("ms_plaque", "finding", signed(ovoid_with_vein, sign), SPOTTED, signal),
            Kind("small_vessel_lesion", "finding", signed(speckled, sign), SPOTTED, signal),
            Kind(mimic, "mimic", signed(paint, sign), {}, signal),
        ),
        strata=("tiny", "small", "medium"),
        reach=NEAR,
    )


ENHANCING_RING = Group(
    "ring",
    (
        Kind("necrotic_tumour", "finding", signed(thick_irregular_ring, 1), RING, RIM),
        Kind("brain_abscess", "finding", signed(thin_even_ring, 1), RING, RIM),
        Kind("developmental_venous_anomaly", "mimic", signed(converging, 1), {}, BRIGHT),
    ),
    reach=NEAR,
)
RESTRICTED_CENTRE = Group(
    "ring",
    (
        Kind("necrotic_tumour", "finding", signed(thick_irregular_ring, 1), RING, BRIGHT),
        Kind("brain_abscess", "finding", signed(full_centre, 1), RING, BRIGHT),
        Kind("t2_shine_through", "mimic", signed(cloud, 1), {"texture": TEXTURE}, BRIGHT),
    ),
    reach=NEAR,
)
DIFFUSION = Group(
    "diffusion",
    (
        Kind("acute_infarct", "finding", signed(wedge, 1), {"texture": TEXTURE}, BRIGHT),
        Kind("t2_shine_through", "mimic", signed(cloud, 1), {"texture": TEXTURE}, BRIGHT),
    ),
    reach=NEAR,
)
EXTRA_AXIAL = Group(
    "extra_axial",
    (
        Kind("meningioma", "finding", signed(with_dural_tail, 1), ENHANCING, BRIGHT),
        Kind("vestibular_schwannoma", "finding", signed(with_canal_cone, 1), ENHANCING, BRIGHT),
        Kind("vein", "mimic", signed(winding_tube, 1), {}, BRIGHT),
    ),
    strata=("tiny", "small", "medium"),
    reach=(0.06, 0.06, 0.06, 0.06),
)
GROUPS = {
    "T1": (mass(-1, MASS, "perivascular_space", lines), spots(-1, "perivascular_space", lines)),
    "T1-post": (mass(1, ENHANCING, "developmental_venous_anomaly", converging), ENHANCING_RING),
    "T2": (mass(1, MASS, "perivascular_space", lines), spots(1, "perivascular_space", lines)),
    "FLAIR": (mass(1, MASS, "csf_flow_artefact", bands), spots(1, "csf_flow_artefact", bands)),
    "DWI": (DIFFUSION, RESTRICTED_CENTRE),
}
