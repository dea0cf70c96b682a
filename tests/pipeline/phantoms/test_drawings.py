"""What every drawing must hold, whatever it shows; those of CT and radiographs need a body about them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.phantoms.generate import modality
from pipeline.phantoms.kinds import Group, Kind, Patch, Spot
from pipeline.phantoms.modalities.microscopy_stain import stains
from pipeline.phantoms.seeds import random_of
from tests.pipeline.phantoms.builders import bounds_of
from tests.pipeline.phantoms.patches import change, draw, make_patch, named, reach_px

SLIDE = stains(random_of(0, "slide"), (1.05, 1.15, 0.42), (0.16, 0.62, 0.46))
STROMA = SLIDE.colour(0.05, 0.3)
GROUND = {
    "dermatology": (0.8, 0.6, 0.5),
    "endoscopy": (0.6, 0.4, 0.3),
    "fundus": (0.7, 0.4, 0.2),
    "microscopy": STROMA.tolist(),
}
LOCAL = {
    "narrow_band": False,
    "stains": SLIDE,
    "ground": STROMA,
    "surface": (np.linspace(-2.4, 2.4, 25), np.full(25, -4.0)),
}
# Brighter or darker than what is about them; of MR the technique decides, of calcium in a breast its own pixels.
BRIGHT = {
    "dental": {"third_molar"},
    "mammography": {"mass", "distortion"},
    "nuclear": {"hot"},
    "oct": {"deposit", "surface"},
    "ultrasound": {"echo", "focus", "lumen", "bundle"},
}
# A sheet that goes on along the retina's surface; a bowl below vitreous, where there is nothing to take away.
GO_ON = ("foveal_pit",)
ON_RED_CELLS = ("malaria_ring", "platelet_on_red_cell")  # they bring the cell along
CALCIUM = ("coarse_calcification", "pleomorphic_microcalcification", "vascular_calcification")  # over its grains
COLOURED = tuple(GROUND)
DRAWN = (*COLOURED, "mri", *BRIGHT)


def drawn_kinds(*ids: str, but: Sequence[str] = ()) -> Iterator[tuple[str, Group, Kind]]:
    """Each kind of a group once."""
    for id in ids:
        groups = [group for variant in modality(id).variants for group in variant.groups]
        kinds = {(group.name, kind.label): (group, kind) for group in reversed(groups) for kind in group.kinds}
        yield from ((id, group, kind) for group, kind in kinds.values() if kind.draw and kind.label not in but)


def patch_of(id: str, group: Group, kind: Kind, wh: tuple[int, int] = (40, 33), seed: int = 0) -> Patch:
    spot = Spot((0, 0), angle=0.7 * seed, local={**LOCAL, "slope": 0.1 * (seed % 2)})
    return make_patch(
        kind, wh, random=random_of(seed, "site"), ground=GROUND.get(id, 0.5), margins=reach_px(group, wh), spot=spot,
        nth=seed,
    )  # fmt: skip


every_drawing = pytest.mark.parametrize(("id", "group", "kind"), list(drawn_kinds(*DRAWN)), ids=named)


@pytest.mark.parametrize("wh", [(3, 3), (5, 4), (4, 9), (9, 7), (40, 33), (70, 100)])
@every_drawing
def test_the_mask_fills_the_box(id: str, group: Group, kind: Kind, wh: tuple[int, int]) -> None:
    for seed in range(4):
        patch = patch_of(id, group, kind, wh, seed)
        drawn = draw(kind, patch)
        assert bounds_of(drawn.mask) == patch.box_xyxy
        assert drawn.pixels.shape == patch.pixels.shape
        assert drawn.pixels.dtype == np.float32
        assert np.isfinite(drawn.pixels).all()


@pytest.mark.parametrize(("id", "group", "kind"), list(drawn_kinds(*DRAWN, but=GO_ON)), ids=named)
def test_nothing_is_cut_off_at_the_end_of_the_reach(id: str, group: Group, kind: Kind) -> None:
    for seed in range(3):
        patch = patch_of(id, group, kind, seed=seed)
        edge = np.abs(change(patch, draw(kind, patch)))
        edge[1:-1, 1:-1] = 0
        assert edge.max() < 0.15


@every_drawing
def test_every_value_of_an_attribute_can_be_seen(id: str, group: Group, kind: Kind) -> None:
    for name, values in kind.attributes.items():
        looks = []
        for value in values:
            patch = patch_of(id, group, kind)
            looks.append(draw(kind, replace(patch, attributes={**patch.attributes, name: value})).pixels)
        for i, look in enumerate(looks):
            for other in looks[:i]:
                assert np.abs(look - other).max() > 0.25 * patch.contrast, (name, values)


@pytest.mark.parametrize("wh", [(3, 3), (5, 4), (9, 7), (40, 33)])
@pytest.mark.parametrize(("id", "group", "kind"), list(drawn_kinds(*BRIGHT, but=CALCIUM)), ids=named)
def test_kinds_of_a_grey_group_have_one_mean(id: str, group: Group, kind: Kind, wh: tuple[int, int]) -> None:
    for seed in range(3):
        patch = patch_of(id, group, kind, wh, seed)
        drawn = draw(kind, patch)
        sign = 1 if group.name in BRIGHT[id] else -1
        assert change(patch, drawn)[drawn.mask].mean() == pytest.approx(sign, rel=0.02)


@pytest.mark.parametrize("wh", [(5, 4), (9, 7), (40, 33)])
@pytest.mark.parametrize(("id", "group", "kind"), list(drawn_kinds(*COLOURED, but=ON_RED_CELLS)), ids=named)
def test_the_strongest_colour_changes_by_the_contrast(id: str, group: Group, kind: Kind, wh: tuple[int, int]) -> None:
    for seed in range(3):
        patch = patch_of(id, group, kind, wh, seed)
        drawn = draw(kind, patch)
        assert np.abs(change(patch, drawn)[drawn.mask].mean(axis=0)).max() == pytest.approx(1, rel=0.02)
