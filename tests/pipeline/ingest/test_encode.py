import numpy as np
import pytest

from pipeline.ingest.encode import png_bytes, store
from pipeline.ingest.pixels import Picture
from tests.pipeline.ingest.files import jpeg_file, shown_by, smooth, smooth_rgb


def picture(shown: np.ndarray, stored: bytes | None = None) -> Picture:
    return Picture(shown, shown, 8, stored=stored, stored_encoding="jpeg")


@pytest.mark.parametrize("pixels", [smooth(), smooth_rgb(), smooth(1, 1), smooth(300, 1)], ids=str)
def test_png_is_lossless(pixels: np.ndarray) -> None:
    assert np.array_equal(shown_by(png_bytes(pixels)), pixels)


def test_within_the_limit_own_bytes_are_kept() -> None:
    data = jpeg_file(smooth())
    stored = store(picture(shown_by(data), data), 50)
    assert (stored.image, stored.encoding, stored.scale) == (data, "jpeg", 1.0)
    assert (stored.width, stored.height, stored.channels) == (50, 40, 1)


@pytest.mark.parametrize(
    ("wh", "limit", "expected_wh"),
    [((50, 40), 25, (25, 20)), ((40, 50), 25, (20, 25)), ((300, 1), 30, (30, 1)), ((50, 40), 49, (49, 39))],
)
def test_beyond_the_limit_a_picture_is_reduced_and_stored_anew(
    wh: tuple[int, int], limit: int, expected_wh: tuple[int, int]
) -> None:
    stored = store(picture(smooth(*wh), b"own bytes"), limit)
    assert (stored.width, stored.height) == expected_wh
    assert (stored.encoding, stored.scale) == ("png", limit / max(wh))
    assert shown_by(stored.image).shape == expected_wh[::-1]


def test_reducing_averages_areas() -> None:
    pixels = np.kron(np.array([[0, 100], [200, 40]], np.uint8), np.ones((8, 8), np.uint8))
    assert shown_by(store(picture(pixels), 2).image).tolist() == [[0, 100], [200, 40]]


def test_mean_and_deviation_are_of_grey_levels() -> None:
    stored = store(picture(np.array([[0, 200]], np.uint8)), 50)
    assert (stored.mean, stored.std) == (100, 100)
    red = store(picture(np.full((4, 4, 3), (255, 0, 0), np.uint8)), 50)
    assert (round(red.mean), red.std) == (76, 0)
