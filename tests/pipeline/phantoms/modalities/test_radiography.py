from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.phantoms.background import Background, Request, Variant
from pipeline.phantoms.kinds import Drawn, Group, Kind, Mask, Patch, Pixels, Spot
from pipeline.phantoms.modalities.radiography import MODALITY
from pipeline.phantoms.modalities.radiography_chest import devices_layer
from pipeline.phantoms.modalities.radiography_chest_shape import SIDES, chest_of
from pipeline.phantoms.modalities.radiography_film import film_of
from pipeline.phantoms.texture import Scanner
from tests.pipeline.phantoms.builders import bounds_of

VARIANTS = {each.name: each for each in MODALITY.variants}
GROUPS = {group.name: group for each in MODALITY.variants for group in each.groups if group.extent is None}
KINDS = [(group, kind) for group in GROUPS.values() for kind in group.kinds]
LIMBS = ("forearm", "leg", "knee")
HW = (128, 112)
CONTRAST = 0.1


def named(each: object) -> str:
    return each.label if isinstance(each, Kind) else each.name if isinstance(each, Group | Variant) else str(each)


def make_request(
    variant: str = "chest_pa", seed: int = 1, image: int = 2, side: str | None = None, **extents: str
) -> Request:
    return Request(
        variant=VARIANTS[variant],
        hw=HW,
        patient=np.random.default_rng(seed),
        image=np.random.default_rng(image),
        scanner=Scanner(),
        laterality=side,  # type: ignore[arg-type]
        extents=extents,
    )


def background(
    variant: str = "chest_pa", seed: int = 1, image: int = 2, side: str | None = None, **extents: str
) -> Background:
    return MODALITY.background(make_request(variant, seed, image, side, **extents))


def make_patch(group: Group, kind: Kind, wh: tuple[int, int], side: str = "left", **asked: str) -> Patch:
    w, h = wh
    left, top, right, bottom = (max(3, round(share * max(w, h))) for share in group.reach)
    pixels = np.full((top + h + bottom, left + w + right), 0.5, np.float32)
    values = {**{name: choices[0] for name, choices in kind.attributes.items()}, **kind.constant, **asked}
    spot = Spot((0, 0), side=side, angle=0.3, local={"outwards_x": 1.0 if side == "left" else -1.0})  # type: ignore[arg-type]
    return Patch(pixels, (left, top, left + w, top + h), CONTRAST, values, spot, np.random.default_rng(5))


def draw(group: str, label: str, wh: tuple[int, int] = (60, 60), side: str = "left") -> tuple[Pixels, Mask]:
    """What is added within the box, and the mask there."""
    kind = next(kind for kind in GROUPS[group].kinds if kind.label == label)
    patch = make_patch(GROUPS[group], kind, wh, side)
    drawn = drawing(kind, patch)
    x1, y1, x2, y2 = patch.box_xyxy
    return (drawn.pixels - patch.pixels)[y1:y2, x1:x2], drawn.mask[y1:y2, x1:x2]


def drawing(kind: Kind, patch: Patch) -> Drawn:
    if kind.draw is None:
        raise ValueError(kind.label)
    return kind.draw(patch)


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
@pytest.mark.parametrize("wh", [(3, 3), (3, 5), (8, 6), (40, 32)])
def test_mask_fills_the_box_and_only_the_look_tells_kinds_of_a_group(
    group: Group, kind: Kind, wh: tuple[int, int]
) -> None:
    patch = make_patch(group, kind, wh)
    drawn = drawing(kind, patch)
    added = drawn.pixels - patch.pixels
    assert bounds_of(drawn.mask) == patch.box_xyxy
    assert np.isfinite(drawn.pixels).all()
    sign = -1 if group.name in ("pleural_line", "shaft", "metaphysis", "lucency") else 1
    mean = float(added[drawn.mask].mean())
    assert 0 < sign * mean < 1.02 * CONTRAST
    if min(wh) >= 6:
        assert sign * mean == pytest.approx(CONTRAST, rel=0.02)


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
def test_a_drawing_has_faded_at_the_border_of_its_patch(group: Group, kind: Kind) -> None:
    patch = make_patch(group, kind, (40, 32))
    added = np.abs(drawing(kind, patch).pixels - patch.pixels)
    border = np.concatenate([added[0], added[-1], added[:, 0], added[:, -1]])
    assert border.max() < 0.05 * CONTRAST


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=named)
def test_each_value_of_an_attribute_looks_different_at_the_same_mean(group: Group, kind: Kind) -> None:
    for name, values in kind.attributes.items():
        looks = []
        for value in values:
            patch = make_patch(group, kind, (40, 32), **{name: value})
            drawn = drawing(kind, patch)
            assert abs(float((drawn.pixels - patch.pixels)[drawn.mask].mean())) == pytest.approx(CONTRAST, rel=0.02)
            looks.append(drawn.pixels)
        for one, other in combinations(looks, 2):
            assert np.abs(one - other).max() > 0.2 * CONTRAST, name


def test_a_nodule_has_a_border_all_around_and_a_nipple_none_outwards() -> None:
    for side, outer in (("left", slice(45, 60)), ("right", slice(0, 15))):
        nodule, inside = draw("nodule", "pulmonary_nodule", side=side)
        nipple, there = draw("nodule", "nipple_shadow", side=side)
        assert nodule[:, outer][inside[:, outer]].mean() > 0.6 * CONTRAST
        assert nipple[:, outer][there[:, outer]].mean() < 0.3 * CONTRAST


def test_only_the_abscess_has_a_level() -> None:
    """Row by row through its middle: the air ends at once."""
    steps = {}
    for label in ("lung_abscess", "cavitating_mass", "rib_crossing"):
        middle = draw("cavity", label)[0][:, 22:38].mean(axis=1)
        steps[label] = np.diff(middle)[15:45].max()
    assert steps["lung_abscess"] > 2 * steps["cavitating_mass"]
    assert steps["lung_abscess"] > 2 * steps["rib_crossing"]


@pytest.mark.parametrize("side", SIDES)
def test_fluid_climbs_the_chest_wall_where_a_diaphragm_is_highest_in_its_middle(side: str) -> None:
    def height(label: str) -> npt.NDArray[np.int64]:
        mask = draw("pleural_base", label, side=side)[1]
        return np.asarray((mask if side == "left" else mask[:, ::-1]).sum(axis=0), np.int64)

    fluid, dome = height("pleural_effusion"), height("elevated_hemidiaphragm")
    assert (np.diff(fluid) >= 0).all()
    assert fluid[-1] > 57
    assert fluid[30] < 30
    assert 25 <= dome.argmax() <= 35
    assert dome[-1] < 20


def test_lung_marks_end_at_a_pleural_line_and_go_on_behind_a_skin_fold() -> None:
    marks = np.asarray(0.1 * np.sin(np.arange(96))[:, None] * np.ones((1, 96)), np.float32)
    left = {}
    for kind in GROUPS["pleural_line"].kinds:
        patch = make_patch(GROUPS["pleural_line"], kind, (60, 60))
        crossed = Patch(
            patch.pixels + marks, patch.box_xyxy, patch.contrast, patch.attributes, patch.spot, np.random.default_rng(5)
        )
        kept = drawing(kind, crossed).pixels - drawing(kind, patch).pixels
        inside = drawing(kind, patch).mask
        left[kind.label] = kept[inside].std() / marks[inside].std()
    assert left["pneumothorax"] < 0.5
    assert left["bulla"] < 0.5
    assert left["skin_fold"] > 0.95


def test_a_break_is_jagged_and_a_canal_is_straight() -> None:
    """Residue of the darkest row of each column about a straight line."""
    bent = {}
    for label in ("fracture", "nutrient_canal"):
        added, mask = draw("shaft", label)
        row = np.where(mask, added, 1).argmin(axis=0)[4:-4]
        x = np.arange(len(row))
        bent[label] = (row - np.polyval(np.polyfit(x, row, 1), x)).std()
    assert bent["fracture"] > 3 * bent["nutrient_canal"]


def ratio(variant: str, seed: int, heart_size: str = "") -> float:
    """Of the heart to the chest, from the masks."""
    anatomy = background(variant, seed, heart_size=heart_size).anatomy
    heart = bounds_of(next(each.mask for each in anatomy if each.label == "heart"))
    lungs = bounds_of(np.logical_or(*(each.mask for each in anatomy if each.label == "lung")))
    return (heart[2] - heart[0]) / (lungs[2] - lungs[0])


def test_the_heart_is_wide_where_it_is_called_so_and_wider_on_ap_views() -> None:
    for seed in range(6):
        assert ratio("chest_pa", seed) < 0.51
        assert ratio("chest_pa", seed, heart_size="cardiomegaly") > 0.54
        assert ratio("chest_ap", seed) > ratio("chest_pa", seed) + 0.02


def test_the_right_lung_lies_on_the_left_of_the_picture_and_things_lie_on_their_sides() -> None:
    found = background()
    right, left = (next(each.mask for each in found.anatomy if each.side == side) for side in SIDES)
    assert bounds_of(right)[2] <= bounds_of(left)[0] + 1
    for group in found.spots:
        spots = [found.spots[group](np.random.default_rng(i), (12, 10)) for i in range(40)]
        sure = [spot for spot in spots if spot is not None]
        assert len(sure) > 8, group
        for spot in sure:
            assert (spot.xy[0] < HW[1] / 2) == (spot.side == "right")


def test_zones_follow_each_other_from_above_to_below() -> None:
    found = background().spots["nodule"]
    spots = [spot for i in range(300) if (spot := found(np.random.default_rng(i), (6, 6)))]
    rows = {
        zone: [spot.xy[1] for spot in spots if spot.place == zone] for zone in ("upper_zone", "mid_zone", "lower_zone")
    }
    assert max(rows["upper_zone"]) <= min(rows["mid_zone"])
    assert max(rows["mid_zone"]) <= min(rows["lower_zone"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_patient_is_the_same_on_every_picture_but_for_texture(variant: str) -> None:
    side = "left" if variant in LIMBS else None
    one, other = background(variant, image=2, side=side), background(variant, image=3, side=side)
    for a, b in zip(one.anatomy, other.anatomy, strict=True):
        assert np.abs(np.subtract(bounds_of(a.mask), bounds_of(b.mask))).max() <= 3
    assert not np.array_equal(one.pixels, other.pixels)


def test_what_lies_in_the_heart_does_not_move_the_places_of_things() -> None:
    usual, wide = background(), background(heart_size="cardiomegaly")
    for group, find in usual.spots.items():
        for i in range(10):
            assert find(np.random.default_rng(i), (9, 9)) == wide.spots[group](np.random.default_rng(i), (9, 9))


@pytest.mark.parametrize("variant", LIMBS)
def test_a_right_limb_mirrors_a_left_one(variant: str) -> None:
    """The thumb's side, or the fibula's, lies on the image's right on a left limb."""
    outer = "radius" if variant == "forearm" else "fibula"
    for side, sign in (("left", 1), ("right", -1)):
        anatomy = {each.label: bounds_of(each.mask) for each in background(variant, side=side).anatomy}
        inner = next(label for label in ("ulna", "tibia") if label in anatomy)
        assert sign * (anatomy[outer][0] + anatomy[outer][2]) > sign * (anatomy[inner][0] + anatomy[inner][2])


@pytest.mark.parametrize("side", SIDES)
def test_the_lateral_compartment_of_a_knee_is_on_the_side_of_the_fibula(side: str) -> None:
    found = background("knee", side=side)
    fibula = next(bounds_of(each.mask) for each in found.anatomy if each.label == "fibula")
    middle = next(bounds_of(each.mask) for each in found.anatomy if each.label == "femur")
    centre, outer = (middle[0] + middle[2]) / 2, np.sign(fibula[0] + fibula[2] - middle[0] - middle[2])
    for i in range(20):
        spot = found.spots["joint_margin"](np.random.default_rng(i), (6, 6))
        assert spot is not None
        assert (np.sign(spot.xy[0] - centre) == outer) == (spot.place == "lateral_compartment")


def test_a_bone_is_densest_in_its_cortex() -> None:
    found = background("leg", side="left")
    tibia = next(each.mask for each in found.anatomy if each.label == "tibia")
    row = 40
    x1, x2 = np.flatnonzero(tibia[row])[[0, -1]]
    middle = found.pixels[row - 4 : row + 5, (x1 + x2) // 2 - 2 : (x1 + x2) // 2 + 3].mean()
    wall = found.pixels[row - 4 : row + 5, x1 + 1 : x1 + 5].mean(axis=0).max()
    assert wall > 1.15 * middle


def test_noise_is_as_stated_where_attenuation_is_typical_and_more_where_fewer_quanta_arrive() -> None:
    request = make_request()
    film = film_of(request)
    expose = film.finish(request)
    spread = {
        level: expose(np.full(HW, level, np.float32), np.random.default_rng(0)).std() for level in (0.0, 0.4, 1.0)
    }
    assert spread[0.4] == pytest.approx(film.noise, rel=0.1)
    assert spread[0.0] < 0.85 * spread[0.4]
    assert spread[1.0] > 1.3 * spread[0.4]


def test_leaves_of_the_collimator_cover_the_borders_of_some_pictures() -> None:
    films = [film_of(make_request(image=i)) for i in range(12)]
    covered = [film.covered(HW) for film in films]
    assert any(each is None for each in covered)
    for film, dark in zip(films, covered, strict=True):
        if dark is not None:
            left, top, right, bottom = film.shutter
            assert bounds_of(~dark) == (left, top, HW[1] - right, HW[0] - bottom)


def test_leads_and_tubes_are_oftener_on_ap_views() -> None:
    shown = {
        view: sum(bool(devices_layer(request, chest_of(request)).any()) for request in map(of_image(view), range(40)))
        for view in ("chest_pa", "chest_ap")
    }
    assert 3 < shown["chest_pa"] < shown["chest_ap"] < 40


def of_image(view: str) -> Callable[[int], Request]:
    return lambda image: make_request(view, image=image)


def test_lungs_are_lucent_and_the_heart_is_not() -> None:
    found = background()
    heart = next(each.mask for each in found.anatomy if each.label == "heart")
    for lung in (each.mask for each in found.anatomy if each.label == "lung"):
        assert found.pixels[lung & ~heart].mean() + 0.15 < found.pixels[heart].mean()
