"""Dental films: panoramic, bitewing and periapical."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind
from pipeline.phantoms.modalities.dental_close import bitewing, periapical
from pipeline.phantoms.modalities.dental_lesions import (
    caries,
    cervical_burnout,
    impacted_tooth,
    marrow_space,
    mental_foramen,
    periapical_lesion,
    periodontal_bone_loss,
    radiolucent_filling,
    tooth_germ,
)
from pipeline.phantoms.modalities.dental_panoramic import panoramic

INSIDE = {"texture": ("homogeneous", "heterogeneous")}
LOOKS = {**INSIDE, "margin": ("circumscribed", "ill-defined")}


def _groups(**strata: tuple[str, ...]) -> tuple[Group, ...]:
    """Those groups that a film of this kind can show, with the sizes that fit it."""
    kinds = {
        "crown": (
            Kind("caries", "finding", caries, INSIDE),
            Kind("cervical_burnout", "mimic", cervical_burnout, INSIDE),
            Kind("radiolucent_filling", "mimic", radiolucent_filling, INSIDE),
        ),
        "apex": (
            Kind("periapical_lesion", "finding", periapical_lesion, LOOKS),
            Kind("mental_foramen", "mimic", mental_foramen, LOOKS),
        ),
        "crest": (
            Kind("periodontal_bone_loss", "finding", periodontal_bone_loss, LOOKS),
            Kind("marrow_space", "mimic", marrow_space, LOOKS),
        ),
        "third_molar": (
            Kind("impacted_tooth", "finding", impacted_tooth, INSIDE),
            Kind("tooth_germ", "mimic", tooth_germ, INSIDE, ages=(6, 14)),
        ),
    }
    return tuple(Group(name, kinds[name], sizes) for name, sizes in strata.items())


TINY, SMALL, MEDIUM, LARGE = "tiny", "small", "medium", "large"
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
VARIANTS = (
    Variant(
        "panoramic", "teeth", "panoramic",
        _groups(crown=(TINY, SMALL), apex=(TINY, SMALL, MEDIUM), crest=(TINY, SMALL), third_molar=(MEDIUM,)),
        1.5, axes=("L", "F"), marker=True,
    ),
    Variant(
        "bitewing", "teeth", "bitewing", _groups(crown=(SMALL, MEDIUM, LARGE), crest=(SMALL, MEDIUM)),
        axes=("P", "F"), lateralities=SIDES, marker=True,
    ),
    Variant(
        "periapical", "teeth", "periapical",
        _groups(crown=(SMALL, MEDIUM), apex=(SMALL, MEDIUM, LARGE), crest=(SMALL, MEDIUM, LARGE)),
        axes=("P", "F"), lateralities=SIDES, marker=True,
    ),
)  # fmt: skip
DRAWN: Mapping[str, Callable[[Request], Background]] = {
    "panoramic": panoramic, "bitewing": bitewing, "periapical": periapical,
}  # fmt: skip


@dataclass(frozen=True)
class Dental:
    id: str = "dental"
    variants: tuple[Variant, ...] = VARIANTS

    def background(self, request: Request) -> Background:
        return DRAWN[request.variant.name](request)


MODALITY = Dental()
