"""PNG, JPEG and TIFF to pictures: sizes refused before decoding, own bytes kept where they are a picture alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.ingest import tiff
from pipeline.ingest.decode import decode, decode_pages
from pipeline.ingest.jpeg import read_jpeg
from pipeline.ingest.pixels import (
    Picture,
    Pixels,
    has_equal_channels,
    refuse_absurd,
    upright,
    without_alpha,
)
from pipeline.ingest.png import GREY, PALETTE, read_png
from pipeline.ingest.tiff_jpeg import decode_jpeg_page
from pipeline.ingest.windows import Window, bits_used, full_range, percentile_window, through_table
from schemas.errors import BadData

PAGES_AT_ONCE = 64  # every call of the decoder walks the pages from the first on

Ops = tuple[str, ...]


def raster_pictures(data: bytes, kind: str, max_pixels: int) -> list[Picture]:
    """The pictures of a file whose first bytes say `png`, `jpeg` or `tiff`; raises BadData."""
    read = {"png": _png_pictures, "jpeg": _jpeg_pictures, "tiff": _tiff_pictures}[kind]
    return read(data, max_pixels)


def _png_pictures(data: bytes, max_pixels: int) -> list[Picture]:
    png = read_png(data)
    refuse_absurd(png.width, png.height, max_pixels)
    pixels = decode(png.bare, (png.width, png.height), colour=not png.has_alpha and png.colour_type != GREY)
    if png.hidden_grey is not None:  # OpenCV knows only transparent colours
        pixels = np.where(pixels == png.hidden_grey, 0, pixels).astype(pixels.dtype)
    source, ops = _settled(pixels, png.orientation, ("palette",) if png.colour_type == PALETTE else ())
    if png.passes and not ops:
        return [Picture(source, source, png.bit_depth, stored=png.bare)]
    return _in_8_bits([source], png.bit_depth, [ops])


def _jpeg_pictures(data: bytes, max_pixels: int) -> list[Picture]:
    """A colour JPEG with equal channels passes as it is, and hashes as the grey picture that it shows."""
    jpeg = read_jpeg(data)
    refuse_absurd(jpeg.width, jpeg.height, max_pixels)
    pixels = decode(jpeg.bare, (jpeg.width, jpeg.height), colour=jpeg.colour != "grey")
    source, ops = _settled(pixels, jpeg.orientation)
    if jpeg.passes:
        return [Picture(source, pixels, jpeg.precision, stored=jpeg.bare, stored_encoding="jpeg")]
    return _in_8_bits([source], jpeg.precision, [ops])


def _tiff_pictures(data: bytes, max_pixels: int) -> list[Picture]:
    """One picture a page, but not of thumbnails and masks; greys above 8 bits share one window, as a stack does."""
    pages = tiff.read_pages(data)
    wanted = [index for index, page in enumerate(pages) if page.is_picture]
    _refuse_pages([pages[index] for index in wanted], max_pixels)
    decoded = _decoded_pages(data, pages, wanted)
    sources, ops = zip(*(_settled(pixels, 1, _page_ops(pages[index])) for index, pixels in decoded), strict=True)
    return _in_8_bits(sources, max(pages[index].bits for index in wanted), ops)


def _refuse_pages(pages: Sequence[tiff.Page], max_pixels: int) -> None:
    """They are all in memory at once, so the limit holds for their sum."""
    if not pages:
        raise BadData("damaged_header")
    total = 0
    for page in pages:
        refuse_absurd(page.width, page.height, max_pixels - total)
        total += page.width * page.height
        if not page.is_decoded_rightly:
            raise BadData("unsupported_encoding", page.compression)


def _decoded_pages(data: bytes, pages: list[tiff.Page], wanted: list[int]) -> list[tuple[int, Pixels]]:
    """(index, upright pixels) of the wanted pages, in their order."""
    jpegs = {index for index in wanted if pages[index].compression == tiff.JPEG}
    others = set(wanted) - jpegs
    found = {index: decode_jpeg_page(data, pages[index]) for index in sorted(jpegs)}
    for index in wanted:
        last = index
        while last - index < PAGES_AT_ONCE and last in others and last not in found:
            last += 1
        found.update(enumerate(decode_pages(data, index, last) if last > index else [], index))
    return [(index, _checked(found[index], pages[index])) for index in wanted]


def _checked(pixels: Pixels, page: tiff.Page) -> Pixels:
    if sorted(pixels.shape[:2]) != sorted((page.height, page.width)):
        raise BadData("size_mismatch", pixels.shape[0] * pixels.shape[1] / 1e6)
    if page.photometric == tiff.WHITE_IS_ZERO and pixels.dtype != np.uint8:  # 8 bits come turned
        return np.iinfo(pixels.dtype).max - pixels
    return pixels


def _page_ops(page: tiff.Page) -> Ops:
    named = {
        "upright": page.orientation != 1,
        "palette": page.photometric == tiff.PALETTE,
        "invert": page.photometric == tiff.WHITE_IS_ZERO,
    }
    return tuple(name for name, done in named.items() if done)


def _settled(pixels: Pixels, orientation: int, ops: Ops = ()) -> tuple[Pixels, Ops]:
    """Upright, opaque, and of one channel where all are equal; with what had to be done for it."""
    if orientation != 1:
        pixels, ops = upright(pixels, orientation), (*ops, "upright")
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels, ops = without_alpha(pixels), (*ops, "alpha")
    if has_equal_channels(pixels):
        pixels, ops = np.ascontiguousarray(pixels[..., 0]), (*ops, "grey")
    return pixels, ops


def _in_8_bits(sources: Sequence[Pixels], bits: int, ops: Sequence[Ops]) -> list[Picture]:
    deep = [source for source in sources if source.ndim == 2 and source.dtype != np.uint8]
    shared = percentile_window(deep) if deep else None
    return [_windowed(Picture(source, source, bits, done), shared) for source, done in zip(sources, ops, strict=True)]


def _windowed(picture: Picture, shared: Window | None) -> Picture:
    source = picture.source
    window = shared if source.ndim == 2 else full_range(bits_used(source))
    if window is None or source.dtype == np.uint8:
        return picture
    shown = through_table(window.levels, source)
    return replace(picture, shown=shown, window=window, ops=(*picture.ops, "window"))
