"""Sections in haematoxylin and eosin: lung, breast and lymph node, at low and at high power."""

from collections.abc import Callable, Mapping

import numpy as np

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind, Pixels
from pipeline.phantoms.modalities.microscopy_lesions import (
    apoptotic_body,
    carcinoma_in_situ,
    gland,
    invasive_carcinoma,
    lymphocyte_infiltrate,
    mitosis,
    small_cell_tumour_nests,
)
from pipeline.phantoms.modalities.microscopy_stain import FOLD, anywhere, ovals, photographed, stains
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import pixel_grid

BLUE, PINK = (1.15, 1.3, 0.65), (0.13, 0.75, 0.28)  # optical densities of haematoxylin and eosin
STROMA = (0.1, 0.5)  # units of either dye
NUCLEUS_UM = 8.0
TONES = 160  # of the nuclei's layer: so much is one unit of haematoxylin

BODY = {"margin": ("circumscribed", "ill-defined"), "texture": ("homogeneous", "heterogeneous")}
PARTS = {"texture": ("homogeneous", "heterogeneous"), "distribution": ("focal", "multifocal")}


def _single_cells(*strata: str) -> Group:
    return Group(
        "dark_cell",
        (Kind("mitosis", "mimic", mitosis, PARTS), Kind("apoptotic_body", "mimic", apoptotic_body, PARTS)),
        strata,
        weight=2.0,
    )


def _crowds(category: str, *strata: str) -> Group:
    nests = Kind("small_cell_tumour_nests", "finding", small_cell_tumour_nests, BODY, category=category)
    return Group("crowd", (nests, Kind("lymphocyte_infiltrate", "mimic", lymphocyte_infiltrate, BODY)), strata)


def _ducts(*strata: str) -> Group:
    return Group(
        "epithelium",
        (
            Kind("invasive_carcinoma", "finding", invasive_carcinoma, BODY, category="breast_lesion"),
            Kind("carcinoma_in_situ", "finding", carcinoma_in_situ, BODY, category="breast_lesion"),
            Kind("gland", "mimic", gland, BODY),
        ),
        strata,
    )


# Long axis of a nucleus as a share of the longer side.
NUCLEUS = {"low": (0.012, 0.018), "high": (0.03, 0.045)}
LOW, HIGH = ("tiny", "small", "medium"), ("medium", "large")
VARIANTS = (
    Variant("lung_low", "lung", "H&E", (_crowds("lung_tumour", *LOW), _single_cells("tiny"))),
    Variant("lung_high", "lung", "H&E", (_crowds("lung_tumour", *HIGH), _single_cells("small", "medium"))),
    Variant("breast_low", "breast", "H&E", (_ducts(*LOW), _single_cells("tiny")), sexes=("F",)),
    Variant("breast_high", "breast", "H&E", (_ducts(*HIGH), _single_cells("small", "medium", "large")), sexes=("F",)),
    Variant("lymph_node_low", "lymph_node", "H&E", (_crowds("metastasis_lymphoma", *LOW),), 0.5),
    Variant("lymph_node_high", "lymph_node", "H&E", (_crowds("metastasis_lymphoma", *HIGH),), 0.5),
)


def tissue(request: Request) -> Background:
    """A field of the organ. Nuclei, fibres and air differ from picture to picture, as fields of one block do."""
    patient, image, hw = request.patient, request.image, request.hw
    organ, power = request.variant.name.rsplit("_", 1)
    nucleus, crowded = patient.uniform(*NUCLEUS[power]) * max(hw), patient.uniform(0.8, 1.2)
    slide = stains(image, BLUE, PINK)
    blue, pink, open_ = ORGANS[organ](request, nucleus)
    count = round(crowded * NUCLEI[organ] * hw[0] * hw[1] / nucleus**2)
    blue = blue + _nuclei(image, hw, nucleus, count, ROUND[organ]) * (1 - open_)
    folded = _fold(image, hw)
    pixels = slide.through(blue * folded, pink * folded)
    find = anywhere(hw, slide, slide.colour(*STROMA), open_)
    return photographed(request, pixels, find, NUCLEUS_UM / 1000 / nucleus)


Layers = tuple[Pixels, Pixels, Pixels]  # haematoxylin and eosin in units, and where the tissue is open


def lung(request: Request, nucleus: float) -> Layers:
    """Walls about air spaces."""
    grain = request.scanner.texture(request.image, request.hw, 3 * nucleus, 3)
    walls = request.scanner.texture(request.image, request.hw, 9 * nucleus, 2)
    return _layers(grain, np.clip((walls - 0.25) * 3.5, 0, 1))


def breast(request: Request, nucleus: float) -> Layers:
    """Collagen in waves, with fat cells in places."""
    hw = request.hw
    grain = request.scanner.texture(request.image, hw, 8 * nucleus, 3)
    lean = request.image.uniform(0, np.pi)
    x, y = pixel_grid(hw)
    waves = np.sin((x * np.cos(lean) + y * np.sin(lean)) * np.float32(2.2 / nucleus) + 2.5 * grain)
    fat = request.scanner.texture(request.image, hw, 14 * nucleus, 2)
    return _layers(0.6 * grain + 0.7 * waves, np.clip((fat - 1.0) * 4, 0, 1))


def lymph_node(request: Request, nucleus: float) -> Layers:
    """Nearly nothing but cells."""
    grain = request.scanner.texture(request.image, request.hw, 5 * nucleus, 3)
    return _layers(grain, np.zeros(request.hw, np.float32))


def _layers(grain: Pixels, open_: Pixels) -> Layers:
    solid = 1 - open_
    pink = solid * (np.float32(STROMA[1]) + np.float32(0.08) * grain)
    return STROMA[0] * solid, np.maximum(pink, 0.02).astype(np.float32), open_.astype(np.float32)


ORGANS: Mapping[str, Callable[[Request, float], Layers]] = {"lung": lung, "breast": breast, "lymph_node": lymph_node}
NUCLEI: Mapping[str, float] = {"lung": 0.16, "breast": 0.09, "lymph_node": 0.4}  # of the area that they could fill
ROUND: Mapping[str, tuple[float, float]] = {"lung": (0.5, 0.9), "breast": (0.3, 0.7), "lymph_node": (0.75, 1.0)}


def _nuclei(random: Random, hw: tuple[int, int], long_px: float, count: int, narrow: tuple[float, float]) -> Pixels:
    """Units of haematoxylin of ovals in all directions."""
    centres = random.uniform(0, 1, (count, 2)) * hw[::-1]
    narrowed = np.stack([np.ones(count), random.uniform(*narrow, count)], 1)
    axes = long_px / 2 * random.normal(1, 0.12, (count, 1)) * narrowed
    turn, tones = random.uniform(0, np.pi, count), random.integers(90, 200, count)
    return ovals(hw, centres, axes, turn, tones).astype(np.float32) / np.float32(TONES)


def _fold(random: Random, hw: tuple[int, int]) -> Pixels:
    """How thick the section lies: twice in a strip, on some slides."""
    at, lean, wide = random.uniform(0.1, 0.9, 2), random.uniform(0, np.pi), random.uniform(0.01, 0.03)
    if random.random() >= FOLD:
        return np.ones(hw, np.float32)
    long = max(hw)
    x, y = pixel_grid(hw)
    right, down = (x - np.float32(at[0] * hw[1])) / long, (y - np.float32(at[1] * hw[0])) / long
    across = np.abs(right * np.cos(lean) + down * np.sin(lean) + 0.02 * np.sin(10 * right)) / wide
    return np.asarray(1 + 0.8 * np.clip(2 - across, 0, 1), np.float32)
