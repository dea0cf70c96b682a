"""The chunks of a PNG file: its size before decoding, and its bytes without what is not picture."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.exif import orientation_of
from schemas.errors import BadData

SIGNATURE = b"\x89PNG\r\n\x1a\n"

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6  # colour types


@dataclass(frozen=True)
class Png:
    """What a PNG file holds; `bare` is the same picture in IHDR, PLTE, tRNS, IDAT and IEND alone."""

    width: int
    height: int
    bit_depth: int
    colour_type: int
    transparent: bytes | None  # the tRNS chunk's own bytes
    orientation: int
    bare: bytes

    @property
    def has_alpha(self) -> bool:
        return self.transparent is not None or self.colour_type in (GREY_ALPHA, RGB_ALPHA)

    @property
    def hidden_grey(self) -> int | None:
        """The decoded value that a grey picture declares transparent."""
        if self.colour_type != GREY or self.transparent is None:
            return None
        value = int.from_bytes(self.transparent, "big")
        return value if self.bit_depth >= 8 else value * 255 // (2**self.bit_depth - 1)

    @property
    def passes(self) -> bool:
        """Whether `bare` may be stored as it is: 8-bit grey or RGB, opaque, upright."""
        plain = self.colour_type in (GREY, RGB) and not self.has_alpha
        return plain and self.bit_depth == 8 and self.orientation == 1


def read_png(data: bytes) -> Png:
    """Checks the checksum of every chunk that is picture.

    Raises BadData `truncated` (with the bytes there are), `checksum_mismatch` or `damaged_header`.
    """
    chunks = list(_chunks(data))
    name, header = chunks[0]
    if name != b"IHDR" or len(header) != 25 or len(chunks[-1][1]) != 12:  # an end that holds something hides it
        raise BadData("damaged_header")
    width, height, bit_depth, colour_type = struct.unpack(">IIBB", header[8:18])
    told = {name: bytes(chunk[8:-4]) for name, chunk in chunks if name in (b"eXIf", b"tRNS")}
    kept = (chunk for name, chunk in chunks if name != b"eXIf")
    return Png(
        width,
        height,
        bit_depth,
        colour_type,
        told.get(b"tRNS"),
        orientation_of(told.get(b"eXIf", b"")),
        b"".join([SIGNATURE, *kept]),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """(name, whole chunk) of those that matter, up to IEND; what follows it is not read."""
    view, at, name = memoryview(data), len(SIGNATURE), b""
    while name != b"IEND":
        if at + 12 > len(data):
            raise BadData("truncated", len(data))
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise BadData("truncated", len(data))
        name = data[at + 4 : at + 8]
        chunk, at = view[at:end], end
        if name == b"eXIf":
            yield name, chunk
        elif name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
                raise BadData("checksum_mismatch")
            yield name, chunk
