import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.ingest.pixels import has_equal_channels, pixel_hash, refuse_absurd, upright, without_alpha
from schemas.errors import BadData
from tests.pipeline.ingest.files import smooth, smooth_rgb

SMALL = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8))


@pytest.mark.parametrize(
    ("width", "height", "pages", "reason"),
    [
        (0, 5, 1, "damaged_header"),
        (5, -1, 1, "damaged_header"),
        (10, 10, 1, None),
        (101, 1, 1, "image_too_large"),
        (10, 5, 3, "image_too_large"),
    ],
)
def test_absurd_sizes_are_refused(width: int, height: int, pages: int, reason: str | None) -> None:
    if reason is None:
        refuse_absurd(width, height, 100, pages)
        return
    with pytest.raises(BadData, match=reason):
        refuse_absurd(width, height, 100, pages)


def test_a_hash_depends_on_shape_type_and_values_and_on_nothing_else() -> None:
    pixels = smooth(6, 4, dtype=np.uint16)
    same = [pixels.astype(">u2"), np.asfortranarray(pixels), np.repeat(pixels, 2, axis=1)[:, ::2]]
    others = [pixels.reshape(6, 4), pixels.astype(np.int16), pixels.astype(np.uint32), pixels + np.uint16(1)]
    assert {pixel_hash(array) for array in [pixels, *same]} == {pixel_hash(pixels)}
    assert len({pixel_hash(array) for array in [pixels, *others]}) == 5


def test_a_hash_is_pinned() -> None:
    assert pixel_hash(np.arange(6, dtype=np.uint8).reshape(2, 3)) == "45b986200f865f795dfaa74db351049e"


@given(SMALL, st.integers(1, 8))
def test_turning_keeps_every_pixel_and_has_an_inverse(pixels: np.ndarray, orientation: int) -> None:
    back = {6: 8, 8: 6}.get(orientation, orientation)
    turned = upright(pixels, orientation)
    assert turned.shape == (pixels.shape[::-1] if orientation >= 5 else pixels.shape)
    assert np.array_equal(upright(turned, back), pixels)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (0, [[1, 2], [3, 4]]),
        (1, [[1, 2], [3, 4]]),
        (2, [[2, 1], [4, 3]]),
        (3, [[4, 3], [2, 1]]),
        (4, [[3, 4], [1, 2]]),
        (5, [[1, 3], [2, 4]]),
        (6, [[3, 1], [4, 2]]),
        (7, [[4, 2], [3, 1]]),
        (8, [[2, 4], [1, 3]]),
        (9, [[1, 2], [3, 4]]),
    ],
)
def test_each_orientation_turns_its_own_way(orientation: int, expected: list[list[int]]) -> None:
    assert upright(np.array([[1, 2], [3, 4]]), orientation).tolist() == expected


def one_coloured_pixel() -> np.ndarray:
    """Off the grid of samples that answers first."""
    pixels = np.dstack([smooth(200, 200)] * 3)
    pixels[101, 101, 2] ^= 1
    return pixels


@pytest.mark.parametrize(
    ("pixels", "equal"),
    [
        (smooth(), False),  # has no channels
        (np.dstack([smooth(200, 200)] * 3), True),
        (smooth_rgb(), False),
        (one_coloured_pixel(), False),
        (np.zeros((1, 1, 3), np.uint8), True),
    ],
)
def test_equal_channels_are_found_by_every_pixel(pixels: np.ndarray, equal: bool) -> None:
    assert has_equal_channels(pixels) is equal


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_alpha_is_composed_over_black(dtype: type) -> None:
    full = np.iinfo(dtype).max
    pixels: np.ndarray = np.array([[[full, 100, 0, full], [full, 100, 0, 0], [full, full, full, full // 2]]], dtype)
    assert without_alpha(pixels).tolist() == [[[full, 100, 0], [0, 0, 0], [full // 2] * 3]]


def test_opaque_alpha_changes_nothing() -> None:
    pixels = np.dstack([smooth_rgb(), np.full((40, 50), 255, np.uint8)])
    assert np.array_equal(without_alpha(pixels), smooth_rgb())
