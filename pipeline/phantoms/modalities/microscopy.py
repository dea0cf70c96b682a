"""Light microscopy: blood films and tissue sections, in colour. No axes and no side: a slide lies as it lies."""

from dataclasses import dataclass

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.modalities import microscopy_smear, microscopy_tissue


@dataclass(frozen=True)
class Microscopy:
    id: str = "microscopy"
    variants: tuple[Variant, ...] = (*microscopy_smear.VARIANTS, *microscopy_tissue.VARIANTS)

    def background(self, request: Request) -> Background:
        if request.variant.technique == "smear":
            return microscopy_smear.smear(request)
        return microscopy_tissue.tissue(request)


MODALITY = Microscopy()
