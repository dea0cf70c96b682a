import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Kind, Patch, Pixels, Spot
from pipeline.phantoms.modalities.nuclear import MODALITY, VIEWS
from pipeline.phantoms.modalities.nuclear_bodies import Frame, placed, silhouette, tracer
from pipeline.phantoms.modalities.nuclear_camera import NOISE, TYPICAL, Scan, camera
from pipeline.phantoms.modalities.nuclear_ovals import Organ, both
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import CONTRAST, draw, make_patch, reach_px

GROUPS = {group.name: group for view in VIEWS.values() for group in view.groups}
HW = (128, 144)


def make_request(variant: str = "fdg_body", seed: int = 1, image: int = 2, scanner: str = "a") -> Request:
    chosen = next(each for each in MODALITY.variants if each.name == variant)
    patient, its = np.random.default_rng(seed), np.random.default_rng(image)
    return Request(chosen, HW, patient, its, Scanner(scanner))  # type: ignore[arg-type]


def patch_of(group: str, label: str) -> tuple[Kind, Patch]:
    kind = next(kind for kind in GROUPS[group].kinds if kind.label == label)
    return kind, make_patch(kind, random=np.random.default_rng(5), margins=reach_px(GROUPS[group], (40, 32)))


def uptake(group: str, label: str) -> Pixels:
    """Tracer within the box, against what was there."""
    kind, patch = patch_of(group, label)
    x1, y1, x2, y2 = patch.box_xyxy
    sign = -1 if group in ("focus", "bone") else 1
    return np.asarray(sign * (draw(kind, patch).pixels - patch.pixels)[y1:y2, x1:x2], np.float32)


def test_tumour_is_a_ring_a_joint_two_bands_and_paired_organs_two_spots() -> None:
    tumour, joint = uptake("focus", "tumour_uptake"), uptake("bone", "degenerative_uptake")
    pair = uptake("bone", "physiologic_uptake")
    h, w = tumour.shape
    assert tumour[h // 2, w // 2] < 0.4 * tumour[h // 2, w // 6]
    assert joint[h // 2, w // 2] < 0.3 * joint[h // 4, w // 2]
    assert joint[h // 4, w // 3] == pytest.approx(joint[h // 4, w // 2], rel=0.2)
    assert pair[h // 2, w // 2] < 0.3 * pair[h // 2, w // 5]
    assert np.allclose(pair, pair[:, ::-1], atol=0.02)


def test_hot_nodule_quiets_the_gland_about_it_and_a_cold_one_crowds_it() -> None:
    for group, label, sign in (("hot", "hot_thyroid_nodule", 1), ("cold", "cold_thyroid_nodule", -1)):
        kind, patch = patch_of(group, label)
        changed = draw(kind, patch).pixels - patch.pixels
        x1, y1, x2, _ = patch.box_xyxy
        assert sign * changed[y1 - 4, (x1 + x2) // 2] < -0.2 * CONTRAST


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("scanner", ["a", "b"])
def test_noise_grows_with_the_root_of_the_activity(inverted: bool, scanner: str) -> None:
    def noise(level: float) -> float:
        activity = np.full(HW, level, np.float32)
        scan = Scan(activity, {}, inverted=inverted)
        shown = camera(make_request(image=4, scanner=scanner), scan)(scan.canvas, np.random.default_rng(1))
        grey = shown if shown.ndim == 2 else shown[:, :, 0]
        return float(grey.std())

    assert noise(TYPICAL) == pytest.approx(NOISE, rel=0.2)
    assert noise(0.6) / noise(0.15) == pytest.approx(2, rel=0.05)


def test_inverted_map_shows_much_tracer_as_black_and_the_hot_map_in_colour() -> None:
    activity = np.zeros(HW, np.float32)
    activity[:, 72:] = 0.8
    inverted = camera(make_request(), scan := Scan(activity, {}))(scan.canvas, np.random.default_rng(1))
    assert inverted[:, 100:].mean() < 0.3
    assert inverted[:, :40].mean() > 0.9
    maps = [camera(make_request(image=seed), Scan(activity, {}, inverted=False)) for seed in range(30)]
    shown = [finish(activity, np.random.default_rng(1)) for finish in maps]
    hot = [each for each in shown if each.ndim == 3]
    assert 4 <= len(hot) <= 20
    assert (np.diff(hot[0][:, 100:].mean(axis=(0, 1))) < 0).all()


def found_spots(background: Background, wh: tuple[float, float] = (5, 5)) -> list[Spot]:
    random = np.random.default_rng(0)
    tried = [find(random, wh) for find in background.spots.values() for _ in range(80)]
    return [spot for spot in tried if spot is not None]


@pytest.mark.parametrize("variant", list(VIEWS))
@pytest.mark.parametrize("seed", range(3))
def test_sites_lie_on_the_side_of_the_patient_that_is_told(variant: str, seed: int) -> None:
    spots = found_spots(MODALITY.background(make_request(variant, seed)))
    assert len(spots) > 30
    for spot in spots:
        assert spot.place is None or is_legal(spot.place, spot.side)
        middle = HW[1] / 2 + {"left": -3, "right": 3, None: 0}[spot.side]
        assert spot.side is None or (spot.side == "left") == (spot.xy[0] > middle)
    if variant == "heart":
        anterior = [spot.xy[1] for spot in spots if spot.place == "anterior_wall"]
        assert max(anterior) < min(spot.xy[1] for spot in spots if spot.place == "inferior_wall")


def test_vertebrae_are_numbered_from_above() -> None:
    spots = found_spots(MODALITY.background(make_request("bone_spine")))
    lumbar = [spot.xy[1] for spot in spots if (spot.place or "").startswith("level_l")]
    thoracic = [spot.xy[1] for spot in spots if (spot.place or "").startswith("level_t")]
    assert np.mean(thoracic) < min(lumbar)
    assert max(thoracic) < max(lumbar)


def test_brain_and_bladder_take_up_more_fdg_than_the_rest_of_the_body() -> None:
    background = MODALITY.background(make_request("fdg_body"))
    bladder = next(each.mask for each in background.anatomy if each.label == "urinary_bladder")
    body = background.pixels < 0.95
    assert background.pixels[bladder].mean() < background.pixels[body].mean() - 0.2
    top = background.pixels[: HW[0] // 6].min()
    assert top < background.pixels[HW[0] // 6 : HW[0] // 3].min()


@pytest.mark.parametrize("variant", ["fdg_body", "bone_spine", "thyroid", "heart"])
def test_anatomy_is_the_same_in_all_pictures_of_a_patient_but_for_a_shift(variant: str) -> None:
    shown = [MODALITY.background(make_request(variant, image=image)) for image in (2, 3)]
    areas = [[each.mask.sum() for each in background.anatomy] for background in shown]
    assert areas[0] == pytest.approx(areas[1], rel=0.12)
    other = MODALITY.background(make_request(variant, seed=7))
    assert not np.allclose(shown[0].pixels, other.pixels, atol=0.02)


def test_tracer_is_where_the_oval_is_and_adds_up() -> None:
    frame, request = Frame(HW, 72.0, 0.0, 128.0), make_request()
    parts = placed(request, both(Organ((0.2, 0.5), (0.1, 0.1), 1.0, spread=0.0)))
    one = tracer(parts, parts, frame, (0.2, 0.5), 0.5)
    mask = silhouette(parts, frame)
    assert one[64, 72 + 26] == pytest.approx(0.7, abs=0.02)
    assert one[64, 72 - 26] == pytest.approx(0.7, abs=0.02)
    assert one[~mask].mean() < 0.02
    assert mask[64, 46:50].all()
