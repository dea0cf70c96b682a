import struct
from typing import Any

import numpy as np
import pytest

from pipeline.ingest.tiff import Page, read_pages
from schemas.errors import BadData
from tests.pipeline.ingest.files import LONG, SHORT, UNDEFINED, smooth, smooth_rgb, tiff_file, tiff_page

DEEP = smooth(dtype=np.uint16)


def page(pixels: np.ndarray, photometric: int | None = None, planar: bool = False, **more: Any) -> Page:
    return read_pages(tiff_file(tiff_page(pixels, photometric, planar, **more)))[0]


@pytest.mark.parametrize(
    ("found", "rightly"),
    [
        (page(smooth()), True),
        (page(smooth(), photometric=0), True),
        (page(DEEP), True),
        (page(DEEP.astype(np.int16)), True),
        (page(DEEP.astype(np.int16), photometric=0), False),
        (page(DEEP.astype(np.uint32)), True),
        (page(DEEP.astype(np.float32)), True),
        (page(DEEP.astype(np.float64)), True),
        (page(DEEP.astype(np.float32), photometric=0), False),
        (page(smooth().astype(np.float16)), False),
        (page(smooth_rgb()), True),
        (page(smooth_rgb(), planar=True), True),
        (page(smooth(channels=3, dtype=np.uint16)), True),
        (page(smooth(channels=3, dtype=np.uint16), planar=True), False),  # OpenCV mixes the planes
        (page(smooth(channels=4)), True),
        (page(smooth(channels=4), photometric=5), False),  # CMYK
        (page(smooth_rgb(), photometric=6), False),  # YCbCr without JPEG
        (page(smooth_rgb(), photometric=8), False),  # CIELab
        (page(smooth(), photometric=3), True),
        (page(smooth(), t259=(SHORT, [5])), True),
        (page(smooth(), t259=(SHORT, [6])), False),  # the old JPEG
        (page(smooth(), t259=(SHORT, [7])), True),
        (page(DEEP, t259=(SHORT, [7])), False),
        (page(smooth_rgb(), t258=(SHORT, [8, 8, 4])), False),
    ],
)
def test_kinds_that_the_decoder_reads_wrongly_are_told_apart(found: Page, rightly: bool) -> None:
    assert found.is_decoded_rightly is rightly


def test_every_page_has_its_own_size() -> None:
    data = tiff_file(tiff_page(smooth(7, 5)), tiff_page(smooth(9, 3)))
    assert [(found.width, found.height, found.bits) for found in read_pages(data)] == [(7, 5, 8), (9, 3, 8)]


@pytest.mark.parametrize(("subfile", "is_picture"), [(0, True), (2, True), (1, False), (4, False), (5, False)])
def test_thumbnails_and_masks_are_no_pictures(subfile: int, is_picture: bool) -> None:
    assert page(smooth(), t254=(LONG, [subfile])).is_picture is is_picture


def big_tiff() -> bytes:
    """64-bit offsets, and two of the tags."""
    entries = [(256, SHORT, 1, 7), (257, SHORT, 1, 5)]
    packed = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2) + packed + struct.pack("<Q", 0)


def test_64_bit_offsets_are_read() -> None:
    (found,) = read_pages(big_tiff())
    assert (found.width, found.height) == (7, 5)


TILED: dict[str, Any] = {"t322": (SHORT, [16]), "t323": (SHORT, [16])}
PYRAMID = tiff_file(tiff_page(smooth(), **TILED), tiff_page(smooth(5, 5), t254=(LONG, [1]), **TILED))
ONE = tiff_file(tiff_page(smooth()))


def looped(data: bytes) -> bytes:
    """The last directory's link leads back to the first."""
    at = data.rindex(b"\0\0\0\0", 0, len(data))
    return data[:at] + data[4:8] + data[at + 4 :]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"II*\0", "truncated"),
        (b"II+\0\x08\0\0\0" + b"\xff" * 8, "truncated"),
        (b"II*\0\0\0\0\0", "damaged_header"),
        (ONE[:-40], "truncated"),
        (b"II*\0\xff\xff\0\0" + ONE[8:], "truncated"),
        (looped(ONE), "damaged_header"),
        (PYRAMID, "tiled_slide_not_yet"),
        (tiff_file(tiff_page(smooth(), t270=(UNDEFINED, b"Aperio Image Library"))), "tiled_slide_not_yet"),
        (tiff_file(tiff_page(smooth(), t325=(LONG, [1, 2])))[:-2], "truncated"),
    ],
)
def test_damage_and_slides_have_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        read_pages(data)


def test_a_tiled_page_alone_is_no_slide() -> None:
    assert page(smooth(), **TILED).tiled
