import cv2
import numpy as np
import pyarrow as pa
import pytest

from pipeline.stored_pictures import read_pixels, read_rgb
from schemas.errors import StorageError

RED = np.full((2, 3, 3), (250, 20, 10), np.uint8)  # RGB


def png(pixels: np.ndarray) -> bytes:
    return bytes(cv2.imencode(".png", pixels)[1])


@pytest.mark.parametrize("data", [b"", b"no picture", png(RED)[:40]])
def test_what_is_no_picture_has_no_pixels(data: bytes) -> None:
    assert read_pixels(data) is None
    with pytest.raises(StorageError, match="does not decode"):
        read_rgb(data)


def test_colours_come_as_red_green_blue_from_bytes_and_buffers() -> None:
    data = png(RED[..., ::-1])
    assert np.array_equal(read_rgb(data), RED)
    assert np.array_equal(read_rgb(pa.py_buffer(data)), RED)


def test_grey_stays_one_channel() -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(read_rgb(png(grey)), grey)


def test_no_orientation_tag_turns_a_picture() -> None:
    jpeg = bytes(cv2.imencode(".jpg", RED)[1])
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    tagged = jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:]
    turned = read_pixels(tagged, cv2.IMREAD_COLOR)
    assert turned is not None
    assert turned.shape == (3, 2, 3)
    assert read_rgb(tagged).shape == (2, 3, 3)
