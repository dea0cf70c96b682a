"""MR: signs follow the technique, drawings fill their boxes, sides agree with the anatomy, noise is Rician."""

from collections.abc import Iterator

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Group, Kind, Spot
from pipeline.phantoms.modalities.mri import MODALITY
from pipeline.phantoms.modalities.mri_physics import magnitude
from pipeline.phantoms.modalities.mri_spine import LEVELS
from pipeline.phantoms.modalities.mri_temporal import ATROPHY
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner
from tests.pipeline.phantoms.builders import bounds_of
from tests.pipeline.phantoms.patches import change, draw, make_patch, named

SIZE = 128
VARIANTS = {variant.name: variant for variant in MODALITY.variants}


def kinds() -> Iterator[tuple[Variant, Group, Kind]]:
    for variant in MODALITY.variants:
        for group in variant.groups:
            yield from ((variant, group, kind) for kind in group.kinds if kind.draw)


def make_request(name: str, patient: int = 0, image: int = 0, extent: str = "") -> Request:
    extents = {ATROPHY.name: extent} if ATROPHY in VARIANTS[name].groups else {}
    generators = (random_of(0, "anatomy", patient), random_of(0, "image", image))
    return Request(VARIANTS[name], (SIZE, SIZE), *generators, Scanner(), extents=extents)


def make_background(name: str, patient: int = 0, image: int = 0, extent: str = "") -> Background:
    return MODALITY.background(make_request(name, patient, image, extent))


@pytest.mark.parametrize(("variant", "kind"), [(each[0], each[2]) for each in kinds()], ids=named)
def test_a_drawing_has_the_sign_of_its_technique(variant: Variant, kind: Kind) -> None:
    dark = variant.technique == "T1" or variant.body_part in ("prostate", "lumbar_spine")
    for seed in range(4):
        random = random_of(seed, "site")
        spot = Spot((0, 0), angle=float(random.uniform(-3, 3)))
        patch = make_patch(kind, random=random, spot=spot, nth=seed)
        drawn = draw(kind, patch)
        assert change(patch, drawn)[drawn.mask].mean() == pytest.approx(-1 if dark else 1, rel=1e-3)
        assert kind.constant["intensity"] == ("hypointense" if dark else "hyperintense")


def test_one_lesion_is_dark_in_t1_and_bright_in_the_other_techniques() -> None:
    said = {
        variant.technique: kind.constant["intensity"]
        for variant, _, kind in kinds()
        if kind.label == "glioma"
    }  # fmt: skip
    assert said == {"T1": "hypointense", "T1-post": "hyperintense", "T2": "hyperintense", "FLAIR": "hyperintense"}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_patient_keeps_the_anatomy_and_each_picture_has_a_gain_of_its_own(name: str) -> None:
    one, again, other = make_background(name), make_background(name, image=1), make_background(name, patient=1)
    sizes = [np.array([each.mask.sum() for each in background.anatomy[:1]]) for background in (one, again, other)]
    assert abs(sizes[0] - sizes[1]) < 0.03 * sizes[0]
    assert (sizes[0] != sizes[2]).all()
    assert one.window[1] != again.window[1]
    assert one.spacing_mm == again.spacing_mm


@pytest.mark.parametrize("name", VARIANTS)
def test_spots_lie_in_the_picture_on_the_side_that_they_say(name: str) -> None:
    background, random = make_background(name, patient=3), random_of(2, "spots")
    middle = SIZE / 2
    for find in background.spots.values():
        found = [spot for _ in range(120) if (spot := find(random, (5.0, 4.0))) is not None]
        assert len(found) >= 10
        for spot in found:
            assert 0 < spot.xy[0] < SIZE
            assert 0 < spot.xy[1] < SIZE
            if spot.side:  # +x is the patient's left
                assert (spot.xy[0] > middle) == (spot.side == "left")
        sides = {spot.side for spot in found}
        assert sides == ({None} if VARIANTS[name].plane == "sagittal" else {"left", "right"})


def test_paired_structures_are_named_by_the_patient_s_side() -> None:
    for name in ("head_t1", "temporal_lobes_t1"):
        paired = [each for each in make_background(name).anatomy if each.side]
        assert {each.side for each in paired} == {"left", "right"}
        for each in paired:
            x1, _, x2, _ = bounds_of(each.mask)
            assert ((x1 + x2) / 2 > SIZE / 2) == (each.side == "left")


def test_discs_are_named_from_above_downwards_and_spots_lie_behind_them() -> None:
    background, random = make_background("lumbar_spine_t2", patient=1), random_of(1, "spots")
    discs = {str(each.place): bounds_of(each.mask) for each in background.anatomy}
    assert [LEVELS.index(place) for place in discs] == sorted(LEVELS.index(place) for place in discs)
    assert [box[1] for box in discs.values()] == sorted(box[1] for box in discs.values())
    tried = [background.spots["disc"](random, (3.0, 4.0)) for _ in range(40)]
    spots = [spot for spot in tried if spot is not None and spot.place in discs]
    assert len(spots) > 10
    for spot in spots:
        x1, y1, x2, y2 = discs[str(spot.place)]
        assert spot.xy[0] > (x1 + x2) / 2
        assert y1 - 4 < spot.xy[1] < y2 + 4


@pytest.mark.parametrize("patient", range(4))
def test_atrophic_hippocampi_are_smaller_whatever_the_patient_s_age(patient: int) -> None:
    def area(extent: str) -> float:
        background = make_background("temporal_lobes_t1", patient, extent=extent)
        masks = {each.label: [] for each in background.anatomy}  # type: dict[str, list[int]]
        for each in background.anatomy:
            masks[each.label].append(int(each.mask.sum()))
        return sum(masks["hippocampus"]) / sum(masks["brain"])

    assert area("hippocampal_atrophy") < 0.65 * area("")


def test_atrophy_leaves_the_rest_of_the_head_as_it_is() -> None:
    plain, shrunk = (make_background("temporal_lobes_t1", extent=extent) for extent in ("", "hippocampal_atrophy"))
    changed = np.abs(plain.pixels - shrunk.pixels) > 1e-6
    _, y1, _, y2 = bounds_of(changed)
    assert 0 < changed.mean() < 0.06
    assert SIZE * 0.45 < y1 < y2 < SIZE * 0.85


@pytest.mark.parametrize(("signal", "mean", "std"), [(0.0, 1.2533, 0.6551), (20.0, 20.025, 0.999)])
def test_noise_is_rayleigh_in_air_and_normal_in_tissue(signal: float, mean: float, std: float) -> None:
    noisy = magnitude(np.full((256, 256), signal, np.float32), 1.0, Scanner(), random_of(0, "noise"))
    assert noisy.mean() == pytest.approx(mean, rel=0.01)
    assert noisy.std() == pytest.approx(std, rel=0.02)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_tissue_s_noise_is_what_contrasts_are_multiples_of(name: str) -> None:
    background = make_background(name)
    flat = np.full((SIZE, SIZE), 0.6, np.float32)
    fields = [background.finish(flat, random_of(0, "physics", i)) for i in range(2)]
    difference = np.diff(np.stack(fields), axis=0)[0]
    fine = (difference[:, 1:] - difference[:, :-1]).std() / 2
    assert fine == pytest.approx(background.noise, rel=0.05)


def test_fluid_is_dark_in_t1_and_flair_and_bright_in_t2() -> None:
    found = {}
    for name in ("head_t1", "head_flair", "head_t2"):
        background = make_background(name)
        brain, ventricle = (each.mask for each in background.anatomy[:2])
        found[name] = background.pixels[ventricle].mean() / background.pixels[brain & ~ventricle].mean()
    assert max(found["head_t1"], found["head_flair"]) < 0.5
    assert found["head_t2"] > 1.5
