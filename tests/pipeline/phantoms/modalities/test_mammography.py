import numpy as np
import pytest

from pipeline.phantoms.kinds import Group, Kind, Patch, Spot
from pipeline.phantoms.modalities.mammography import MODALITY
from pipeline.phantoms.modalities.mammography_lesions import GROUPS
from pipeline.phantoms.paint import paint
from pipeline.phantoms.plan import plan_patient
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.settings import PhantomSettings
from tests.pipeline.phantoms.builders import bounds_of

KINDS = [kind for group in GROUPS for kind in group.kinds]


def make_patch(side: int = 40, **attributes: str) -> Patch:
    pixels = np.full((side + 24, side + 24), 0.3, np.float32)
    return Patch(pixels, (12, 12, 12 + side, 12 + side), 0.1, attributes, Spot((0, 0)), random_of(5))


def pictures(count: int = 40) -> list[Phantom]:
    settings = PhantomSettings(1, 4, 128, modalities=("mammography",))
    return [paint(settings, plan_patient(settings, index, MODALITY, 1), 0) for index in range(count)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("side", [3, 9, 40])
def test_every_kind_fills_its_box_at_every_size(kind: Kind, side: int) -> None:
    patch = make_patch(side)
    assert kind.draw is not None
    drawn = kind.draw(patch)
    assert bounds_of(drawn.mask) == patch.box_xyxy


@pytest.mark.parametrize(
    "group", [group for group in GROUPS if group.name != "calcification"], ids=lambda each: each.name
)
def test_kinds_of_a_group_have_one_mean(group: Group) -> None:
    for kind in group.kinds:
        assert kind.draw is not None
        drawn = kind.draw(make_patch())
        assert (drawn.pixels - 0.3)[drawn.mask].mean() == pytest.approx(0.1, rel=1e-3), kind.label


def test_the_chest_wall_is_on_the_side_of_the_breast() -> None:
    """A left breast hangs from the picture's left edge; a mirrored picture from the other."""
    for phantom in pictures():
        half = phantom.pixels.shape[1] // 2
        left, right = phantom.pixels[:, :half].mean(), phantom.pixels[:, half:].mean()
        assert (left > right) == ((phantom.image_laterality == "left") != phantom.mirrored)


def test_the_muscle_is_seen_on_oblique_views_alone() -> None:
    for phantom in pictures():
        labels = [region.label for region in phantom.regions]
        assert ("pectoral_muscle" in labels) == (phantom.projection == "mlo")


def test_sides_are_those_of_the_breast() -> None:
    for phantom in pictures():
        assert {region.side for region in phantom.findings} <= {phantom.image_laterality}
        assert phantom.stored is not None
        assert phantom.stored.dtype == np.uint16
