"""The gut: drawings fill their boxes at one mean, hours agree with places, patterns differ as the diseases do."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Group, Kind, Patch, Pixels, Spot
from pipeline.phantoms.modalities.endoscopy import MODALITY, clock
from pipeline.phantoms.modalities.endoscopy_lesions import COLOURS, INFLAMED, NARROW_BAND, PALE, POLYP
from pipeline.phantoms.modalities.endoscopy_tunnel import glints, octagon, shaken
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import CONTRAST, change, draw, make_patch, named

HW = (120, 150)
VARIANTS = {variant.name: variant for variant in MODALITY.variants}
WHITE_LIGHT = [variant for variant in MODALITY.variants if variant.technique == "white light"]
GROUPS = [group for variant in WHITE_LIGHT for group in variant.groups]
KINDS = [(group, kind) for group in GROUPS for kind in group.kinds]
COLOURS_OF = {"polyp": POLYP, "colitis": INFLAMED, "oesophageal_mucosa": INFLAMED, "defect": PALE}


def kind_of(label: str, group: str = "") -> Kind:
    return next(kind for each, kind in KINDS if kind.label == label and group in ("", each.name))


def patch_of(kind: Kind, wh: tuple[int, int] = (60, 48), seed: int = 0, light: str = "white", **values: str) -> Patch:
    spot = Spot((0, 0), angle=0.7 * seed, local={"narrow_band": light == "narrow"})
    random, margin = random_of(seed, "site"), round(0.3 * max(wh))
    margins = (margin, margin, margin, margin)
    return make_patch(
        kind, wh, random=random, ground=(0.6, 0.4, 0.3), margins=margins, spot=spot, nth=seed, asked=values
    )


def inner_change(label: str, seed: int = 0, **values: str) -> Pixels:
    """Within a square box of 60 pixels."""
    patch = patch_of(kind_of(label), (60, 60), seed, **values)
    return change(patch, draw(kind_of(label), patch))[18:78, 18:78]


def make_background(name: str = "colon", patient: int = 0, image: int = 0) -> Background:
    return MODALITY.background(
        Request(VARIANTS[name], HW, random_of(patient, "anatomy"), random_of(image, "image"), Scanner())
    )


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
def test_the_mean_is_the_stated_colour_or_one_of_the_groups(group: Group, kind: Kind) -> None:
    for seed in range(12):
        patch = patch_of(kind, seed=seed)
        drawn = draw(kind, patch)
        found = change(patch, drawn)[drawn.mask].mean(axis=0)
        stated = patch.attributes.get("colour")
        legal = (stated,) if stated else COLOURS_OF[group.name]
        assert any(np.allclose(found, COLOURS[name], atol=0.02) for name in legal)


@pytest.mark.parametrize("kind", VARIANTS["colon_nbi"].groups[0].kinds, ids=named)
def test_narrow_band_light_shows_every_kind_in_one_hue_and_no_text_can_name_another(kind: Kind) -> None:
    patch = patch_of(kind, light="narrow")
    drawn = draw(kind, patch)
    assert np.allclose(change(patch, drawn)[drawn.mask].mean(axis=0), NARROW_BAND, atol=0.02)
    assert "colour" not in {**kind.attributes, **kind.constant}


def test_shapes_of_polyps_differ_in_outline_and_shading() -> None:
    for label in ("adenoma", "hyperplastic_polyp"):
        kind = kind_of(label)
        drawn = {shape: draw(kind, patch_of(kind, shape=shape)) for shape in ("sessile", "pedunculated", "flat")}
        assert drawn["pedunculated"].mask.sum() < 0.85 * drawn["sessile"].mask.sum()
        assert drawn["sessile"].mask.sum() == drawn["flat"].mask.sum()
        assert np.abs(drawn["sessile"].pixels - drawn["flat"].pixels).max() > 0.3 * CONTRAST


def test_pits_of_an_adenoma_are_long_and_those_of_a_hyperplastic_polyp_round() -> None:
    ratios = {}
    for label in ("adenoma", "hyperplastic_polyp"):
        found = []
        for seed in range(0, 12, 3):  # sessile
            middle = inner_change(label, seed, shape="flat")[14:46, 14:46, 1]
            gy, gx = np.gradient(middle - middle.mean())
            moments = np.linalg.eigvalsh([[(gx * gx).mean(), (gx * gy).mean()], [(gx * gy).mean(), (gy * gy).mean()]])
            found.append(moments[1] / moments[0])
        ratios[label] = float(np.median(found))
    assert ratios["adenoma"] > 1.5 * ratios["hyperplastic_polyp"]


def test_colitis_is_everywhere_and_crohn_disease_leaves_mucosa_between() -> None:
    y, x = np.mgrid[-1:1:60j, -1:1:60j]
    for seed in range(4):
        widest = []
        for label in ("ulcerative_colitis", "crohn_disease"):
            green = inner_change(label, seed, margin="circumscribed", severity="moderate", colour="red")[:, :, 1]
            empty = (green < np.percentile(green[np.hypot(x, y) < 0.8], 90)) & (np.hypot(x, y) < 0.8)
            widest.append(float(cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 5).max()))
        assert widest[1] > 1.15 * widest[0], (seed, widest)


@pytest.mark.parametrize("label", ["ulcerative_colitis", "crohn_disease", "oesophagitis"])
def test_the_more_severe_the_more_slough(label: str) -> None:
    strongest = [
        float(np.ptp(inner_change(label, margin="circumscribed", colour="red", severity=severity)[:, :, 1]))
        for severity in ("mild", "moderate", "severe")
    ]
    assert strongest == sorted(strongest)
    assert strongest[2] > 1.2 * strongest[0]


def test_an_ulcer_has_a_dark_wall_about_a_pale_base_and_an_erosion_has_none() -> None:
    y, x = np.mgrid[-1:1:60j, -1:1:60j]
    far = np.hypot(x, y)
    for seed in range(4):
        ulcer = inner_change("ulcer", seed, margin="circumscribed").mean(axis=2)
        erosion = inner_change("erosion", seed, margin="circumscribed").mean(axis=2)
        assert ulcer[far < 0.35].mean() > ulcer[(far > 0.5) & (far < 0.72)].mean() + 1
        assert ulcer.min() < erosion.min()


def test_breaks_run_along_the_tunnel_and_palisade_vessels_too() -> None:
    for label in ("oesophagitis", "normal_vascular_pattern"):
        kind = kind_of(label, "oesophageal_mucosa")
        patch = patch_of(kind, (60, 60), 0, margin="circumscribed")
        middle = change(patch, draw(kind, patch))[30:66, 30:66, 1]
        along, across = np.abs(np.diff(middle, axis=1)).mean(), np.abs(np.diff(middle, axis=0)).mean()
        assert across > 1.3 * along  # angle 0: the tunnel runs along x


@pytest.mark.parametrize(
    ("xy", "expected"),
    [
        ((75, 60), "field_centre"),
        ((75, 5), "field_12_oclock"),
        ((145, 60), "field_3_oclock"),
        ((75, 115), "field_6_oclock"),
        ((5, 60), "field_9_oclock"),
        ((110, 0), "field_1_oclock"),
        ((40, 0), "field_11_oclock"),
    ],
)
def test_hours_are_those_of_a_clock(xy: tuple[float, float], expected: str) -> None:
    assert clock(HW, *xy) == expected


@given(x=st.floats(0, 150), y=st.floats(0, 120))
def test_every_place_of_the_field_has_a_name_and_opposite_ones_differ_by_six_hours(x: float, y: float) -> None:
    here, there = clock(HW, x, y), clock(HW, 150 - x, 120 - y)
    assert is_legal(here, None)
    if here != "field_centre":
        hours = [int(name.split("_")[1]) for name in (here, there)]
        assert abs(hours[0] - hours[1]) in (5, 6, 7)


@pytest.mark.parametrize("name", list(VARIANTS))
def test_the_lumen_is_the_dark_end_and_nothing_lies_in_it_or_beneath_the_mask(name: str) -> None:
    found = 0
    for patient in range(3):
        background = make_background(name, patient)
        lumen = background.anatomy[0]
        assert background.outside is not None
        wall = ~lumen.mask & ~background.outside
        brightness = background.pixels.mean(axis=2)
        assert brightness[lumen.mask].mean() < 0.6 * brightness[wall].mean()
        for i in range(40):
            spot = next(iter(background.spots.values()))(random_of(i, "spot"), (16, 12))
            if spot:
                x, y = int(spot.xy[0]), int(spot.xy[1])
                assert not lumen.mask[y - 5 : y + 5, x - 7 : x + 7].any()
                assert not background.outside[y - 5 : y + 5, x - 7 : x + 7].any()
                assert spot.place == clock(HW, *spot.xy)
                assert spot.side is None
                found += 1
    assert found > 20


def test_an_outward_direction_points_away_from_the_lumen() -> None:
    background = make_background("oesophagus", 1)
    ys, xs = np.nonzero(background.anatomy[0].mask)
    tried = [background.spots["oesophageal_mucosa"](random_of(i, "spot"), (10, 10)) for i in range(20)]
    spots = [spot for spot in tried if spot]
    assert len(spots) > 5
    for spot in spots:
        away = np.array(spot.xy) - (xs.mean(), ys.mean())
        assert np.cos(spot.angle - np.arctan2(away[1], away[0])) > 0.9


def test_the_mask_of_the_scope_is_an_octagon_that_keeps_the_text() -> None:
    corner = octagon(HW, 0.3)
    assert np.array_equal(corner, corner[:, ::-1])
    assert corner[5, 5]
    assert not corner[60, 5]
    background = make_background()
    assert background.outside is not None
    shown = background.finish(background.pixels, random_of(0, "physics"))
    kept = shown[corner & ~background.outside]
    assert kept.size
    assert kept.max() > 0.8


def test_a_moving_scope_blurs_along_and_keeps_brightness() -> None:
    sharp = np.zeros((300, 300, 3), np.float32)
    sharp[150, 150] = 1
    results = [shaken(sharp, random_of(i, "shake")) for i in range(30)]
    blurred = [each for each in results if each.max() < 1]
    assert 2 < len(blurred) < 16
    assert all(each.sum() == pytest.approx(3, rel=1e-4) for each in blurred)


def test_glints_are_few_small_and_mostly_where_it_is_wet() -> None:
    wet = np.zeros(HW, np.float32)
    wet[:, :75] = 1
    found = np.mean([glints(random_of(i, "glints"), HW, wet) for i in range(20)], axis=0)
    assert 0 < found.mean() < 0.05
    assert found[:, :75].sum() > 3 * found[:, 75:].sum()
