"""Blood films: red cells on pale ground, at three magnifications and cut out one by one."""

import numpy as np

from pipeline.phantoms.background import Background, FindSpot, Request, SiteWh, Variant
from pipeline.phantoms.kinds import Group, Kind, Spot
from pipeline.phantoms.modalities.microscopy_cells import (
    blast,
    elongated_artefact,
    eosinophil,
    lymphocyte,
    malaria_ring,
    monocyte,
    neutrophil,
    platelet_on_red_cell,
    sickle_cell,
)
from pipeline.phantoms.modalities.microscopy_stain import Layer, Stains, anywhere, ovals, photographed, stains
from pipeline.phantoms.seeds import Random

BLUE, PINK = (1.05, 1.15, 0.42), (0.16, 0.62, 0.46)  # optical densities: azure and eosin of Giemsa
PLASMA = (0.05, 0.04)  # units of either dye between the cells
RED_CELL_UM = 7.5
TONES = 400  # of the red cells' layer: so much is one unit of eosin

BORDER = {"margin": ("circumscribed", "irregular")}
INSIDE = {"texture": ("homogeneous", "heterogeneous")}
CHROMATIN = {**BORDER, **INSIDE}


def _leukocytes(*strata: str) -> tuple[Group, ...]:
    granulocytes = (Kind("neutrophil", "mimic", neutrophil, BORDER), Kind("eosinophil", "mimic", eosinophil, BORDER))
    mononuclear = (
        Kind("blast", "finding", blast, CHROMATIN),
        Kind("lymphocyte", "mimic", lymphocyte, CHROMATIN),
        Kind("monocyte", "mimic", monocyte, CHROMATIN),
    )
    return Group("granulocyte", granulocytes, strata, weight=2.0), Group("mononuclear", mononuclear, strata)


def _red_cells(*strata: str) -> Group:
    sickle = Kind("sickle_cell", "finding", sickle_cell, INSIDE)
    stretched = Kind("elongated_artefact", "mimic", elongated_artefact, INSIDE)
    return Group("elongated", (sickle, stretched), strata, weight=1.5)


def _in_red_cells(*strata: str, alone: bool = False) -> Group:
    """Its reach is the red cell about it, unless that cell is the background."""
    ring = Kind("malaria_ring", "finding", malaria_ring, INSIDE, {"shape": "ring"})
    on_cell = Kind("platelet_on_red_cell", "mimic", platelet_on_red_cell, INSIDE)
    return Group("in_red_cell", (ring, on_cell), strata, reach=(0.1,) * 4 if alone else (1.0,) * 4)


# Diameter of a red cell as a share of the longer side: low power, high power, oil immersion.
RED_CELL = {"smear_low": (0.02, 0.028), "smear_high": (0.05, 0.08), "smear_oil": (0.13, 0.18), "red_cell": (0.72, 0.85)}
VARIANTS = tuple(
    Variant(name, "blood", "smear", groups, weight)
    for name, weight, groups in (
        ("smear_low", 0.8, (*_leukocytes("tiny", "small"), _red_cells("tiny"), _in_red_cells("tiny"))),
        ("smear_high", 1.2, (*_leukocytes("small", "medium"), _red_cells("small"), _in_red_cells("small"))),
        ("smear_oil", 1.2, (*_leukocytes("medium", "large"), _red_cells("medium", "large"), _in_red_cells("medium"))),
        ("red_cell", 0.5, (_in_red_cells("medium", "large", alone=True),)),
    )
)


def smear(request: Request) -> Background:
    """The field of a film; red cells are as thick as the patient's blood and as large as the magnification has them."""
    patient, image, hw = request.patient, request.image, request.hw
    diameter = patient.uniform(*RED_CELL[request.variant.name]) * max(hw)
    covered, thickness = patient.uniform(0.3, 0.6), patient.uniform(0.75, 1.0)
    slide = stains(image, BLUE, PINK)
    alone = request.variant.name == "red_cell"
    cells = _one_cell(image, hw, diameter) if alone else _cells(image, hw, diameter, covered)
    layer = np.float32(thickness / TONES) * cells.astype(np.float32)
    dust = np.float32(0.025) * request.scanner.texture(image, hw, max(hw) / 9, 4)
    pixels = slide.through(np.float32(PLASMA[0]) + dust, np.float32(PLASMA[1]) + layer)
    ground = slide.colour(*PLASMA)
    find = _within(hw, diameter, slide) if alone else anywhere(hw, slide, ground)
    return photographed(request, pixels, find, RED_CELL_UM / 1000 / diameter)


def _cells(random: Random, hw: tuple[int, int], diameter: float, covered: float) -> Layer:
    """Discs with a paler middle, some seen at a slant, over each other where they crowd."""
    count = round(covered * hw[0] * hw[1] / (0.78 * diameter**2))
    centres = random.uniform((-0.02, -0.02), (1.02, 1.02), (count, 2)) * hw[::-1]
    slant = np.stack([np.ones(count), random.uniform(0.72, 1, count)], 1)
    axes = diameter / 2 * random.normal(1, 0.07, (count, 1)) * slant
    middles = axes * random.uniform(0.3, 0.55, (count, 1))
    turn, tone = random.uniform(0, np.pi, count), random.integers(140, 190, count)
    both = np.stack([axes, middles], 1).reshape(-1, 2)  # each middle right after its own rim
    tones = np.stack([tone, tone * 11 // 20], 1).ravel()
    return ovals(hw, np.repeat(centres, 2, 0), both, np.repeat(turn, 2), tones)


def _one_cell(random: Random, hw: tuple[int, int], diameter: float) -> Layer:
    """A cell that nearly fills the picture."""
    middle = np.array([hw[::-1]]) / 2
    radius = min(diameter, 0.9 * min(hw)) / 2 * random.uniform(0.97, 1.03, (1, 2))
    return ovals(hw, middle, radius, random.uniform(0, np.pi, 1), np.array([168]))


def _within(hw: tuple[int, int], diameter: float, slide: Stains) -> FindSpot:
    """Well within the one cell."""
    radius = min(diameter, 0.9 * min(hw)) / 2

    def find(random: Random, wh: SiteWh) -> Spot | None:
        free = max(0.0, 0.9 * radius - float(np.hypot(*wh)) / 2)
        far, angle = free * np.sqrt(random.random()), random.uniform(0, 2 * np.pi)
        x, y = hw[1] / 2 + far * np.cos(angle), hw[0] / 2 + far * np.sin(angle)
        return Spot((x, y), angle=random.uniform(0, 2 * np.pi), local={"stains": slide, "cell": True})

    return find
