import io
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.ingest.pixels import Picture, pixel_hash, upright
from schemas.errors import BadData
from tests.pipeline.ingest.files import (
    LONG,
    SHORT,
    UNDEFINED,
    exif,
    jpeg_file,
    picture_of,
    pictures_of,
    png_file,
    segment,
    smooth,
    smooth_rgb,
    tiff_file,
    tiff_page,
)

DEEP = smooth(dtype=np.uint16)


def pillow(pixels: np.ndarray, kind: str, mode: str | None = None, **options: Any) -> bytes:
    """Written by another library than the one that reads."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(buffer, kind, **options)
    return buffer.getvalue()


def spread(pixels: np.ndarray) -> np.ndarray:
    """From the 0.1 to the 99.9 percentile, by numpy."""
    low, high = np.percentile(pixels.astype(np.float64), [0.1, 99.9], method="inverted_cdf")
    return np.asarray(np.clip((pixels.astype(np.float64) - low) / (high - low) * 255, 0, 255))


def describe(picture: Picture) -> tuple[tuple[int, ...], tuple[str, ...], bool]:
    return picture.shown.shape, picture.ops, picture.stored is not None


# --- which decode exactly to what was written ------------------------------------------------------------------

EXACT = [
    ("png grey", png_file(smooth()), smooth(), (), True),
    ("png rgb", png_file(smooth_rgb()), smooth_rgb(), (), True),
    ("png of one pixel", png_file(np.array([[7]], np.uint8)), np.array([[7]], np.uint8), (), True),
    ("png grey in three channels", png_file(np.dstack([smooth()] * 3)), smooth(), ("grey",), False),
    ("png opaque alpha", png_file(np.dstack([smooth_rgb(), np.full((40, 50), 255, np.uint8)])), smooth_rgb(),
     ("alpha",), False),
    ("png interlaced by another writer", pillow(smooth_rgb(), "PNG"), smooth_rgb(), (), True),
    ("png palette", pillow(smooth() // 16, "PNG", "P"), smooth() // 16, ("palette", "grey"), False),
    ("png 1 bit", pillow(smooth() > 127, "PNG"), (smooth() > 127) * np.uint8(255), (), False),
    ("png turned", png_file(smooth(), extra=[(b"eXIf", exif(6))]), np.rot90(smooth(), -1), ("upright",), False),
    ("tiff grey", tiff_file(tiff_page(smooth())), smooth(), (), False),
    ("tiff white is zero", tiff_file(tiff_page(255 - smooth(), 0)), smooth(), ("invert",), False),
    ("tiff rgb", tiff_file(tiff_page(smooth_rgb())), smooth_rgb(), (), False),
    ("tiff planes", tiff_file(tiff_page(smooth_rgb(), planar=True)), smooth_rgb(), (), False),
    ("tiff lzw", pillow(smooth_rgb(), "TIFF", compression="tiff_lzw"), smooth_rgb(), (), False),
    ("tiff packbits", pillow(smooth(), "TIFF", compression="packbits"), smooth(), (), False),
    ("tiff fax", pillow(smooth() > 127, "TIFF", compression="group4"), (smooth() > 127) * np.uint8(255), (), False),
    ("tiff palette", pillow(smooth() // 16, "TIFF", "P"), smooth() // 16, ("palette", "grey"), False),
    ("tiff turned", tiff_file(tiff_page(smooth(), t274=(SHORT, [3]))), smooth()[::-1, ::-1], ("upright",), False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected", "ops", "kept"), [case[1:] for case in EXACT], ids=[c[0] for c in EXACT])
def test_pixels_come_out_as_they_went_in(data: bytes, expected: np.ndarray, ops: tuple[str, ...], kept: bool) -> None:
    picture = picture_of(data)
    assert describe(picture) == (expected.shape, ops, kept)
    assert np.array_equal(picture.shown, expected)
    assert pixel_hash(picture.source) == pixel_hash(expected)


# --- JPEG ----------------------------------------------------------------------------------------------------


def test_a_grey_picture_in_a_colour_jpeg_keeps_its_bytes_and_hashes_as_grey() -> None:
    data = jpeg_file(np.dstack([smooth()] * 3))
    picture = picture_of(data)
    assert describe(picture) == ((40, 50, 3), (), True)
    assert picture.source.shape == (40, 50)
    assert picture.stored == data


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_jpeg_is_turned_back_as_pillow_does(orientation: int) -> None:
    data = jpeg_file(smooth(), segment(0xE1, b"Exif\0\0" + exif(orientation)))
    way = Image.Transpose
    ways = [way.FLIP_LEFT_RIGHT, way.ROTATE_180, way.FLIP_TOP_BOTTOM, way.TRANSPOSE]
    ways += [way.ROTATE_270, way.TRANSVERSE, way.ROTATE_90]
    expected = np.asarray(Image.fromarray(picture_of(jpeg_file(smooth())).shown).transpose(ways[orientation - 2]))
    picture = picture_of(data)
    assert describe(picture) == (expected.shape, ("upright",), False)
    assert np.array_equal(picture.shown, expected)


def test_cmyk_as_photo_software_writes_it_comes_out_in_its_colours() -> None:
    pixels = np.full((16, 16, 3), (200, 60, 30), np.uint8)
    data = pillow(pixels, "JPEG", "CMYK", quality=95)
    assert np.abs(picture_of(data).shown.astype(int) - pixels).max() <= 4


# --- more than 8 bits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        png_file(DEEP),
        tiff_file(tiff_page(DEEP)),
        tiff_file(tiff_page(65535 - DEEP, 0)),
        tiff_file(tiff_page(DEEP.astype(np.uint32))),
        tiff_file(tiff_page((DEEP.astype(np.int32) - 32768).astype(np.int16))),
        tiff_file(tiff_page(DEEP.astype(np.float32))),
        tiff_file(tiff_page(DEEP.astype(np.float64) / 65535)),
        pillow(DEEP, "TIFF", compression="tiff_adobe_deflate"),
    ],
)
def test_deep_greys_are_spread_between_percentiles_and_the_window_says_so(data: bytes) -> None:
    picture = picture_of(data)
    assert picture.window is not None
    assert picture.window.name == "percentile"
    assert picture.ops[-1] == "window"
    assert np.abs(picture.shown - spread(DEEP)).max() <= 1.5


def test_a_dim_microscope_picture_is_visible() -> None:
    picture = picture_of(tiff_file(tiff_page((smooth() * 4.7).astype(np.uint16))))
    assert (picture.shown.min(), picture.shown.max()) == (0, 255)


@pytest.mark.parametrize("value", [0, 1200, 65535])
def test_a_picture_of_one_value_is_black(value: int) -> None:
    assert picture_of(tiff_file(tiff_page(np.full((9, 9), value, np.uint16)))).shown.max() == 0


def test_what_is_not_a_number_is_black_and_decides_nothing() -> None:
    pixels = np.linspace(0, 1, 2000, dtype=np.float32).reshape(40, 50)
    pixels[0, :3] = np.nan, np.inf, -np.inf
    shown = picture_of(tiff_file(tiff_page(pixels))).shown
    assert shown[0, :3].tolist() == [0, 255, 0]
    assert shown[-1, -1] == 255


@pytest.mark.parametrize(("highest", "bits"), [(255, 8), (900, 10), (4095, 12), (65535, 16)])
def test_deep_colour_keeps_its_hues_and_12_bit_sensors_are_not_dark(highest: int, bits: int) -> None:
    pixels = (smooth_rgb().astype(np.float64) / 255 * highest).astype(np.uint16)
    picture = picture_of(png_file(pixels))
    assert picture.window is not None
    assert picture.window.name == "full_range"
    assert np.abs(picture.shown - pixels / (2**bits - 1) * 255).max() <= 0.5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("pixels", [smooth(), DEEP, smooth_rgb(), DEEP.astype(np.float32)], ids=["8", "16", "rgb", "f"])
def test_a_tiff_of_any_depth_is_turned_as_its_tag_says(pixels: np.ndarray, orientation: int) -> None:
    picture = picture_of(tiff_file(tiff_page(pixels, t274=(SHORT, [orientation]))))
    assert np.array_equal(picture.source, upright(pixels, orientation))


# --- several pages -----------------------------------------------------------------------------------------


def test_every_page_is_a_frame_and_a_stack_has_one_window() -> None:
    pages = [tiff_page((DEEP * share).astype(np.uint16)) for share in (1.0, 0.5)]
    bright, dim = pictures_of(tiff_file(*pages))
    assert bright.window == dim.window
    assert abs(dim.shown.mean() * 2 - bright.shown.mean()) < 3


def test_thumbnails_are_left_out_and_other_pages_keep_their_order() -> None:
    data = tiff_file(
        tiff_page(smooth(9, 9)), tiff_page(smooth(3, 3), t254=(LONG, [1])), tiff_page(smooth(5, 8)), tiff_page(DEEP)
    )
    assert [picture.shown.shape for picture in pictures_of(data)] == [(9, 9), (8, 5), (40, 50)]


# --- JPEG within TIFF --------------------------------------------------------------------------------------


def jpeg_tiff(pixels: np.ndarray, tile: int, photometric: int, strip: bool = False, **more: Any) -> bytes:
    """Tiles of `tile` pixels (or strips of that height), each a whole JFIF file, as Bio-Formats writes them."""
    height, width = pixels.shape[:2]
    across = width if strip else tile
    padded = np.pad(pixels, [(0, -height % tile), (0, -width % across), (0, 0)][: pixels.ndim], "edge")
    pieces = [
        jpeg_file(np.ascontiguousarray(padded[top : top + tile, left : left + across]))
        for top in range(0, height, tile)
        for left in range(0, width, across)
    ]
    starts = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
    tags, _ = tiff_page(pixels, photometric, t259=(SHORT, [7]), **more)
    lies = {273: (LONG, starts), 279: (LONG, [len(p) for p in pieces]), 278: (SHORT, [tile])}
    if not strip:
        lies = {324: lies[273], 325: lies[279], 322: (SHORT, [tile]), 323: (SHORT, [tile])}
        tags = {tag: value for tag, value in tags.items() if tag not in (273, 278, 279)}
    asked = {int(name[1:]): value for name, value in more.items()}
    return tiff_file(({**tags, **lies, **asked}, b"".join(pieces)))


@pytest.mark.parametrize("strip", [False, True], ids=["tiles", "strips"])
@pytest.mark.parametrize(
    ("pixels", "photometric"),
    [(smooth(), 1), (smooth_rgb(), 6), (smooth_rgb(), 2)],
    ids=["grey", "ycbcr", "ycbcr called rgb"],
)
def test_jpeg_pieces_are_put_together(pixels: np.ndarray, photometric: int, strip: bool) -> None:
    picture = picture_of(jpeg_tiff(pixels, 16, photometric, strip))
    assert np.abs(picture.shown.astype(int) - pixels).mean() < 6


def test_jpeg_pieces_are_turned_as_the_page_says() -> None:
    picture = picture_of(jpeg_tiff(smooth(), 16, 1, t274=(SHORT, [8])))
    assert picture.shown.shape == (50, 40)
    assert picture.ops == ("upright",)


@pytest.mark.parametrize(
    ("mode", "photometric"), [("L", None), ("RGB", None), ("YCbCr", None)], ids=["grey", "rgb", "ycbcr"]
)
def test_jpeg_with_shared_tables_as_libtiff_writes_it(mode: str, photometric: int | None) -> None:
    data = pillow(smooth_rgb(), "TIFF", mode, compression="jpeg", quality=95)
    expected = cv2.cvtColor(smooth_rgb(), cv2.COLOR_RGB2GRAY) if mode == "L" else smooth_rgb()
    assert np.abs(picture_of(data).shown.astype(int) - expected).mean() < 6


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (jpeg_tiff(smooth(), 16, 1, t322=(SHORT, [8])), "damaged_header"),  # more tiles than there are
        (jpeg_tiff(smooth(), 16, 1, t322=(SHORT, [0])), "damaged_header"),
        (jpeg_tiff(smooth(), 16, 1, t323=(SHORT, [15])), "size_mismatch"),  # tiles larger than they should be
        (jpeg_tiff(smooth(), 16, 1, t322=(SHORT, [17]), t256=(LONG, [68])), "size_mismatch"),  # and smaller
        (jpeg_tiff(smooth_rgb(), 16, 1), "size_mismatch"),  # colour under a grey page
        (jpeg_tiff(smooth(), 16, 2), "size_mismatch"),
    ],
)
def test_pieces_that_do_not_fit_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        pictures_of(data)


# --- refused before or while decoding ------------------------------------------------------------------------


def huge_png() -> bytes:
    whole = png_file(smooth())
    header = bytearray(whole[8:33])
    header[8:12] = header[12:16] = (100_000).to_bytes(4, "big")
    header[-4:] = int.to_bytes(zlib.crc32(header[4:-4]), 4, "big")
    return whole[:8] + bytes(header) + whole[33:]


REFUSED = [
    ("a png of 10 gigapixels", huge_png(), "image_too_large"),
    ("a jpeg of 4 gigapixels", jpeg_file(smooth()).replace(b"\0\x28\0\x32", b"\xff\xff\xff\xff", 1), "image_too_large"),
    ("a tiff of 10 gigapixels", tiff_file(tiff_page(smooth(), t256=(LONG, [10**5]), t257=(LONG, [10**5]))),
     "image_too_large"),
    ("many tiff pages", tiff_file(*[tiff_page(smooth(), t256=(LONG, [10**6]))] * 11), "image_too_large"),
    ("no width", tiff_file(tiff_page(smooth(), t256=(LONG, [0]))), "damaged_header"),
    ("a png with too few rows", png_file(smooth(), rows=b"\0" * 60), "undecodable"),
    ("a png with a false filter", png_file(smooth(), rows=b"\x09" * 51 * 40), "undecodable"),
    ("a jpeg without tables", jpeg_file(smooth()).replace(b"\xff\xdb", b"\xff\xfe"), "undecodable"),
    ("a tiff of half floats", tiff_file(tiff_page(smooth().astype(np.float16))), "unsupported_encoding"),
    ("a tiff of thumbnails", tiff_file(tiff_page(smooth(), t254=(LONG, [1]))), "damaged_header"),
    ("a cut tiff", tiff_file(tiff_page(smooth(), t273=(LONG, [10**6]))), "undecodable"),
    ("jpeg tiles beyond the end", jpeg_tiff(smooth(), 16, 1, t347=(UNDEFINED, b"")).replace(b"\xff\xd8", b"\0\0"),
     "damaged_header"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_a_picture_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        pictures_of(data)


# --- transparency ------------------------------------------------------------------------------------------


def test_what_transparency_hides_stays_hidden() -> None:
    hidden = np.dstack([np.full((4, 4, 3), 200, np.uint8), np.zeros((4, 4), np.uint8)])
    picture = picture_of(png_file(hidden))
    assert picture.shown.max() == 0
    assert picture.ops == ("alpha", "grey")


ROW = np.arange(1, 5, dtype=np.uint8)[np.newaxis]
HIDDEN = [
    ("grey", png_file(ROW, extra=[(b"tRNS", b"\0\2")]), [1, 0, 3, 4]),
    ("2 bits", png_file(ROW, bit_depth=2, rows=b"\0\x1b", extra=[(b"tRNS", b"\0\2")]), [0, 85, 0, 255]),
    ("rgb", png_file(np.dstack([ROW] * 3), extra=[(b"tRNS", b"\0\2\0\2\0\2")]), [1, 0, 3, 4]),
    ("palette", png_file(ROW, colour_type=3, extra=[(b"PLTE", b"\0\0\0\1\1\1\2\2\2\3\3\3\4\4\4"),
     (b"tRNS", b"\xff\xff\0")]), [1, 0, 3, 4]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "levels"), [case[1:] for case in HIDDEN], ids=[case[0] for case in HIDDEN])
def test_a_transparent_value_is_hidden_too(data: bytes, levels: list[int]) -> None:
    assert picture_of(data).shown.tolist() == [levels]
    assert picture_of(data).stored is None
