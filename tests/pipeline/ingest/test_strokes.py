import cv2
import numpy as np
import pytest

from pipeline.ingest.strokes import has_coloured_strokes
from tests.pipeline.ingest.files import jpeg_file, shown_by, smooth, smooth_rgb

RED, YELLOW, WHITE = (255, 0, 0), (255, 255, 0), (255, 255, 255)


def grey(width: int = 400, height: int = 300) -> np.ndarray:
    return np.dstack([smooth(width, height) // 2 + 20] * 3)


def contour(pixels: np.ndarray, colour: tuple[int, int, int] = RED, thickness: int = 2) -> np.ndarray:
    height, width = pixels.shape[:2]
    drawn: np.ndarray = cv2.ellipse(
        pixels.copy(), (width // 2, height // 2), (width // 5, height // 6), 0, 0, 360, colour, thickness
    )
    return drawn


def box(pixels: np.ndarray) -> np.ndarray:
    """A colour-flow window: a filled patch."""
    drawn = pixels.copy()
    drawn[60:120, 100:220] = RED
    return drawn


def spots(level: int) -> np.ndarray:
    """Fluorescence: red on black, nothing grey."""
    return contour(np.full((300, 400, 3), level, np.uint8))


CASES = [
    ("empty grey", smooth(), False),
    ("grey in three channels", grey(), False),
    ("red contour", contour(grey()), True),
    ("yellow contour", contour(grey(), YELLOW), True),
    ("thin contour on a large picture", contour(grey(1600, 1200), RED, 2), True),
    ("contour through JPEG", shown_by(jpeg_file(contour(grey()))), True),
    ("grey through JPEG", shown_by(jpeg_file(grey())), False),
    ("white contour", contour(grey(), WHITE), False),
    ("contour on a photograph", contour(smooth_rgb(400, 300)), False),
    ("photograph", smooth_rgb(400, 300), False),
    ("filled colour box", box(grey()), False),
    ("fluorescence", spots(0), False),
]


@pytest.mark.parametrize(("pixels", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_coloured_strokes_are_found_on_grey_pictures_alone(pixels: np.ndarray, found: bool) -> None:
    assert has_coloured_strokes(pixels) is found


def test_one_coloured_pixel_is_no_stroke() -> None:
    pixels = grey()
    pixels[150, 150] = RED
    assert not has_coloured_strokes(pixels)
