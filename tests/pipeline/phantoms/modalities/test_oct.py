from typing import Literal

import numpy as np
import pytest

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Drawn, Group, Patch, Pixels, Spot
from pipeline.phantoms.modalities.oct import MODALITY
from pipeline.phantoms.modalities.oct_lesions import DEPOSIT, FLUID, HOLE, SURFACE, groups
from pipeline.phantoms.modalities.oct_scan import Scan, scan_of
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import change, draw, make_patch

HW = (160, 128)
GROUPS = groups(("small",), "large")
KINDS = {kind.label: kind for kind in (*FLUID, *DEPOSIT, *HOLE, *SURFACE)}
SURFACE_LINE = (np.linspace(-2.4, 2.4, 25), np.full(25, -4.0))


def make_request(side: Literal["left", "right"] = "right", variant: str = "macula", seed: int = 3) -> Request:
    chosen = next(each for each in MODALITY.variants if each.name == variant)
    return Request(chosen, HW, np.random.default_rng(seed), np.random.default_rng(seed + 9), Scanner(), side)


def drawn_of(label: str) -> tuple[Patch, Drawn]:
    spot = Spot((0, 0), local={"slope": 0.0, "surface": SURFACE_LINE})
    patch = make_patch(KINDS[label], (40, 24), random=np.random.default_rng(5), spot=spot)
    return patch, draw(KINDS[label], patch)


def added(label: str) -> Pixels:
    """What is added within the box, in units of the contrast."""
    patch, drawn = drawn_of(label)
    x1, y1, x2, y2 = patch.box_xyxy
    return change(patch, drawn)[y1:y2, x1:x2]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_kinds_of_a_group_share_their_reflectivity(group: Group) -> None:
    assert len({kind.constant.get("reflectivity") for kind in group.kinds}) == 1


def test_bright_line_lies_over_a_detachment_and_not_over_subretinal_fluid() -> None:
    middle = slice(18, 22)
    assert added("pigment_epithelial_detachment")[:4, middle].max() > 0.5
    assert added("subretinal_fluid")[:4, middle].max() < 0.1


def test_walls_part_intraretinal_fluid_into_several_spaces() -> None:
    row = added("intraretinal_fluid")
    crossings = [(np.diff((line < -0.8).astype(int)) == 1).sum() for line in row]
    assert max(crossings) >= 2
    assert max((np.diff((line < -0.5).astype(int)) == 1).sum() for line in added("subretinal_fluid")) <= 1


def test_full_thickness_hole_reaches_the_base_and_the_others_do_not() -> None:
    base = {kind.label: float(added(kind.label)[-5:-1, 16:24].mean()) for kind in HOLE}
    assert base.pop("full_thickness_macular_hole") < -0.5
    assert all(value > -0.25 for value in base.values())


def test_pseudohole_alone_has_a_bright_sheet_beside_it() -> None:
    for label in ("pseudohole", "lamellar_hole", "foveal_pit"):
        patch, drawn = drawn_of(label)
        assert (change(patch, drawn)[:, :10].max() > 0.3) == (label == "pseudohole")


def test_membrane_folds_more_often_than_the_hyaloid() -> None:
    def turns(label: str) -> int:
        _, drawn = drawn_of(label)
        heights = [np.flatnonzero(column).mean() for column in drawn.mask.T if column.any()][3:-3]
        moves = np.sign(np.diff(heights))
        return int((np.diff(moves[moves != 0]) != 0).sum())

    assert turns("epiretinal_membrane") >= 4
    assert turns("posterior_hyaloid") <= 1


def scans() -> list[Scan]:
    return [scan_of(make_request(variant=name, seed=seed)) for name in ("macula", "wide") for seed in range(5)]


def test_layers_lie_in_order_and_the_fovea_is_thinnest() -> None:
    for scan in scans():
        assert (scan.ilm <= scan.nerve_fibres).all()
        assert (scan.nerve_fibres <= scan.inner).all()
        assert (scan.inner < scan.rpe).all()
        thinnest = int(np.argmin(scan.rpe - scan.ilm))
        assert abs(thinnest - scan.fovea_x) / scan.px_per_mm[0] < 0.4


def test_foveal_and_rim_thickness_are_those_of_a_healthy_macula() -> None:
    for scan in scans():
        thick = (scan.rpe - scan.ilm) / scan.px_per_mm[1]
        assert 0.13 < thick.min() < 0.23
        assert 0.28 < thick.max() < 0.45


def test_rows_lie_three_to_five_times_closer_than_columns() -> None:
    for seed in range(8):
        row, column = MODALITY.background(make_request(seed=seed)).spacing_mm or (1.0, 0.0)
        assert 3.0 <= column / row <= 5.0


@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def test_nerve_fibres_are_thicker_towards_the_nose(side: Literal["left", "right"], sign: int) -> None:
    scan = scan_of(make_request(side, "wide"))
    thick, reach = scan.nerve_fibres - scan.ilm, 1.6 * scan.px_per_mm[0]
    nasal, temporal = (scan.at(thick, scan.fovea_x + sign * step) for step in (reach, -reach))
    assert nasal > 1.3 * temporal


def test_deep_sites_stand_on_the_pigment_epithelium_within_the_retina() -> None:
    request = make_request()
    background, scan = MODALITY.background(request), scan_of(make_request())
    random, found = np.random.default_rng(0), 0
    for spot in filter(None, (background.spots["fluid"](random, (14.0, 8.0)) for _ in range(40))):
        x, y = spot.xy
        assert y - 4 > scan.at(scan.ilm, x)
        assert abs(y + 4 - scan.at(scan.rpe, x)) < 5
        assert spot.place is not None
        assert is_legal(spot.place, spot.side)
        found += 1
    assert found > 20


@pytest.mark.parametrize(("height", "fits"), [(4.0, False), (32.0, True), (90.0, False)])
def test_hole_has_the_height_of_the_fovea_or_no_place(height: float, fits: bool) -> None:
    find = MODALITY.background(make_request()).spots["hole"]
    assert (find(np.random.default_rng(0), (20.0, height)) is not None) == fits


def test_place_by_distance_from_the_fovea() -> None:
    scan = scan_of(make_request(variant="wide"))
    places = [scan.place(scan.fovea_x + mm * scan.px_per_mm[0]) for mm in (0.0, 0.5, -1.2, 2.0, -3.0)]
    assert places == ["subfoveal", "parafoveal", "parafoveal", "extrafoveal", "extrafoveal"]


def test_speckle_is_as_told_in_the_retina_and_weaker_in_the_vitreous() -> None:
    background = MODALITY.background(make_request())

    def spread(level: float) -> float:
        return float(background.finish(np.full(HW, level, np.float32), np.random.default_rng(0))[:40].std())

    assert spread(0.5) == pytest.approx(background.noise, rel=0.15)
    assert spread(0.05) < 0.6 * spread(0.5)
