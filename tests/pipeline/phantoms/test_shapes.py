import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantoms.kinds import Patch, Spot
from pipeline.phantoms.seeds import random_of
from pipeline.phantoms.shapes import (
    FIXED_ONE,
    coordinates,
    ellipse,
    filled,
    fitted,
    fixed,
    inked,
    long_side,
    middle_and_half,
    outline,
    polar,
    short_side,
    soft,
    spiked,
    turned,
    with_contrast,
)  # fmt: skip
from tests.pipeline.phantoms.builders import bounds_of

sides = st.integers(3, 60)


def make_patch(w: int = 20, h: int = 12, channels: int = 0, contrast: float = 0.1) -> Patch:
    shape = (h + 10, w + 8, channels) if channels else (h + 10, w + 8)
    return Patch(np.zeros(shape, np.float32), (4, 5, 4 + w, 5 + h), contrast, {}, Spot((0, 0)), random_of(1))


@given(sides, sides)
def test_an_ellipse_touches_all_edges_of_its_box(w: int, h: int) -> None:
    patch = make_patch(w, h)
    assert bounds_of(ellipse(patch)) == patch.box_xyxy


@given(sides, sides, st.integers(0, 99), st.floats(0, 0.4))
def test_outlines_and_stars_fill_their_box(w: int, h: int, seed: int, roughness: float) -> None:
    patch = make_patch(w, h)
    for points in (
        outline(random_of(seed), roughness),
        spiked(random_of(seed), 9),
        turned(outline(random_of(seed)), 1),
    ):
        assert bounds_of(filled(fitted(points, patch.box_xyxy), patch.hw)) == patch.box_xyxy


@given(st.floats(0.01, 2), st.sampled_from([1.0, -1.0]), st.integers(0, 50))
def test_contrast_is_the_mean_over_the_mask_whatever_the_pattern(contrast: float, sign: float, seed: int) -> None:
    patch = make_patch(contrast=contrast)
    mask = ellipse(patch)
    pattern = soft(mask, 1.5) + 0.3 * random_of(seed).random(patch.hw, dtype=np.float32)
    drawn = with_contrast(patch, mask, pattern, sign)
    assert drawn.pixels[mask].mean() == pytest.approx(sign * contrast, rel=1e-4)


def test_in_colour_contrast_goes_along_the_given_direction() -> None:
    patch = make_patch(channels=3)
    mask = ellipse(patch)
    drawn = with_contrast(patch, mask, soft(mask, 1), colour=np.array([1.0, 0.5, 0.0], np.float32))
    assert drawn.pixels[mask].mean(axis=0) == pytest.approx([0.1, 0.05, 0.0])


def test_coordinates_are_one_at_the_edges_of_the_box() -> None:
    u, v = coordinates(make_patch(10, 6))
    assert u[0, 4] == pytest.approx(-0.9)
    assert u[0, 13] == pytest.approx(0.9)
    assert v[5, 0] == pytest.approx(-5 / 6)
    assert v[10, 0] == pytest.approx(5 / 6)


def test_ink_and_fixed_points_keep_what_they_stand_for() -> None:
    assert inked(np.array([[0, 51, 255]], np.uint8)) == pytest.approx(np.array([[0, 0.2, 1]]))
    assert fixed(np.array([(0.5, -2.0)])).tolist() == [[FIXED_ONE // 2, -2 * FIXED_ONE]]


@given(sides, sides)
def test_a_box_lies_half_its_sides_about_its_middle(w: int, h: int) -> None:
    patch = make_patch(w, h)
    middle, half = middle_and_half(patch)
    assert tuple(middle - half) + tuple(middle + half) == patch.box_xyxy
    assert (long_side(patch), short_side(patch)) == (max(w, h), min(w, h))


def test_polar_points_turn_from_x_towards_y() -> None:
    assert polar(2.0, np.pi / 2) == pytest.approx([0, 2])
    assert polar(np.array([1.0, 3.0]), np.array([0.0, np.pi])) == pytest.approx(np.array([(1, 0), (-3, 0)]))
    assert turned(polar(1.0, 0.3)[None], 0.4) == pytest.approx(polar(1.0, 0.7)[None])
