import zlib

import numpy as np
import pytest

from pipeline.ingest.png import read_png
from schemas.errors import BadData
from tests.pipeline.ingest.files import exif, png_chunk, png_file, smooth, smooth_rgb

GREY, RGB = png_file(smooth()), png_file(smooth_rgb())
TEXT = (b"tEXt", b"Comment\0Jane Doe")


@pytest.mark.parametrize(
    ("data", "passes"),
    [
        (GREY, True),
        (RGB, True),
        (png_file(smooth(), extra=[TEXT, (b"gAMA", b"\0\0\xb1\x8f"), (b"iCCP", b"x\0\0")]), True),
        (png_file(smooth(), extra=[(b"eXIf", exif(1))]), True),
        (png_file(smooth(), extra=[(b"eXIf", exif(6))]), False),
        (png_file(smooth(dtype=np.uint16)), False),
        (png_file(smooth(channels=4)), False),
        (png_file(smooth(), extra=[(b"tRNS", b"\0\0")]), False),
        (png_file(smooth(), colour_type=3, extra=[(b"PLTE", bytes(range(256)) * 3)]), False),
    ],
)
def test_only_opaque_upright_8_bit_grey_and_rgb_pass(data: bytes, passes: bool) -> None:
    assert read_png(data).passes is passes


def test_size_and_depth_come_from_the_header() -> None:
    png = read_png(png_file(smooth(7, 5, dtype=np.uint16)))
    assert (png.width, png.height, png.bit_depth, png.has_alpha) == (7, 5, 16, False)


def test_what_is_no_picture_is_left_out_and_the_rest_stays_byte_for_byte() -> None:
    told = png_file(smooth(), extra=[TEXT, (b"eXIf", exif(1)), (b"tIME", b"\x07\xe8\x01\x02\x03\x04\x05")])
    assert read_png(told + b"behind the end").bare == read_png(GREY).bare == GREY


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GREY[:8], "truncated"),
        (GREY[:60], "truncated"),
        (GREY[:-12], "truncated"),
        (GREY[:100] + b"\0\0" + GREY[102:], "checksum_mismatch"),
        (GREY[:16] + b"\0\0\xff\xff" + GREY[20:], "checksum_mismatch"),
        (GREY[:8] + png_chunk(b"IDAT", zlib.compress(b"")) + GREY[33:], "damaged_header"),
        (GREY[:8] + png_chunk(b"IHDR", b"\0" * 12) + GREY[33:], "damaged_header"),
        (GREY[:-12] + png_chunk(b"IEND", b"Jane Doe"), "damaged_header"),
    ],
)
def test_damage_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        read_png(data)


def test_a_truncated_file_says_how_many_bytes_there_are() -> None:
    with pytest.raises(BadData) as caught:
        read_png(GREY[:60])
    assert caught.value.value == 60
