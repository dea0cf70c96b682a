import numpy as np
import pytest

from pipeline.phantoms.background import Background, Request
from pipeline.phantoms.kinds import Drawn, Kind, Patch, Pixels, Spot
from pipeline.phantoms.modalities.ultrasound import MODALITY, VIEWS
from pipeline.phantoms.modalities.ultrasound_fields import SPECKLE, curved_field, linear_field, physics
from pipeline.phantoms.texture import Scanner
from schemas.lexicon.places import is_legal
from tests.pipeline.phantoms.patches import CONTRAST, draw, make_patch, reach_px

GROUPS = {group.name: group for view in VIEWS.values() for group in view.groups}
KINDS = [(group, kind) for group in GROUPS.values() for kind in group.kinds]
HW = (128, 144)


def make_request(variant: str = "breast", seed: int = 1, image: int = 2, scanner: str = "a") -> Request:
    chosen = next(each for each in MODALITY.variants if each.name == variant)
    patient, its = np.random.default_rng(seed), np.random.default_rng(image)
    laterality = chosen.lateralities[seed % 2] if chosen.lateralities else None
    return Request(chosen, HW, patient, its, Scanner(scanner), laterality)  # type: ignore[arg-type]


def patch_of(label: str, **attributes: str) -> tuple[Kind, Patch]:
    group, kind = next(each for each in KINDS if each[1].label == label)
    margins = reach_px(group, (40, 32))
    return kind, make_patch(kind, random=np.random.default_rng(5), margins=margins, asked=attributes)


def change(label: str, **attributes: str) -> tuple[Pixels, Patch, Drawn]:
    kind, patch = patch_of(label, **attributes)
    drawn = draw(kind, patch)
    return drawn.pixels - patch.pixels, patch, drawn


BEHIND = {
    "breast_cyst": 1, "thyroid_cyst": 1, "fibroadenoma": 0, "solid_thyroid_nodule": 0, "fat_lobule": 0,
    "breast_carcinoma": -1, "kidney_stone": -1, "gallstone": -1, "gallbladder_polyp": 0, "junctional_defect": 0,
}  # fmt: skip


@pytest.mark.parametrize(("label", "sign"), BEHIND.items())
def test_sound_behind_is_brighter_dimmer_or_as_before(label: str, sign: int) -> None:
    changed, patch, _ = change(label)
    x1, _, x2, y2 = patch.box_xyxy
    third = (x2 - x1) // 3
    behind = changed[y2 + 5 : y2 + 15, x1 + third : x2 - third].mean()
    assert behind == pytest.approx(0, abs=0.05 * CONTRAST) if sign == 0 else sign * behind > 0.3 * CONTRAST


def test_only_the_comet_tail_repeats_its_echo_beneath() -> None:
    def peaks(label: str) -> int:
        changed, patch, _ = change(label, distribution="focal")
        x1, y1, x2, y2 = patch.box_xyxy
        column = changed[y1:y2, (x1 + x2) // 2]
        inner = column[1:-1]
        return int(((inner > column[:-2]) & (inner >= column[2:]) & (inner > 0.3 * column.max())).sum())

    assert (peaks("microcalcification"), peaks("colloid_comet_tail")) == (1, 4)


def test_calyces_are_one_space_and_parapelvic_cysts_are_two() -> None:
    def runs(label: str, share: float) -> int:
        _, patch, drawn = change(label)
        x1, y1, x2, y2 = patch.box_xyxy
        row = drawn.mask[round(y1 + share * (y2 - y1)), x1:x2]
        return int((np.diff(row.astype(int), prepend=0) == 1).sum())

    assert (runs("hydronephrosis", 0.25), runs("hydronephrosis", 0.9)) == (3, 1)
    assert runs("parapelvic_cyst", 0.5) == 2


def test_texture_of_the_surroundings_does_not_show_through_but_their_mean_stays() -> None:
    (kind, even), (_, rough) = patch_of("vein"), patch_of("vein")
    rough.pixels[:] += np.random.default_rng(1).normal(0, 0.1, rough.hw)
    drawn = draw(kind, rough)
    smooth = draw(kind, even).pixels[drawn.mask].std()
    assert drawn.pixels[drawn.mask].std() < 0.5 * rough.pixels[drawn.mask].std() + smooth
    assert (drawn.pixels - rough.pixels)[drawn.mask].mean() == pytest.approx(-CONTRAST, rel=0.02)


@pytest.mark.parametrize("scanner", ["a", "b"])
@pytest.mark.parametrize("curved", [False, True])
def test_speckle_multiplies_and_keeps_its_strength_at_every_depth(curved: bool, scanner: str) -> None:
    request = make_request("kidney" if curved else "breast", scanner=scanner)
    field = curved_field(request) if curved else linear_field(request)
    finish = physics(request, field)
    dim, bright = (finish(np.full(HW, level, np.float32), np.random.default_rng(3)) for level in (0.2, 0.8))
    assert np.allclose(bright, 4 * dim, atol=1e-5)
    assert not bright[~field.inside].any()
    for part in (field.depth < 0.4, field.depth > 0.6):
        shown = bright[field.inside & part & (field.depth > 0.05) & (field.depth < 0.95)]
        assert shown.std() / shown.mean() == pytest.approx(SPECKLE, rel=0.15)


@pytest.mark.parametrize("curved", [False, True])
def test_beam_is_wider_in_the_depth(curved: bool) -> None:
    request = make_request("kidney" if curved else "breast")
    field = curved_field(request) if curved else linear_field(request)
    shown = physics(request, field)(np.full(HW, 0.5, np.float32), np.random.default_rng(3)) - 0.5

    def alike(rows: slice) -> float:
        part = shown[rows, 56:88]
        return float((part[:, 1:] * part[:, :-1]).mean() / (part**2).mean())

    assert alike(slice(100, 116)) > alike(slice(30, 46)) + 0.1


def found_spots(background: Background, wh: tuple[float, float] = (6, 6)) -> list[Spot]:
    random = np.random.default_rng(0)
    tried = [find(random, wh) for find in background.spots.values() for _ in range(60)]
    return [spot for spot in tried if spot is not None]


@pytest.mark.parametrize("variant", list(VIEWS))
@pytest.mark.parametrize("seed", range(3))
def test_sites_lie_where_they_are_said_to(variant: str, seed: int) -> None:
    request = make_request(variant, seed)
    background = MODALITY.background(request)
    spots = found_spots(background)
    assert len(spots) > 30
    for spot in spots:
        assert spot.place is None or is_legal(spot.place, spot.side)
        if variant == "thyroid":
            assert (spot.side == "right") == (spot.xy[0] < HW[1] / 2)
        else:
            assert spot.side == request.laterality
        if variant == "kidney" and spot.place in ("upper_pole", "lower_pole"):
            assert (spot.place == "upper_pole") == (spot.xy[0] < HW[1] / 2)


@pytest.mark.parametrize(
    ("variant", "label"), [("kidney", "kidney"), ("gallbladder", "gallbladder"), ("thyroid", "thyroid_gland")]
)
def test_organ_is_the_same_in_all_pictures_of_a_patient_and_holds_its_sites(variant: str, label: str) -> None:
    shown = [MODALITY.background(make_request(variant, image=image)) for image in (2, 3)]
    one, other = (next(each.mask for each in background.anatomy if each.label == label) for background in shown)
    assert (one & other).sum() > 0.95 * (one | other).sum()
    assert all(one[int(spot.xy[1]), int(spot.xy[0])] for spot in found_spots(shown[0]))


def test_dual_view_has_no_site_across_its_gap() -> None:
    field = linear_field(make_request(), dual=True)
    assert field.gap is not None
    middle = (field.gap[0] + field.gap[1]) / 2
    assert not field.inside[60, field.gap[0] : field.gap[1]].any()
    assert [field.holds((middle + dx, 60), (10, 10)) for dx in (-20, -3, 0, 3, 20)] == [True, False, False, False, True]


def test_colour_box_is_drawn_over_the_picture_of_that_technique_alone() -> None:
    grey, colour = (MODALITY.background(make_request(variant)) for variant in ("thigh", "thigh_colour"))
    assert np.array_equal(grey.pixels, colour.pixels)
    plain, boxed = (each.finish(each.pixels, np.random.default_rng(1)) for each in (grey, colour))
    assert (plain.ndim, boxed.ndim) == (2, 3)
    saturated = np.ptp(boxed, axis=2) > 0.3
    assert 0.003 < saturated.mean() < 0.12
