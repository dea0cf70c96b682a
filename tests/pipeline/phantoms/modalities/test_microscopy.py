"""Microscopy: things of a group are equally stained, rings lie in red cells, tissue is where things lie."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch, Pixels, Spot
from pipeline.phantoms.modalities.microscopy import MODALITY
from pipeline.phantoms.modalities.microscopy_stain import Stains, stains
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.texture import Scanner
from schemas.taxonomy.assessable import assessable_categories
from tests.pipeline.phantoms.builders import bounds_of

VARIANTS = {variant.name: variant for variant in MODALITY.variants}
GROUPS = {group.name: group for variant in reversed(MODALITY.variants) for group in variant.groups}
KINDS = {kind.label: (group, kind) for group in GROUPS.values() for kind in group.kinds}
SLIDE = stains(random_of(0, "slide"), (1.05, 1.15, 0.42), (0.16, 0.62, 0.46))
GROUND = SLIDE.colour(0.05, 0.3)
CONTRAST = 0.1


def make_patch(group: Group, kind: Kind, size: tuple[int, int] = (40, 33), seed: int = 0) -> Patch:
    w, h = size
    left, top, right, bottom = (max(3, round(share * max(w, h))) for share in group.reach)
    random = random_of(seed, kind.label)
    chosen = {name: values[seed % len(values)] for name, values in kind.attributes.items()}
    pixels = np.broadcast_to(GROUND, (top + h + bottom, left + w + right, 3)).copy()
    spot = Spot((0, 0), local={"stains": SLIDE, "ground": GROUND})
    box = (left, top, left + w, top + h)
    return Patch(pixels, box, CONTRAST, {**chosen, **kind.constant}, spot, random)


def draw(kind: Kind, patch: Patch) -> Drawn:
    if kind.draw is None:
        raise ValueError(kind.label)
    return kind.draw(patch)


def make_background(name: str, px: int = 128, patient: int = 0, image: int = 0) -> Background:
    random = (random_of(0, "anatomy", patient), random_of(0, "image", image))
    return MODALITY.background(Request(VARIANTS[name], (px, px + 16), *random, Scanner()))


def shown_change(patch: Patch, drawn: Drawn) -> Pixels:
    return np.asarray((drawn.pixels - patch.pixels)[drawn.mask].mean(axis=0), np.float32)


@pytest.mark.parametrize("size", [(3, 3), (5, 9), (40, 33)])
@pytest.mark.parametrize("label", sorted(KINDS))
def test_a_drawing_touches_the_edges_of_its_box(label: str, size: tuple[int, int]) -> None:
    for seed in range(3):
        patch = make_patch(*KINDS[label], size, seed)
        drawn = draw(KINDS[label][1], patch)
        assert bounds_of(drawn.mask) == patch.box_xyxy
        assert drawn.pixels.shape == patch.pixels.shape
        assert np.isfinite(drawn.pixels).all()


@pytest.mark.parametrize("label", sorted(set(KINDS) - {"malaria_ring", "platelet_on_red_cell"}))
def test_the_strongest_channel_is_darker_by_the_contrast_whatever_the_attributes(label: str) -> None:
    for seed in range(4):
        patch = make_patch(*KINDS[label], seed=seed)
        assert shown_change(patch, draw(KINDS[label][1], patch)).min() == pytest.approx(-CONTRAST, rel=0.01)


@pytest.mark.parametrize("group", GROUPS.values(), ids=lambda group: group.name)
@pytest.mark.parametrize("size", [(5, 6), (40, 33)])
def test_things_of_a_group_have_one_mean_colour(group: Group, size: tuple[int, int]) -> None:
    drawn = [draw(kind, make_patch(group, kind, size)) for kind in group.kinds]
    colours = [each.pixels[each.mask].mean(axis=0) for each in drawn]
    assert np.ptp(np.stack(colours), axis=0) == pytest.approx([0, 0, 0], abs=0.06 * CONTRAST)


@pytest.mark.parametrize("label", sorted(KINDS))
def test_each_attribute_can_be_seen(label: str) -> None:
    group, kind = KINDS[label]
    for name, values in kind.attributes.items():
        patches = [make_patch(group, kind) for _ in values]
        asked = [{**patch.attributes, name: value} for patch, value in zip(patches, values, strict=True)]
        looks = [draw(kind, replace(each, attributes=ask)).pixels for each, ask in zip(patches, asked, strict=True)]
        assert all(np.abs(look - looks[0]).max() > CONTRAST / 4 for look in looks[1:])


@pytest.mark.parametrize("label", ["malaria_ring", "platelet_on_red_cell"])
def test_what_lies_in_a_red_cell_has_that_cell_about_it(label: str) -> None:
    group, kind = KINDS[label]
    patch = make_patch(group, kind, (30, 30))
    pixels = draw(kind, patch).pixels
    x1, y1, x2, _ = patch.box_xyxy
    body = SLIDE.colour(0.0, 0.42)
    assert pixels[y1 - 1, (x1 + x2) // 2] == pytest.approx(body, abs=0.02)
    assert pixels[0, 0] == pytest.approx(GROUND)
    assert pixels[-1, -1] == pytest.approx(GROUND)


def test_granules_are_coarse_in_eosinophils_alone() -> None:
    grains = {}
    for label in ("neutrophil", "eosinophil"):
        patch = make_patch(*KINDS[label], (60, 60))
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


def assessed(variant: Variant) -> frozenset[str]:
    return frozenset(assessable_categories(MODALITY.id, variant.body_part, None, variant.technique))


@pytest.mark.parametrize("variant", MODALITY.variants, ids=lambda variant: variant.name)
def test_findings_are_of_categories_that_the_picture_can_show(variant: Variant) -> None:
    found = {kind.category for group in variant.groups for kind in group.of_role("finding")}
    assert found
    assert found <= assessed(variant)


def test_pictures_are_in_colour_without_axes_or_sides() -> None:
    for phantom in phantoms(PhantomSettings(12, size_px=96, modalities=("microscopy",))):
        assert phantom.pixels.ndim == 3
        assert phantom.axes is None
        assert not phantom.marker
        assert {(region.place, region.side) for region in phantom.regions} <= {(None, None)}
