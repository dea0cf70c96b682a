import cv2
import numpy as np
import pytest

from pipeline.ingest.jpeg import EOI, NOT_TRANSFORMED, read_jpeg
from schemas.errors import BadData
from tests.pipeline.ingest.files import exif, jpeg_file, segment, shown_by, smooth, smooth_rgb

GREY, COLOUR = jpeg_file(smooth()), jpeg_file(smooth_rgb())
PRIVATE = [
    segment(0xE1, b"Exif\0\0" + exif(1, words=b"Jane Doe")),
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>Jane Doe</x>"),
    segment(0xE2, b"ICC_PROFILE\0Jane Doe"),
    segment(0xE0, b"JFXX\0\x13Jane Doe"),
    segment(0xED, b"Photoshop 3.0\0Jane Doe"),
    segment(0xFE, b"Jane Doe"),
    segment(0xDC, b"Jane Doe"),  # number of lines: read by no decoder here
]
TURNED = segment(0xE1, b"Exif\0\0" + exif(6))
YCBCR_MARK = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")


@pytest.mark.parametrize(
    ("data", "colour", "passes"),
    [
        (GREY, "grey", True),
        (COLOUR, "ycbcr", True),
        (jpeg_file(smooth_rgb(), progressive=True), "ycbcr", True),
        (jpeg_file(smooth_rgb(), *PRIVATE), "ycbcr", True),
        (jpeg_file(smooth_rgb(), jfif=False), "ycbcr", True),
        (jpeg_file(smooth_rgb(), YCBCR_MARK, jfif=False), "ycbcr", True),
        (jpeg_file(smooth_rgb(), NOT_TRANSFORMED, jfif=False), "rgb", False),
        (jpeg_file(smooth_rgb(), NOT_TRANSFORMED), "ycbcr", True),  # JFIF comes first, as in libjpeg
        (jpeg_file(smooth(), TURNED), "grey", False),
    ],
)
def test_only_upright_grey_and_ycbcr_pass(data: bytes, colour: str, passes: bool) -> None:
    jpeg = read_jpeg(data)
    assert (jpeg.colour, jpeg.passes) == (colour, passes)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("pixels", [smooth(), smooth_rgb()], ids=["grey", "colour"])
def test_metadata_goes_and_the_picture_stays_the_same_to_the_bit(pixels: np.ndarray, progressive: bool) -> None:
    told = jpeg_file(pixels, *PRIVATE, progressive=progressive)
    bare = read_jpeg(told + b"Jane Doe").bare
    assert b"Jane Doe" in told
    assert b"Jane" not in bare
    assert bare == jpeg_file(pixels, progressive=progressive)
    assert np.array_equal(shown_by(bare), shown_by(told))


def test_colours_stay_where_adobes_mark_alone_tells_them() -> None:
    told = jpeg_file(smooth_rgb(), NOT_TRANSFORMED + b"", jfif=False)
    longer = jpeg_file(smooth_rgb(), segment(0xEE, NOT_TRANSFORMED[4:] + b"Jane Doe"), jfif=False)
    assert read_jpeg(told).bare == told == read_jpeg(longer).bare
    assert not np.array_equal(shown_by(told), shown_by(jpeg_file(smooth_rgb(), jfif=False)))


def test_a_thumbnail_within_jfif_is_cut_off() -> None:
    thumbnail = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01" + b"Jane Doe")
    bare = read_jpeg(jpeg_file(smooth(), thumbnail, jfif=False)).bare
    assert b"Jane" not in bare
    assert bare[2:20] == segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")


def test_restart_markers_and_fill_bytes_are_no_end_of_a_scan() -> None:
    flags = [cv2.IMWRITE_JPEG_RST_INTERVAL, 1]
    data = cv2.imencode(".jpg", smooth(), flags)[1].tobytes()
    filled = data[:-2] + b"\xff\xff" + EOI
    assert data.count(b"\xff\xd0") > 0
    assert np.array_equal(shown_by(read_jpeg(filled).bare), shown_by(data))


def test_bytes_between_segments_are_skipped_as_libjpeg_does() -> None:
    odd = GREY[:20] + b"\0odd\xff\0" + GREY[20:]
    assert read_jpeg(odd).bare == GREY
    assert np.array_equal(shown_by(odd), shown_by(GREY))


def scans(data: bytes, count: int) -> bytes:
    """The last scan again and again."""
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * count + EOI


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xd8\xff", "truncated"),
        (GREY[:30], "truncated"),
        (GREY[: len(GREY) // 2], "truncated"),
        (GREY[:-2], "truncated"),
        (GREY[:2] + b"\xff\x01\0\x04" + GREY[2:], "damaged_header"),
        (GREY[:2] + b"\xff\xfe\xff\xff" + GREY[2:], "truncated"),
        (GREY[:2] + b"\xff\xd8" + GREY[2:], "damaged_header"),
        (GREY[:2] + b"\xff\xfe\0\x01" + GREY[2:], "damaged_header"),  # a segment shorter than its own length
        (GREY[:2] + EOI, "damaged_header"),
        (GREY.replace(b"\xff\xc0", b"\xff\xfe"), "damaged_header"),
        (scans(jpeg_file(smooth(8, 8), progressive=True), 1001), "damaged_header"),
    ],
)
def test_damage_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        read_jpeg(data)


def test_four_colours_without_adobes_mark_are_refused() -> None:
    frame = segment(0xC0, b"\x08\0\x08\0\x08\x04" + bytes((n, 0x11, 0)[i] for n in range(4) for i in range(3)))
    with pytest.raises(BadData, match="unsupported_colour"):
        read_jpeg(b"\xff\xd8" + frame + segment(0xDA, b"\0" * 8) + b"\x01" + EOI)
