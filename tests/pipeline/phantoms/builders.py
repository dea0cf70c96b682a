"""Small modalities and plans that draw fast, for tests of the engine alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.phantoms.background import Anatomy, Background, Request, Variant
from pipeline.phantoms.kinds import Box, Drawn, Group, Kind, Mask, Patch, Pixels, Spot
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import ellipse, soft, with_contrast
from schemas.masks import bounds


def bounds_of(mask: Mask) -> Box:
    """The smallest box about a mask that has pixels."""
    box = bounds(mask)
    assert box is not None
    return box


def disc(patch: Patch) -> Drawn:
    mask = ellipse(patch)
    return with_contrast(patch, mask, soft(mask, 0.5))


LOOKS: Mapping[str, tuple[str, ...]] = {"margin": ("circumscribed", "ill-defined"), "calcification": ("none", "coarse")}
NODULE = Kind("pulmonary_nodule", "finding", disc, LOOKS)
SHADOW = Kind("nipple_shadow", "mimic", disc, LOOKS)
HEART = Group("heart", (Kind("cardiomegaly", "finding", None),), extent="heart")
FOCAL = Group("focal", (NODULE, SHADOW))


@dataclass(frozen=True)
class Plain:
    """A grey picture of the chest with a heart; things lie anywhere."""

    id: str = "radiography"
    variants: tuple[Variant, ...] = (
        Variant("chest", "chest", "plain", (FOCAL, HEART), projection="pa", axes=("L", "F"), marker=True),
    )

    def background(self, request: Request) -> Background:
        h, w = request.hw
        heart = np.zeros(request.hw, np.bool_)
        wide = 0.3 if request.extents.get("heart") else 0.2
        heart[h // 2 : 3 * h // 4, round((0.5 - wide / 2) * w) : round((0.5 + wide / 2) * w)] = True

        def anywhere(random: Random, wh: tuple[float, float]) -> Spot | None:
            x, y = random.uniform(wh[0], w - wh[0]), random.uniform(wh[1], h - wh[1])
            return Spot((x, y), "mid_zone", "left" if x > w / 2 else "right")

        def finish(canvas: Pixels, random: Random) -> Pixels:
            return canvas + np.float32(0.02) * request.scanner.noise(random, request.hw)

        return Background(
            pixels=np.full(request.hw, 0.4, np.float32),
            noise=0.02,
            window=(0.0, 1.0),
            spots={"focal": anywhere},
            finish=finish,
            anatomy=(Anatomy("heart", heart),),
            spacing_mm=(0.5, 0.5),
        )
