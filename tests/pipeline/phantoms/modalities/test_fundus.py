import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Kind, Mask, Patch, Spot
from pipeline.phantoms.modalities.fundus import MODALITY, head_of
from pipeline.phantoms.modalities.fundus_eye import Eye, eye_of, tree, vessel_ink
from pipeline.phantoms.modalities.fundus_lesions import GROUPS
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import draw, make_patch, named

HW = (128, 144)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
KINDS = [kind for group in GROUPS for kind in group.kinds]


def make_request(side: str = "right", cup: str = "", variant: str = "macula", seed: int = 3) -> Request:
    chosen = next(each for each in MODALITY.variants if each.name == variant)
    extents = {group.name: cup for group in chosen.groups if group.extent}
    patient, image = np.random.default_rng(seed), np.random.default_rng(seed + 100)
    laterality = "left" if side == "left" else "right"
    return Request(chosen, HW, patient, image, Scanner(), laterality, extents)  # type: ignore[arg-type]


def patch_of(kind: Kind, size: tuple[int, int] = (40, 32), angle: float = 0.4, **attributes: str) -> Patch:
    spot, random = Spot((0, 0), angle=angle), np.random.default_rng(5)
    return make_patch(kind, size, random=random, ground=(0.7, 0.4, 0.2), spot=spot, asked=attributes)


def masks(background: Background) -> dict[str, Mask]:
    return {each.label: each.mask for each in background.anatomy}


def middle(mask: Mask) -> tuple[float, float]:
    ys, xs = np.nonzero(mask)
    return float(xs.mean()), float(ys.mean())


def height(mask: Mask) -> int:
    return int(mask.any(axis=1).sum())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "colour" in kind.attributes], ids=named)
def test_colour_word_changes_hue_at_the_same_brightness(kind: Kind) -> None:
    one, other = (
        draw(kind, patch).pixels - patch.pixels
        for patch in (patch_of(kind, colour=colour) for colour in kind.attributes["colour"])
    )
    assert np.abs((one - other) @ LUMA).max() < 0.03 * np.abs(one @ LUMA).max()
    assert np.abs(one - other).max() > 0.3 * np.abs(one).max()


def test_kinds_of_a_group_offer_the_same_colours() -> None:
    for group in GROUPS:
        assert len({kind.attributes.get("colour") for kind in group.kinds}) == 1


@pytest.mark.parametrize("angle", [0.0, np.pi / 2])
def test_flame_lies_along_the_nerve_fibres_and_blot_does_not(angle: float) -> None:
    def across(label: str) -> float:
        kind = next(kind for kind in KINDS if kind.label == label)
        patch = patch_of(kind, (40, 40), angle)
        ink = np.abs((draw(kind, patch).pixels - patch.pixels)[:, :, 1])
        changes = np.abs(np.diff(ink, axis=0)).sum(), np.abs(np.diff(ink, axis=1)).sum()
        return float(changes[0] / changes[1] if angle == 0.0 else changes[1] / changes[0])

    assert across("flame_haemorrhage") > 2
    assert 0.7 < across("blot_haemorrhage") < 1.4


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def test_disc_lies_to_the_image_right_of_the_fovea_in_a_right_eye(side: str, sign: int, seed: int) -> None:
    shown = masks(MODALITY.background(make_request(side, seed=seed)))
    assert sign * (middle(shown["optic_disc"])[0] - middle(shown["fovea"])[0]) > 0.15 * HW[1]


@pytest.mark.parametrize("seed", range(6))
def test_cup_over_disc_tells_glaucoma_from_a_cup_that_is_wide_by_nature(seed: int) -> None:
    def ratio(cup: str) -> float:
        shown = masks(MODALITY.background(make_request(cup=cup, seed=seed)))
        cups = [mask for label, mask in shown.items() if label in ("optic_cup", "physiologic_large_cup")]
        return height(cups[0]) / height(shown["optic_disc"])

    assert ratio("glaucomatous_cupping") > 0.68
    assert ratio("") < 0.64


def test_some_healthy_eyes_have_a_wide_cup_and_sick_ones_never_bear_its_name() -> None:
    healthy = [head_of(make_request(seed=seed)).cup_label for seed in range(60)]
    sick = {head_of(make_request(cup="glaucomatous_cupping", seed=seed)).cup_label for seed in range(60)}
    assert 5 <= healthy.count("physiologic_large_cup") <= 30
    assert sick == {"optic_cup"}


def test_swollen_disc_is_wider_and_hides_the_vessels() -> None:
    healthy = MODALITY.background(make_request(variant="disc"))
    swollen = MODALITY.background(make_request(variant="disc", cup="disc_swelling"))
    assert height(masks(swollen)["optic_disc"]) > 1.2 * height(masks(healthy)["optic_disc"])
    core = masks(healthy)["optic_disc"]
    assert swollen.pixels[core].std(axis=0).max() < 0.7 * healthy.pixels[core].std(axis=0).max()


def test_outside_of_the_field_is_black_and_lesions_stay_within() -> None:
    background = MODALITY.background(make_request())
    assert background.outside is not None
    assert not background.pixels[background.outside].any()
    random = np.random.default_rng(1)
    for find in background.spots.values():
        for spot in filter(None, (find(random, (12.0, 12.0)) for _ in range(40))):
            x, y = round(spot.xy[0]), round(spot.xy[1])
            assert not background.outside[y - 6 : y + 6, x - 6 : x + 6].any()
            assert not masks(background)["optic_disc"][y - 5 : y + 5, x - 5 : x + 5].any()
            assert spot.side == "right"
            assert spot.place is not None
            assert is_legal(spot.place, spot.side)


def test_vessels_narrow_along_their_course_and_at_each_branch() -> None:
    levels = tree(np.random.default_rng(0), 0.15)
    assert all((np.diff(widths, axis=1) < 0).all() for _, _, widths in levels)
    means = [float(widths[:, 0].mean()) for _, _, widths in levels]
    assert means == sorted(means, reverse=True)
    assert [len(widths) for _, _, widths in levels] == [4, 16, 32]


def test_vessels_leave_the_disc() -> None:
    eye = eye_of(np.random.default_rng(2), HW, "left", disc_centred=False)
    ink = vessel_ink(np.random.default_rng(2), eye, HW)
    x, y = np.arange(HW[1])[None, :], np.arange(HW[0])[:, None]
    near = np.hypot(x - eye.disc[0], y - eye.disc[1]) < 1.5 * eye.disc_radius
    far = np.hypot(x - eye.fovea[0], y - eye.fovea[1]) < 0.7 * eye.px_per_mm
    assert ink[near].mean() > 1.5 * ink.mean()
    assert ink[far].mean() < 0.5 * ink.mean()


EYE = Eye((100.0, 100.0), 90.0, (160.0, 100.0), (100.0, 100.0), 13.0, 1)


@pytest.mark.parametrize(
    ("mm", "place"),
    [
        ((0.0, 0.0), "etdrs_centre"),
        ((0.0, -1.0), "etdrs_inner_superior"),
        ((1.0, 0.2), "etdrs_inner_nasal"),
        ((-1.0, 0.2), "etdrs_inner_temporal"),
        ((0.3, 2.5), "etdrs_outer_inferior"),
        ((-2.5, 0.0), "etdrs_outer_temporal"),
        ((4.6, 1.0), "peripapillary"),
        ((-4.0, -2.0), "retina_superotemporal"),
        ((2.0, 5.0), "retina_inferonasal"),
    ],
)
def test_place_by_distance_from_the_fovea(mm: tuple[float, float], place: str) -> None:
    assert EYE.place(100 + 13 * mm[0], 100 + 13 * mm[1]) == place


@given(st.floats(-90, 90), st.floats(-90, 90))
def test_place_is_told_from_the_nose_whichever_the_eye(dx: float, dy: float) -> None:
    left = Eye((100.0, 100.0), 90.0, (40.0, 100.0), (100.0, 100.0), 13.0, -1)
    assert left.place(100 - dx, 100 + dy) == EYE.place(100 + dx, 100 + dy)


def test_patient_keeps_the_eye_and_every_picture_has_its_own_light() -> None:
    first, again = make_request(), make_request()
    other = Request(again.variant, HW, again.patient, np.random.default_rng(999), Scanner(), "right", again.extents)
    one, two = MODALITY.background(first), MODALITY.background(other)
    assert all(np.array_equal(a.mask, b.mask) for a, b in zip(one.anatomy[:2], two.anatomy[:2], strict=True))
    inside = ~(one.outside | two.outside)  # type: ignore[operator]
    assert not np.allclose(one.pixels[inside].mean(axis=0), two.pixels[inside].mean(axis=0), rtol=0.01)


def test_noise_is_as_told_in_each_colour() -> None:
    background = MODALITY.background(make_request())
    flat = np.full((*HW, 3), 0.5, np.float32)
    added = background.finish(flat, np.random.default_rng(0)) - flat
    assert np.allclose(added.std(axis=(0, 1)), background.noise, rtol=0.1)
