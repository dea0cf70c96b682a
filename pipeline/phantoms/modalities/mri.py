"""MR pictures: the head in five techniques and two more planes, the prostate, the lumbar spine."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.modalities import mri_fossa, mri_head, mri_prostate, mri_spine, mri_temporal

PARTS: tuple[tuple[tuple[Variant, ...], Callable[[Request], Background]], ...] = (
    (mri_head.VARIANTS, mri_head.background),
    (mri_fossa.VARIANTS, mri_fossa.background),
    (mri_temporal.VARIANTS, mri_temporal.background),
    (mri_prostate.VARIANTS, mri_prostate.background),
    (mri_spine.VARIANTS, mri_spine.background),
)
BACKGROUNDS = {variant.name: background for variants, background in PARTS for variant in variants}


@dataclass(frozen=True)
class Mri:
    id: str = "mri"
    variants: tuple[Variant, ...] = tuple(variant for variants, _ in PARTS for variant in variants)

    def background(self, request: Request) -> Background:
        return BACKGROUNDS[request.variant.name](request)


MODALITY = Mri()
