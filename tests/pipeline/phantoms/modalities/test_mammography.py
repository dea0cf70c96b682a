import numpy as np

from pipeline.phantoms.modalities.mammography import MODALITY
from pipeline.phantoms.paint import paint
from pipeline.phantoms.plan import plan_patient
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.settings import PhantomSettings


def pictures(count: int = 40) -> list[Phantom]:
    settings = PhantomSettings(1, 4, 128, modalities=("mammography",))
    return [paint(settings, plan_patient(settings, index, MODALITY, 1), 0) for index in range(count)]


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
