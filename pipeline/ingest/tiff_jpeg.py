"""TIFF pages whose strips or tiles are JPEG: put together from single decodes.

libtiff refuses files that microscope software writes (a JFIF stream of YCbCr under an RGB page), and every strip or
tile is a JPEG picture of its own.
"""

import numpy as np

from pipeline.ingest.decode import decode
from pipeline.ingest.jpeg import EOI, NOT_TRANSFORMED, SOI, read_jpeg
from pipeline.ingest.pixels import Pixels, upright
from pipeline.ingest.tiff import BLACK_IS_ZERO, RGB, Page, Tag
from schemas.errors import BadData


def decode_jpeg_page(data: bytes, page: Page) -> Pixels:
    """(H, W) or (H, W, 3) RGB uint8, upright; raises BadData."""
    grey = page.photometric == BLACK_IS_ZERO
    canvas = np.zeros((page.height, page.width) if grey else (page.height, page.width, 3), np.uint8)
    width, height, offsets, sizes = _pieces(page)
    across = -(-page.width // width)
    if len(offsets) != len(sizes) or len(offsets) != across * -(-page.height // height):
        raise BadData("damaged_header")
    for index, (offset, size) in enumerate(zip(offsets, sizes, strict=True)):
        top, left = index // across * height, index % across * width
        room = canvas[top : top + height, left : left + width]
        piece = _piece(_stream(data[offset : offset + size], page), (width, height), grey)
        if piece.shape[0] < room.shape[0] or piece.shape[1] < room.shape[1]:
            raise BadData("size_mismatch", index)
        room[...] = piece[: room.shape[0], : room.shape[1]]
    return upright(canvas, page.orientation)


def _pieces(page: Page) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    """Width and height of a piece, offsets and sizes of all."""
    if page.tiled:
        width, height = page.number(Tag.TILE_WIDTH, 0), page.number(Tag.TILE_HEIGHT, 0)
        offsets, sizes = page.numbers.get(Tag.TILE_OFFSETS, ()), page.numbers.get(Tag.TILE_BYTES, ())
    else:
        width, height = page.width, min(page.number(Tag.ROWS_A_STRIP, page.height), page.height)
        offsets, sizes = page.numbers.get(Tag.STRIP_OFFSETS, ()), page.numbers.get(Tag.STRIP_BYTES, ())
    if width <= 0 or height <= 0:
        raise BadData("damaged_header")
    return width, height, offsets, sizes


def _stream(piece: bytes, page: Page) -> bytes:
    """A whole JPEG file: with the page's tables, and marked as RGB where only the page says so."""
    if not piece.startswith(SOI):
        raise BadData("damaged_header")
    tables = page.texts.get(Tag.JPEG_TABLES, b"").removeprefix(SOI).removesuffix(EOI)
    unmarked = page.photometric == RGB and b"JFIF\0" not in piece[:32] and b"Adobe" not in piece[:64]
    return SOI + (NOT_TRANSFORMED if unmarked else b"") + tables + piece[2:]


def _piece(stream: bytes, most_wh: tuple[int, int], grey: bool) -> Pixels:
    """A tile may be larger than what is left of the page, never than the page says tiles are."""
    jpeg = read_jpeg(stream)
    if jpeg.width > most_wh[0] or jpeg.height > most_wh[1] or (jpeg.colour == "grey") != grey:
        raise BadData("size_mismatch", jpeg.width * jpeg.height / 1e6)
    return decode(jpeg.bare, (jpeg.width, jpeg.height), colour=not grey)
