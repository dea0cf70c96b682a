"""Dental films: teeth stand where their numbers say, sides agree with axes, lesions lie where teeth have them."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Spot
from pipeline.phantoms.modalities.dental import MODALITY
from pipeline.phantoms.modalities.dental_film import METALS, about_apices, at_crests, in_crowns, restored
from pipeline.phantoms.modalities.dental_panoramic import ghosts
from pipeline.phantoms.modalities.dental_teeth import Tooth, metal_mask, paint_metal, paint_sockets, paint_teeth, smooth
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import draw, make_patch

HW = (160, 144)
VARIANTS = {variant.name: variant for variant in MODALITY.variants}
GROUPS = {group.name: group for variant in MODALITY.variants for group in variant.groups}
KINDS = {kind.label: (group, kind) for group in GROUPS.values() for kind in group.kinds}
LOWER, UPPER = np.pi / 2, -np.pi / 2  # directions of roots
Side = Literal["left", "right"]


def make_tooth(fdi: int = 46, metal: str = "", angle: float = 0.0, x: float = 72.0) -> Tooth:
    down = -1 if fdi < 30 else 1
    axis = (float(np.sin(angle)), down * float(np.cos(angle)))
    return Tooth(fdi, (x, 80.0), axis, 34.0, 26.0, 46.0, metal)  # type: ignore[arg-type]


def make_background(name: str, side: Side | None = None, patient: int = 0) -> Background:
    random = (random_of(0, "anatomy", patient), random_of(0, "image", patient))
    return MODALITY.background(Request(VARIANTS[name], HW, *random, Scanner(), side))


def spots(background: Background, group: str, wh: tuple[float, float] = (5, 5), count: int = 40) -> list[Spot]:
    tried = [background.spots[group](random_of(1, "spot", i), wh) for i in range(count)]
    return [spot for spot in tried if spot]


@pytest.mark.parametrize("angle", [LOWER, UPPER])
def test_bone_loss_is_open_towards_the_crown_and_a_marrow_space_is_not(angle: float) -> None:
    top = {}
    for label in ("periodontal_bone_loss", "marrow_space"):
        kind = KINDS[label][1]
        spot = Spot((0, 0), angle=angle)
        looks = {"margin": "circumscribed", "texture": "homogeneous"}
        patch = make_patch(kind, (40, 40), random=random_of(0, label), spot=spot, asked=looks)
        x1, y1, x2, y2 = patch.box_xyxy
        row = y1 + 1 if angle == LOWER else y2 - 2
        top[label] = draw(kind, patch).pixels[row, (x1 + x2) // 2 - 6 : (x1 + x2) // 2 + 6].mean()
    assert top["periodontal_bone_loss"] < 0.42
    assert top["marrow_space"] > 0.46


@given(fdi=st.sampled_from([11, 13, 25, 27, 33, 34, 46, 47]), angle=st.floats(-0.4, 0.4))
def test_a_tooth_is_as_long_as_crown_and_root_wherever_it_leans(fdi: int, angle: float) -> None:
    tooth = make_tooth(fdi, angle=angle)
    (x1, y1), (x2, y2) = tooth.placed([(0.0, -1.0), (0.0, 1.0)])
    assert np.hypot(x2 - x1, y2 - y1) == pytest.approx(tooth.crown + tooth.root)
    assert (tooth.apex()[1] < tooth.neck[1]) == tooth.upper
    assert is_legal(tooth.place, tooth.side)


@given(points=st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=9))
def test_smooth_lines_stay_within_their_corners_and_open_ones_keep_ends(points: list[tuple[float, float]]) -> None:
    corners = np.array(points)
    for closed in (False, True):
        cut = smooth(points, closed)
        assert (cut.min(axis=0) >= corners.min(axis=0) - 1e-9).all()
        assert (cut.max(axis=0) <= corners.max(axis=0) + 1e-9).all()
    assert smooth(points)[[0, -1]] == pytest.approx(corners[[0, -1]])


def test_enamel_is_denser_than_dentine_and_dentine_than_pulp_and_ligament() -> None:
    film, tooth = np.full(HW, 104, np.uint8), make_tooth(45)
    paint_sockets(film, [tooth])
    paint_teeth(film, [tooth])
    enamel, dentine, pulp = (film[round(y), round(x)] for x, y in tooth.placed([(0.0, -0.9), (0.3, -0.1), (0.0, 0.3)]))
    assert enamel > dentine > pulp
    beside = film[round(tooth.placed([(0.0, 0.6)])[0][1]), :72]
    assert beside.min() < 80  # the ligament, darker than bone and root


@pytest.mark.parametrize("metal", sorted(set(METALS)))
def test_metal_is_the_densest_thing_and_its_mask_is_where_it_is(metal: str) -> None:
    film, tooth = np.full(HW, 104, np.uint8), make_tooth(46, metal)
    paint_metal(film, tooth)
    mask = metal_mask(tooth, HW)
    assert mask.sum() > 20
    assert film[mask].mean() > 230
    assert film[~mask].mean() < 110


def test_metal_comes_in_three_teeth_at_most() -> None:
    teeth = [make_tooth(40 + i) for i in range(1, 8)] * 4
    counts = [sum(bool(tooth.metal) for tooth in restored(random_of(0, i), teeth)) for i in range(40)]
    assert restored(random_of(0, 0), []) == ()
    assert max(counts) == 3
    assert min(counts) < 3


def test_metal_throws_a_ghost_to_the_other_side_and_higher() -> None:
    tooth = make_tooth(46, "crown", x=40.0)
    ghost = ghosts(HW, (tooth,), random_of(0, "a")) - ghosts(HW, (), random_of(0, "a"))
    y, x = np.unravel_index(ghost.argmax(), HW)
    assert x > HW[1] / 2
    assert y < tooth.neck[1] - tooth.crown / 3
    assert 0.02 < ghost.max() < 0.3


def test_a_panoramic_film_has_the_right_side_on_the_left() -> None:
    background = make_background("panoramic")
    for group in ("crown", "apex", "crest", "third_molar"):
        found = spots(background, group, (5, 5))
        assert len({spot.side for spot in found}) == 2
        for spot in found:
            assert spot.place is not None
            assert is_legal(spot.place, spot.side)
            slack = 0.03 * HW[1]  # the gap between both central incisors is of either
            assert (spot.xy[0] < HW[1] / 2 + slack) if spot.side == "right" else (spot.xy[0] > HW[1] / 2 - slack)
    nerves = [each for each in background.anatomy if each.label == "mandibular_canal"]
    canals = {each.side: np.nonzero(each.mask)[1].mean() for each in nerves}
    assert canals["right"] < canals["left"]


@pytest.mark.parametrize("name", ["bitewing", "periapical"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_close_ups_show_one_side_with_its_front_where_the_axes_say(name: str, side: Side) -> None:
    background = make_background(name, side)
    assert background.axes == ("A" if side == "right" else "P", "F")
    teeth = [each for each in background.anatomy if each.label == "tooth"]
    assert {tooth.side for tooth in teeth} == {side}
    order = sorted((np.nonzero(tooth.mask)[1].mean(), int(str(tooth.place)[-1])) for tooth in teeth)
    numbers = [number for _, number in order]
    assert numbers == sorted(numbers, reverse=side == "right")


def test_things_lie_about_the_tooth_that_they_are_named_after() -> None:
    teeth = (make_tooth(35, x=40.0), make_tooth(36, x=80.0))
    places = {tooth.place: tooth for tooth in teeth}
    for i in range(20):
        crown, apex, crest = (find(teeth, HW)(random_of(2, i), (6, 6)) for find in (in_crowns, about_apices, at_crests))
        assert crown is not None
        assert apex is not None
        assert crest is not None
        assert places[str(crown.place)].mask(HW)[int(crown.xy[1]), int(crown.xy[0])]
        assert apex.xy[1] > places[str(apex.place)].apex()[1]
        assert 40 < crest.xy[0] < 80 < crest.xy[1]


@pytest.mark.parametrize("wh", [(3, 3), (40, 12), (12, 40), (45, 45)])
def test_a_site_of_any_size_finds_a_place_within_the_picture(wh: tuple[int, int]) -> None:
    for name, variant in VARIANTS.items():
        background = make_background(name, "right")
        for group in variant.groups:
            found = spots(background, group.name, wh, count=10)
            assert len(found) == 10
            for spot in found:
                low, high = np.array(wh) / 2, np.array(HW[::-1]) - np.array(wh) / 2
                assert (low <= spot.xy).all()
                assert (spot.xy <= high).all()


def test_crowns_of_metal_hide_what_would_lie_in_them() -> None:
    assert in_crowns([make_tooth(36, "crown")], HW)(random_of(3), (5, 5)) is None
    assert in_crowns([make_tooth(36, "root_canal_filling")], HW)(random_of(3), (5, 5)) is not None


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_film_is_grey_within_its_window_and_scaled_by_the_patient(name: str) -> None:
    one, other = make_background(name, "left"), make_background(name, "left", patient=1)
    assert one.pixels.shape == HW
    assert -0.2 < one.pixels.min() < 0.2
    assert 0.6 < one.pixels.max() < 1.4
    assert one.spacing_mm != other.spacing_mm
    blurred = one.finish(np.zeros(HW, np.float32), random_of(4))
    assert blurred.std() == pytest.approx(one.noise, rel=0.05)
