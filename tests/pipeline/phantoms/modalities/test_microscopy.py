"""Microscopy: things of a group are equally stained, rings lie in red cells, tissue is where things lie."""

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.kinds import Group, Kind, Patch, Spot
from pipeline.phantoms.modalities.microscopy import MODALITY
from pipeline.phantoms.modalities.microscopy_stain import Stains, stains
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.texture import Scanner
from tests.pipeline.phantoms.patches import CONTRAST, draw, make_patch, named, reach_px

VARIANTS = {variant.name: variant for variant in MODALITY.variants}
GROUPS = {group.name: group for variant in reversed(MODALITY.variants) for group in variant.groups}
KINDS = {kind.label: (group, kind) for group in GROUPS.values() for kind in group.kinds}
SLIDE = stains(random_of(0, "slide"), (1.05, 1.15, 0.42), (0.16, 0.62, 0.46))
GROUND = SLIDE.colour(0.05, 0.3)


def patch_of(group: Group, kind: Kind, wh: tuple[int, int] = (40, 33)) -> Patch:
    spot, random = Spot((0, 0), local={"stains": SLIDE, "ground": GROUND}), random_of(0, kind.label)
    return make_patch(kind, wh, random=random, ground=GROUND.tolist(), margins=reach_px(group, wh), spot=spot)


def make_background(name: str, px: int = 128, patient: int = 0, image: int = 0) -> Background:
    random = (random_of(0, "anatomy", patient), random_of(0, "image", image))
    return MODALITY.background(Request(VARIANTS[name], (px, px + 16), *random, Scanner()))


@pytest.mark.parametrize("group", GROUPS.values(), ids=named)
@pytest.mark.parametrize("size", [(5, 6), (40, 33)])
def test_things_of_a_group_have_one_mean_colour(group: Group, size: tuple[int, int]) -> None:
    drawn = [draw(kind, patch_of(group, kind, size)) for kind in group.kinds]
    colours = [each.pixels[each.mask].mean(axis=0) for each in drawn]
    assert np.ptp(np.stack(colours), axis=0) == pytest.approx([0, 0, 0], abs=0.06 * CONTRAST)


@pytest.mark.parametrize("label", ["malaria_ring", "platelet_on_red_cell"])
def test_what_lies_in_a_red_cell_has_that_cell_about_it(label: str) -> None:
    group, kind = KINDS[label]
    patch = patch_of(group, kind, (30, 30))
    pixels = draw(kind, patch).pixels
    x1, y1, x2, _ = patch.box_xyxy
    body = SLIDE.colour(0.0, 0.42)
    assert pixels[y1 - 1, (x1 + x2) // 2] == pytest.approx(body, abs=0.02)
    assert pixels[0, 0] == pytest.approx(GROUND)
    assert pixels[-1, -1] == pytest.approx(GROUND)


def test_granules_are_coarse_in_eosinophils_alone() -> None:
    grains = {}
    for label in ("neutrophil", "eosinophil"):
        patch = patch_of(*KINDS[label], (60, 60))
        drawn = draw(KINDS[label][1], patch)
        pink = (drawn.pixels - GROUND) @ np.array([0.6, 0.0, -1.0])  # azure takes red, eosin takes blue
        grains[label] = np.abs(np.diff(pink, axis=1))[drawn.mask[:, 1:]].mean()
    assert grains["eosinophil"] > 1.3 * grains["neutrophil"]


def test_light_falls_with_dye_as_beer_and_lambert_have_it() -> None:
    slide = Stains(np.full(3, 0.9, np.float32), np.array([1, 2, 0], np.float32), np.array([0, 1, 1], np.float32))
    blue, pink = np.array([[0.0, 1.0]], np.float32), np.array([[0.0, 0.5]], np.float32)
    expected = 0.9 * np.exp(-np.array([[[0, 0, 0], [1, 2.5, 0.5]]]))
    assert slide.through(blue, pink) == pytest.approx(expected, rel=1e-4)
    assert slide.colour(1.0, 0.5) == pytest.approx(expected[0, 1], rel=1e-4)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_pixels_are_as_wide_as_the_cells_make_them(name: str) -> None:
    small, large = (make_background(name, px).spacing_mm for px in (128, 272))
    assert small is not None
    assert large is not None
    assert small[0] == pytest.approx(2 * large[0], rel=0.01)  # the longer side is 144 and 288
    assert 0.02 < 144 * small[0] * (1 if name != "red_cell" else 4) < 1.2  # millimetres of the field


@pytest.mark.parametrize("name", ["lung_low", "lung_high", "breast_low"])
def test_things_lie_on_tissue_and_not_in_the_open(name: str) -> None:
    found = 0
    for image in range(4):
        background = make_background(name, image=image)
        find = next(iter(background.spots.values()))
        spots = [find(random_of(7, "spot", i), (6, 6)) for i in range(20)]
        for spot in [spot for spot in spots if spot]:
            x, y = map(int, spot.xy)
            around = background.pixels[y - 3 : y + 4, x - 3 : x + 4]
            found += 1
            assert around[:, :, 1].min() < 0.8
    assert found > 20


def test_a_slide_has_its_own_stain_but_a_patient_its_own_cells() -> None:
    one, same, other = (
        make_background("smear_high", image=image, patient=patient) for image, patient in ((0, 0), (1, 0), (0, 1))
    )
    assert one.spacing_mm == same.spacing_mm
    assert one.spacing_mm != other.spacing_mm
    assert np.abs(one.pixels.mean((0, 1)) - same.pixels.mean((0, 1))).max() > 0.005


def test_pictures_are_in_colour_without_axes_or_sides() -> None:
    for phantom in phantoms(PhantomSettings(12, size_px=96, modalities=("microscopy",))):
        assert phantom.pixels.ndim == 3
        assert phantom.axes is None
        assert not phantom.marker
        assert {(region.place, region.side) for region in phantom.regions} <= {(None, None)}
