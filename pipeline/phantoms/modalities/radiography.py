"""Radiographs: frontal chests, long bones and a knee."""

from dataclasses import dataclass

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind
from pipeline.phantoms.modalities.radiography_bone import HOLES, JOINT_MARGIN, METAPHYSIS, SHAFT
from pipeline.phantoms.modalities.radiography_chest import chest_background
from pipeline.phantoms.modalities.radiography_limb import limb_background
from pipeline.phantoms.modalities.radiography_lung import (
    AIRSPACE,
    CAVITIES,
    INTERSTITIAL,
    NODULES,
    ON_RIBS,
    UPPER_ZONE,
)  # fmt: skip
from pipeline.phantoms.modalities.radiography_pleura import AIR, BASE

HEART_SIZE = Group("heart_size", (Kind("cardiomegaly", "finding", None),), extent="heart")
CHEST = (NODULES, ON_RIBS, CAVITIES, UPPER_ZONE, AIRSPACE, INTERSTITIAL, BASE, AIR, HEART_SIZE)


@dataclass(frozen=True)
class Radiography:
    id: str = "radiography"
    variants: tuple[Variant, ...] = (
        *(
            Variant(f"chest_{view}", "chest", "plain", CHEST, weight, view, axes=("L", "F"), marker=True)
            for view, weight in (("pa", 2.5), ("ap", 1.5))
        ),
        *(
            Variant(
                part, part, "plain", groups, 0.7, "ap", axes=("L", "F"), lateralities=("left", "right"), marker=True
            )
            for part, groups in (
                ("forearm", (SHAFT, METAPHYSIS, HOLES)),
                ("leg", (SHAFT, METAPHYSIS, HOLES)),
                ("knee", (JOINT_MARGIN, METAPHYSIS, HOLES)),
            )
        ),
    )

    def background(self, request: Request) -> Background:
        return (chest_background if request.variant.body_part == "chest" else limb_background)(request)


MODALITY = Radiography()
