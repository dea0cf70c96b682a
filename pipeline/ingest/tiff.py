"""The pages of a TIFF file, before decoding: their sizes, and whether they are of a kind that is decoded rightly."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from schemas.errors import BadData

MOST_PAGES = 4096


class Tag(IntEnum):
    SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
    DESCRIPTION, STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_A_STRIP, STRIP_BYTES = 270, 273, 274, 277, 278, 279
    PLANAR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 284, 322, 323, 324, 325
    SAMPLE_FORMAT, JPEG_TABLES = 339, 347


WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR = 0, 1, 2, 3, 6  # photometric interpretations
JPEG = 7  # compression
REDUCED, MASK = 1, 4  # bits of the subfile type: a thumbnail, a transparency mask
UNSIGNED, FLOAT = 1, 3  # sample formats

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}


@dataclass(frozen=True)
class Page:
    """One image file directory."""

    numbers: Mapping[int, tuple[int, ...]]
    texts: Mapping[int, bytes]

    def number(self, tag: Tag, default: int) -> int:
        return self.numbers[tag][0] if self.numbers.get(tag) else default

    @property
    def width(self) -> int:
        return self.number(Tag.WIDTH, 0)

    @property
    def height(self) -> int:
        return self.number(Tag.HEIGHT, 0)

    @property
    def bits(self) -> int:
        return self.number(Tag.BITS, 1)

    @property
    def photometric(self) -> int:
        return self.number(Tag.PHOTOMETRIC, -1)

    @property
    def compression(self) -> int:
        return self.number(Tag.COMPRESSION, 1)

    @property
    def orientation(self) -> int:
        return self.number(Tag.ORIENTATION, 1)

    @property
    def tiled(self) -> bool:
        return Tag.TILE_WIDTH in self.numbers

    @property
    def is_picture(self) -> bool:
        """Not a thumbnail or mask of another page."""
        return not self.number(Tag.SUBFILE, 0) & (REDUCED | MASK)

    @property
    def is_decoded_rightly(self) -> bool:
        """Kinds for which OpenCV's reader was compared with known arrays; it reads some others wrongly, silently."""
        samples, bits = self.number(Tag.SAMPLES, 1), self.bits
        alike = len(set(self.numbers.get(Tag.BITS, (1,)))) == 1
        if not alike or self.compression == 6:  # the JPEG of 1992, given up since
            return False
        if self.compression == JPEG:
            chunky = self.number(Tag.PLANAR, 1) == 1 or samples == 1
            return bits == 8 and chunky and self.photometric in (BLACK_IS_ZERO, RGB, YCBCR)
        if self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO):
            kind = self.number(Tag.SAMPLE_FORMAT, UNSIGNED)
            depths = (32, 64) if kind == FLOAT else (1, 8, 16, 32)
            return samples == 1 and bits in depths and (kind == UNSIGNED or self.photometric == BLACK_IS_ZERO)
        if self.photometric == RGB:
            return samples in (3, 4) and (bits == 8 or (bits == 16 and self.number(Tag.PLANAR, 1) == 1))
        return self.photometric == PALETTE and samples == 1 and bits == 8


def read_pages(data: bytes) -> list[Page]:
    """In file order; raises BadData `damaged_header`, `truncated` or `tiled_slide_not_yet`."""
    pages = list(_directories(data))
    if not pages:
        raise BadData("damaged_header")
    first = pages[0]
    slide = first.texts.get(Tag.DESCRIPTION, b"").startswith(b"Aperio")
    pyramid = first.tiled and any(page.tiled and not page.is_picture for page in pages[1:])
    if slide or pyramid:
        raise BadData("tiled_slide_not_yet", len(pages))
    return pages


def _directories(data: bytes) -> Iterator[Page]:
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    word, count_code, at_first, entry_bytes = ("Q", "Q", 8, 20) if big else ("I", "H", 4, 12)
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + word, data, at_first)
        while at and len(seen) < MOST_PAGES:
            if at in seen:
                raise BadData("damaged_header")
            seen.add(at)
            (count,) = struct.unpack_from(order + count_code, data, at)
            start = at + struct.calcsize(count_code)
            yield _page(data, order + word, range(start, start + count * entry_bytes, entry_bytes))
            (at,) = struct.unpack_from(order + word, data, start + count * entry_bytes)
    except (struct.error, OverflowError) as error:  # a 64-bit offset need not even fit a size
        raise BadData("truncated", len(data)) from error


def _page(data: bytes, layout: str, entries: range) -> Page:
    order, word = layout[0], layout[1]
    width = struct.calcsize(word)
    numbers: dict[int, tuple[int, ...]] = {}
    texts: dict[int, bytes] = {}
    for entry in entries:
        tag, kind, count = struct.unpack_from(f"{order}HH{word}", data, entry)
        if tag not in Tag.__members__.values() or kind not in _SIZES:
            continue
        at = entry + 4 + width
        if count * _SIZES[kind] > width:
            (at,) = struct.unpack_from(layout, data, at)
        if at + count * _SIZES[kind] > len(data):
            raise BadData("truncated", len(data))
        if kind in _CODES:
            numbers[tag] = struct.unpack_from(f"{order}{count}{_CODES[kind]}", data, at)
        else:
            texts[tag] = data[at : at + count]
    return Page(numbers, texts)
