"""CT: axial slices of head, chest, belly and pelvis in Hounsfield units, each through the window of its question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.modalities import ct_abdomen, ct_chest, ct_head

PAINTERS: Mapping[str, Callable[[Request], Background]] = {
    **{each.name: ct_head.head for each in ct_head.VARIANTS},
    **{each.name: ct_chest.chest for each in ct_chest.VARIANTS},
    **{each.name: ct_abdomen.abdomen for each in ct_abdomen.VARIANTS},
}


@dataclass(frozen=True)
class Ct:
    id: str = "ct"
    variants: tuple[Variant, ...] = (*ct_head.VARIANTS, *ct_chest.VARIANTS, *ct_abdomen.VARIANTS)

    def background(self, request: Request) -> Background:
        return PAINTERS[request.variant.name](request)


MODALITY = Ct()
