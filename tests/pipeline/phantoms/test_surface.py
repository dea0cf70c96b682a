import numpy as np
import pytest

from pipeline.phantoms.kinds import Patch, Spot
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.shapes import ellipse
from pipeline.phantoms.surface import lesion_of, stated_or_drawn


def make_patch(seed: int = 0, **attributes: str) -> Patch:
    pixels = np.zeros((40, 50, 3), np.float32)
    return Patch(pixels, (10, 10, 40, 30), 0.1, attributes, Spot((0, 0)), random_of(seed))


def test_along_grows_in_the_direction_of_the_angle_and_across_to_its_right() -> None:
    lesion = lesion_of(make_patch(), ellipse(make_patch()), 0.02, np.pi / 2)
    assert lesion.along[29, 25] == pytest.approx(0.95, abs=0.01)
    assert lesion.across[20, 39] == pytest.approx(-0.97, abs=0.01)
    assert lesion.far[lesion.mask].max() < 1.1


def test_a_wider_edge_reaches_further() -> None:
    sharp, faded = (lesion_of(make_patch(), ellipse(make_patch()), edge, 0.0).weights for edge in (0.02, 0.1))
    assert (sharp > 0.01).sum() < (faded > 0.01).sum()


def test_a_stated_colour_is_kept_and_none_or_another_is_drawn_from_the_group() -> None:
    colours = ("red", "pink")
    assert {stated_or_drawn(make_patch(seed, colour="pink"), colours) for seed in range(9)} == {"pink"}
    assert {stated_or_drawn(make_patch(seed, colour="several"), colours) for seed in range(9)} == set(colours)
    assert {stated_or_drawn(make_patch(seed), colours) for seed in range(9)} == set(colours)


def test_stating_a_colour_changes_no_later_draw() -> None:
    stated, open_ = make_patch(colour="red"), make_patch()
    for patch in (stated, open_):
        stated_or_drawn(patch, ("red", "pink"))
    assert stated.random.random() == open_.random.random()
