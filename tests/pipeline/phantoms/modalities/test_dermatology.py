"""Skin: drawings fill their boxes at the mean that their colour says; nuisance is apart from disease."""

import itertools

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Drawn, Group, Kind, Patch, Pixels
from pipeline.phantoms.modalities.dermatology import GROUPS, MODALITY
from pipeline.phantoms.modalities.dermatology_lesions import BLOOD, COLOURS, PIGMENT, RED_BROWN
from pipeline.phantoms.modalities.dermatology_skin import Overlay, hair, lens_circle, ruler
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner
from tests.pipeline.phantoms.patches import change, draw, make_patch, named

HW = (120, 150)
TONE = (0.8, 0.6, 0.5)
KINDS = [(group, kind) for group in GROUPS for kind in group.kinds]
BY_LABEL = {kind.label: kind for _, kind in KINDS}
MEANS = {
    "pigmented": [COLOURS[name] for name in PIGMENT],
    "carcinoma": [COLOURS[name] for name in BLOOD],
    "red_or_brown": [RED_BROWN],
}


def patch_of(kind: Kind, wh: tuple[int, int] = (60, 48), seed: int = 0, **attributes: str) -> Patch:
    margin = round(0.3 * max(wh))
    margins = (margin, margin, margin, margin)
    return make_patch(
        kind, wh, random=random_of(seed, "site"), ground=TONE, margins=margins, nth=seed, asked=attributes
    )


def mean_change(patch: Patch, drawn: Drawn) -> Pixels:
    return np.asarray(change(patch, drawn)[drawn.mask].mean(axis=0), np.float32)


def make_background(name: str = "clinical", patient: int = 0, image: int = 0) -> Background:
    variant = next(each for each in MODALITY.variants if each.name == name)
    return MODALITY.background(
        Request(variant, HW, random_of(patient, "anatomy"), random_of(image, "image"), Scanner())
    )


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
def test_every_kind_takes_every_mean_colour_of_its_group_and_no_other(group: Group, kind: Kind) -> None:
    means = set()
    for seed in range(24):
        patch = patch_of(kind, seed=seed)
        found = mean_change(patch, draw(kind, patch))
        (mean,) = (each for each in MEANS[group.name] if np.allclose(found, each, atol=0.02))
        means.add(mean)
    assert means == set(MEANS[group.name])


@pytest.mark.parametrize("colour", PIGMENT)
def test_a_stated_colour_is_the_one_that_is_seen(colour: str) -> None:
    patch = patch_of(BY_LABEL["freckle"], colour=colour)
    assert np.allclose(mean_change(patch, draw(BY_LABEL["freckle"], patch)), COLOURS[colour], atol=0.02)


def test_an_ill_defined_edge_is_wider_than_a_circumscribed_one_and_an_irregular_outline_less_round() -> None:
    freckle = BY_LABEL["freckle"]
    drawn = {margin: draw(freckle, patch_of(freckle, margin=margin, texture="homogeneous")) for margin in
             ("circumscribed", "ill-defined", "irregular")}  # fmt: skip
    outside = {name: np.abs(each.pixels - np.array(TONE, np.float32))[~each.mask].sum() for name, each in drawn.items()}
    assert outside["ill-defined"] > 2 * outside["circumscribed"]
    assert drawn["irregular"].mask.sum() < 0.95 * drawn["circumscribed"].mask.sum()


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
def test_a_granular_lesion_is_rougher_than_the_same_one_homogeneous(group: Group, kind: Kind) -> None:
    rough = []
    for texture in ("homogeneous", "granular"):
        patch = patch_of(kind, texture=texture)
        rough.append(np.abs(np.diff(change(patch, draw(kind, patch)), axis=1)).mean())
    assert rough[1] > 1.1 * rough[0]


def test_only_a_melanoma_has_halves_that_differ_and_hues_that_vary() -> None:
    halves, hues = {}, {}
    for _, kind in KINDS:
        patch = patch_of(kind, wh=(60, 60), margin="circumscribed", texture="homogeneous")
        shown = change(patch, draw(kind, patch))[18:78, 18:78]
        mirrored = [shown[::-1], shown[:, ::-1], shown[::-1, ::-1]]
        smooth = [each.reshape(6, 10, 6, 10, 3).mean(axis=(1, 3)) for each in (shown, *mirrored)]
        halves[kind.label] = max(float(np.abs(smooth[0] - each).mean()) for each in smooth[1:])
        hues[kind.label] = float(np.std(smooth[0][:, :, 0] - smooth[0][:, :, 2]))
    group = [kind.label for kind in GROUPS[0].kinds if kind.label != "melanoma"]
    assert halves["melanoma"] > 1.5 * max(halves[label] for label in group)
    assert hues["melanoma"] > 1.5 * max(hues[label] for label in group)


def test_a_basal_cell_carcinoma_is_pale_at_its_rim_and_a_squamous_one_in_its_middle() -> None:
    for seed in range(6):
        rims = []
        for label in ("basal_cell_carcinoma", "squamous_cell_carcinoma"):
            patch = patch_of(BY_LABEL[label], (60, 60), seed, margin="circumscribed", colour="red")
            shown = change(patch, draw(BY_LABEL[label], patch))[18:78, 18:78].mean(axis=2)
            y, x = np.mgrid[-1:1:60j, -1:1:60j]
            far = np.hypot(x, y)
            rims.append(float(shown[(far > 0.72) & (far < 0.9)].mean() - shown[far < 0.5].mean()))
        assert rims[0] > 0.5
        assert rims[1] < -0.5


def test_no_group_sets_a_melanoma_against_a_dysplastic_naevus() -> None:
    labels = {kind.label for _, kind in KINDS}
    assert "melanoma" in labels
    assert "dysplastic_naevus" not in labels


def test_tone_is_the_patients_and_six_types_are_about_equally_frequent() -> None:
    tones = np.array([make_background(patient=i).pixels.mean(axis=(0, 1)) for i in range(60)])
    counts, _ = np.histogram(tones[:, 1], bins=(0, 0.39, 0.48, 0.58, 0.67, 0.745, 1))
    assert counts.min() >= 4
    same = [make_background(patient=3, image=i).pixels.mean(axis=(0, 1)) for i in range(4)]
    assert np.ptp(same, axis=0).max() < 0.12 < np.ptp(tones, axis=0).min()


@pytest.mark.parametrize(("name", "measured"), [("clinical", False), ("dermoscopy", True), ("dermoscopy_round", True)])
def test_only_a_dermoscope_knows_millimetres(name: str, measured: bool) -> None:
    spacings = {make_background(name, image=i).spacing_mm for i in range(4)}
    assert len(spacings) == 1
    assert (None in spacings) != measured


def test_lesions_of_a_round_field_lie_in_it() -> None:
    background = make_background("dermoscopy_round")
    assert background.outside is not None
    assert 0.25 < background.outside.mean() < 0.6
    found = [background.spots["carcinoma"](random_of(i, "spot"), (30, 20)) for i in range(60)]
    placed = [spot for spot in found if spot]
    assert len(placed) > 20
    for spot, dx, dy in itertools.product(placed, (-15, 15), (-10, 10)):
        assert not background.outside[int(spot.xy[1] + dy), int(spot.xy[0] + dx)]


def test_lesions_of_a_photograph_keep_clear_of_the_rulers_border() -> None:
    spots = [make_background().spots["pigmented"](random_of(i, "spot"), (40, 30)) for i in range(40)]
    assert all(spot and 27 <= spot.xy[0] <= 123 and 22 <= spot.xy[1] <= 98 for spot in spots)


def test_a_rulers_ticks_are_a_millimetre_apart() -> None:
    drawn = [found for i in range(20) if (found := ruler(random_of(i, "ruler"), HW, 12.0))]
    assert 0 < len(drawn) < 20
    for overlay in drawn:
        ticks = np.flatnonzero(overlay.weights[-1])
        assert np.allclose(np.diff(ticks), 12, atol=1)


def test_an_overlay_changes_only_what_it_covers() -> None:
    weights = np.zeros(HW, np.float32)
    weights[3, 4] = 0.5
    before = np.full((*HW, 3), 0.4, np.float32)
    after = Overlay(weights, (1.0, 0.0, 0.4)).over(before)
    assert after[3, 4] == pytest.approx([0.7, 0.2, 0.4])
    assert np.count_nonzero(np.any(after != before, axis=2)) == 1


def test_hair_is_on_some_pictures_thin_and_of_more_than_one_colour() -> None:
    drawn = [hair(random_of(i, "hair"), HW) for i in range(30)]
    present = [each for each in drawn if each]
    assert 8 < len(present) < 28
    assert all(0 < each.weights.astype(bool).mean() < 0.4 for each in present)
    assert len({each.colour for each in present}) > 2


def test_noise_is_as_strong_as_the_contrasts_presume_and_hardly_coloured() -> None:
    background = make_background("dermoscopy", image=5)
    plain = np.full((*HW, 3), 0.5, np.float32)
    noisy = background.finish(plain, random_of(1, "bare"))
    grey = np.median(np.abs(noisy.mean(axis=2) - 0.5)) * 1.4826
    assert grey == pytest.approx(background.noise, rel=0.2)
    assert np.std(noisy[:, :, 0] - noisy[:, :, 2]) < background.noise


def test_a_lens_circle_is_centred() -> None:
    outside = lens_circle(HW, 50.0)
    assert np.array_equal(outside, outside[::-1, ::-1])
    assert (~outside).sum() == pytest.approx(np.pi * 50**2, rel=0.02)
