"""CT: tissues have their Hounsfield values, drawings fill their boxes at one mean, sides and places agree."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Spot
from pipeline.phantoms.modalities.ct import MODALITY
from pipeline.phantoms.modalities.ct_slice import Frame, Physics, within
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.attributes import attribute_values
from schemas.lexicon.places import is_legal, place
from schemas.taxonomy.assessable import assessable_categories
from tests.pipeline.phantoms.builders import bounds_of

SIZE = 128
VARIANTS = {variant.name: variant for variant in MODALITY.variants}
DARK = ("dark", "liver", "kidney", "embolus", "flap")  # groups that lower the density; all others raise it
SIDED = ("extra_axial", "nodule", "airway", "subpleural", "airspace", "kidney", "ureter")
LOBES = ("frontal_lobe", "temporal_lobe", "occipital_lobe", "insula")
SIDED_PLACES = (*LOBES, "basal_ganglia", "deep_white_matter", "main_pulmonary_artery")


def kinds() -> Iterator[tuple[Group, Kind]]:
    for variant in MODALITY.variants:
        for group in variant.groups:
            yield from ((group, kind) for kind in group.kinds)


def named(case: Group | Kind | Variant) -> str:
    return case.label if isinstance(case, Kind) else case.name


def make_request(name: str, patient: int = 0, image: int = 0, hw: tuple[int, int] = (SIZE, SIZE)) -> Request:
    return Request(VARIANTS[name], hw, random_of(0, "anatomy", patient), random_of(0, "image", image), Scanner())


def make_background(name: str, patient: int = 0, image: int = 0, hw: tuple[int, int] = (SIZE, SIZE)) -> Background:
    return MODALITY.background(make_request(name, patient, image, hw))


def draw(kind: Kind, seed: int, wh: tuple[int, int] = (34, 27)) -> tuple[Patch, Drawn]:
    random = random_of(seed, "site")
    chosen = {name: values[seed % len(values)] for name, values in kind.attributes.items()}
    margin = max(3, round(0.3 * max(wh)))
    box = (margin, margin, margin + wh[0], margin + wh[1])
    pixels = np.full((wh[1] + 2 * margin, wh[0] + 2 * margin), 40.0, np.float32)
    spot = Spot((0, 0), angle=float(random.uniform(-3, 3)))
    patch = Patch(pixels, box, 30.0, {**chosen, **kind.constant}, spot, random)
    assert kind.draw is not None
    return patch, kind.draw(patch)


def masks(background: Background, label: str) -> list[Mask]:
    return [each.mask for each in background.anatomy if each.label == label]


@pytest.mark.parametrize(("group", "kind"), list(kinds()), ids=named)
def test_every_kind_of_a_group_fills_its_box_at_the_same_mean(group: Group, kind: Kind) -> None:
    sign = -1.0 if group.name in DARK else 1.0
    for seed in range(4):
        patch, drawn = draw(kind, seed)
        assert bounds_of(drawn.mask) == patch.box_xyxy
        change = (drawn.pixels - patch.pixels)[drawn.mask].mean()
        assert change == pytest.approx(sign * patch.contrast, rel=1e-3)


@pytest.mark.parametrize("wh", [(3, 3), (3, 7), (9, 5), (60, 90)])
def test_drawings_fill_boxes_of_any_size(wh: tuple[int, int]) -> None:
    for _, kind in kinds():
        for seed in range(3):
            patch, drawn = draw(kind, seed, wh)
            assert bounds_of(drawn.mask) == patch.box_xyxy, kind.label
            assert np.isfinite(drawn.pixels).all()
            assert np.abs(drawn.pixels - patch.pixels).max() < 25 * patch.contrast, kind.label


@pytest.mark.parametrize(("group", "kind"), list(kinds()), ids=named)
def test_each_attribute_changes_the_picture(group: Group, kind: Kind) -> None:
    for name, values in kind.attributes.items():
        assert set(values) <= {each.value for each in attribute_values(name)}
        seen = []
        for value in values:
            patch, _ = draw(kind, 0)
            assert kind.draw is not None
            again = replace(patch, attributes={**patch.attributes, name: value}, random=random_of(0, "same"))
            seen.append(kind.draw(again).pixels)
        assert all(np.abs(one - seen[0]).max() > 0.1 * patch.contrast for one in seen[1:]), f"{kind.label}: {name}"


def test_a_lens_bulges_towards_the_brain_and_a_crescent_does_not() -> None:
    """On the line between the ends of the box's lower side, the skull being above."""
    for label, inside in (("epidural_haematoma", True), ("subdural_haematoma", False)):
        kind = next(kind for _, kind in kinds() if kind.label == label)
        patch, _ = draw(kind, 0, (60, 24))
        assert kind.draw is not None
        drawn = kind.draw(replace(patch, spot=Spot((0, 0), angle=-np.pi / 2)))
        x1, _, x2, y2 = patch.box_xyxy
        assert bool(drawn.mask[y2 - 3, (x1 + x2) // 2]) is inside


def test_a_stone_is_dense_in_its_middle_and_a_phlebolith_is_not() -> None:
    middle = {}
    for label in ("ureteric_stone", "phlebolith"):
        kind = next(kind for _, kind in kinds() if kind.label == label)
        patch, drawn = draw(kind, 0, (21, 21))
        x1, y1, x2, y2 = patch.box_xyxy
        middle[label] = drawn.pixels[(y1 + y2) // 2, (x1 + x2) // 2] - patch.pixels[0, 0]
    assert middle["ureteric_stone"] > 1.5 * 30
    assert middle["phlebolith"] < 0.3 * 30


@pytest.mark.parametrize("variant", MODALITY.variants, ids=named)
def test_findings_can_be_assessed_and_lie_at_legal_places(variant: Variant) -> None:
    known = assessable_categories(MODALITY.id, variant.body_part, variant.projection, variant.technique)
    background, random = make_background(variant.name, 3), random_of(1, "spots")
    for group in variant.groups:
        assert {kind.category for kind in group.of_role("finding")} <= set(known)
        found = [spot for _ in range(60) if (spot := background.spots[group.name](random, (5.0, 5.0)))]
        assert len(found) > 5, group.name
        for spot in found:
            if spot.place is not None:
                assert place(spot.place)
                assert is_legal(spot.place, spot.side)
            assert (spot.side is not None) == (group.name in SIDED or spot.place in SIDED_PLACES)


@pytest.mark.parametrize("name", ["head", "chest_lung", "pelvis"])
def test_the_patients_left_is_on_the_pictures_right(name: str) -> None:
    background, random = make_background(name, 1), random_of(2, "spots")
    assert VARIANTS[name].axes == ("L", "P")
    for group in VARIANTS[name].groups:
        for _ in range(40):
            spot = background.spots[group.name](random, (4.0, 4.0))
            if spot is not None and spot.side is not None and abs(spot.xy[0] - SIZE / 2) > 0.02 * SIZE:
                assert spot.side == ("left" if spot.xy[0] > SIZE / 2 else "right")


@pytest.mark.parametrize("variant", MODALITY.variants, ids=named)
def test_a_patients_anatomy_is_the_same_on_every_picture(variant: Variant) -> None:
    one, other = (make_background(variant.name, 5, image) for image in (0, 1))
    stranger = make_background(variant.name, 6, 0)
    assert one.spacing_mm == other.spacing_mm != stranger.spacing_mm
    for a, b in zip(one.anatomy, other.anatomy, strict=True):
        assert b.mask.sum() == pytest.approx(a.mask.sum(), rel=0.1, abs=30), a.label
    assert any(
        abs(int(a.mask.sum()) - int(b.mask.sum())) > 30 for a, b in zip(one.anatomy, stranger.anatomy, strict=True)
    )


TISSUES = (
    ("head", "brain", 20, 45),
    ("head", "brain_ventricle", 0, 20),
    ("chest_lung", "lung", -930, -700),
    ("chest_mediastinum", "aorta", 120, 210),
    ("chest_angiogram", "pulmonary_artery", 300, 460),
    ("abdomen", "liver", 80, 140),
    ("abdomen", "spleen", 85, 150),
    ("pelvis", "urinary_bladder", -5, 25),
)


@pytest.mark.parametrize(("name", "label", "low", "high"), TISSUES)
def test_tissues_have_their_density_in_hounsfield_units(name: str, label: str, low: float, high: float) -> None:
    for patient in range(4):
        background = make_background(name, patient)
        assert background.stored == "hounsfield"
        for mask in masks(background, label):
            assert low < np.median(background.pixels[mask]) < high


def test_air_lies_about_the_body_and_a_window_shows_its_organ() -> None:
    for name in VARIANTS:
        background = make_background(name, 2)
        assert background.pixels.min() == -1000 or name in ("kidney", "pancreas", "chest_angiogram")
        low, high = background.window
        organ = background.anatomy[0]
        if organ.mask.any():
            shown = (np.median(background.pixels[organ.mask]) - low) / (high - low)
            assert 0.1 < shown < 0.95, name


@pytest.mark.parametrize("variant", MODALITY.variants, ids=named)
def test_pictures_of_any_shape_are_drawn(variant: Variant) -> None:
    for hw in ((96, 77), (77, 96)):
        background = make_background(variant.name, 4, 0, hw)
        finished = background.finish(background.pixels, random_of(0, "physics"))
        assert finished.shape == hw
        assert finished.dtype == np.float32
        assert np.isfinite(finished).all()


@pytest.mark.parametrize("scanner", ["a", "b"])
def test_noise_has_the_stated_deviation_in_the_middle(scanner: str) -> None:
    physics = Physics(Scanner(scanner), noise=10.0, blur=0.001)  # type: ignore[arg-type]
    noisy = physics(np.zeros((256, 256), np.float32), random_of(0, "noise"))
    assert noisy[64:192, 64:192].std() == pytest.approx(10.0, rel=0.15)


def test_metal_throws_streaks_that_fade() -> None:
    physics = Physics(Scanner(), noise=10.0, blur=0.001, metal=(128.0, 5.0))
    plain = replace(physics, metal=None)
    canvas = np.zeros((256, 256), np.float32)
    added = physics(canvas, random_of(0, "x")) - plain(canvas, random_of(0, "x"))
    assert added[:60].std() > 3 * added[196:].std() > 0


def test_a_place_is_found_only_where_the_site_fits() -> None:
    mask = np.zeros((64, 64), np.bool_)
    frame = Frame((32.0, 32.0), (30.0, 30.0))
    assert within(mask, frame, lambda x, y: (None, None))(random_of(0, "spot"), (4.0, 4.0)) is None
    mask[20:44, 20:44] = True
    find = within(mask, frame, lambda x, y: (None, None))
    assert all(find(random_of(i, "spot"), (40.0, 40.0)) is None for i in range(20))
    spots = [spot for i in range(20) if (spot := find(random_of(i, "spot"), (8.0, 8.0)))]
    assert len(spots) > 10
    assert all(22 < spot.xy[0] < 42 and 22 < spot.xy[1] < 42 for spot in spots)
