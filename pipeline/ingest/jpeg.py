"""The segments of a JPEG file: its size and colour before decoding, and its bytes without what is not picture."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from pipeline.ingest.exif import orientation_of
from schemas.errors import BadData

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
NOT_TRANSFORMED = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"  # APP14 of a file whose colours are RGB

MOST_SCANS = 1000  # a progressive file has some ten; thousands are a decoder bomb

# In entropy-coded data a marker is 0xFF followed by neither a stuffed zero, a restart number nor a fill byte.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class Marker(IntEnum):
    BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
    HUFFMAN, EXTENSION, ARITHMETIC = 0xC4, 0xC8, 0xCC  # in the range of the frame headers, but none
    START, END, SCAN, QUANTISATION, RESTART = 0xD8, 0xD9, 0xDA, 0xDB, 0xDD
    APP0, APP1, APP14 = 0xE0, 0xE1, 0xEE


_FRAMES = frozenset(range(0xC0, 0xD0)) - {Marker.HUFFMAN, Marker.EXTENSION, Marker.ARITHMETIC}
_PICTURE = _FRAMES | {
    Marker.HUFFMAN,
    Marker.ARITHMETIC,
    Marker.SCAN,
    Marker.QUANTISATION,
    Marker.RESTART,
}


@dataclass(frozen=True)
class Segment:
    """`data` is everything from the marker on; of a scan also the entropy-coded bytes behind its header."""

    marker: int
    data: bytes

    @property
    def payload(self) -> bytes:
        return self.data[4:]


@dataclass(frozen=True)
class Jpeg:
    """What a JPEG file holds; `bare` is the same picture without metadata, entropy-coded bytes untouched."""

    width: int
    height: int
    precision: int
    colour: str  # grey, ycbcr, rgb, cmyk
    frame: int  # marker of the frame header
    orientation: int
    bare: bytes

    @property
    def passes(self) -> bool:
        """Whether `bare` may be stored as it is: 8-bit grey or YCbCr, upright, of a kind that everybody decodes."""
        common = self.frame in (Marker.BASELINE, Marker.EXTENDED, Marker.PROGRESSIVE)
        return common and self.precision == 8 and self.colour in ("grey", "ycbcr") and self.orientation == 1


def read_jpeg(data: bytes) -> Jpeg:
    """Raises BadData `truncated` (with the bytes there are) or `damaged_header`."""
    segments = list(_segments(data))
    frames = [segment for segment in segments if segment.marker in _FRAMES]
    scans = sum(segment.marker == Marker.SCAN for segment in segments)
    if len(frames) != 1 or not 0 < scans <= MOST_SCANS or len(frames[0].payload) < 6:
        raise BadData("damaged_header")
    precision, height, width, components = struct.unpack(">BHHB", frames[0].payload[:6])
    exif = (s.payload[6:] for s in segments if s.marker == Marker.APP1 and s.payload[:6] == b"Exif\0\0")
    return Jpeg(
        width,
        height,
        precision,
        _colour(segments, components, frames[0].payload[6::3]),
        frames[0].marker,
        orientation_of(next(exif, b"")),
        SOI + b"".join(_kept(segments)) + EOI,
    )


def _segments(data: bytes) -> Iterator[Segment]:
    """Everything between start and end of the image, fill bytes left out; what follows the end is not read."""
    at = 2
    while True:
        found = _NEXT_MARKER.search(data, at)
        if found is None:
            raise BadData("truncated", len(data))
        at, marker = found.start(), data[found.start() + 1]
        if marker == Marker.END:
            return
        if marker < Marker.BASELINE or marker == Marker.START:
            raise BadData("damaged_header")
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == Marker.SCAN:
            found = _NEXT_MARKER.search(data, end)
            end = found.start() if found else len(data) + 1
        if end > len(data):
            raise BadData("truncated", len(data))
        if end < at + 4:
            raise BadData("damaged_header")
        yield Segment(marker, data[at:end])
        at = end


def _kept(segments: list[Segment]) -> Iterator[bytes]:
    """Without comments and application segments, but JFIF's and Adobe's, which tell colours, cut to their fields."""
    for segment in segments:
        if segment.marker in _PICTURE:
            yield segment.data
        elif _is_jfif(segment):  # its thumbnail left out
            yield b"\xff\xe0\x00\x10" + segment.payload[:12] + b"\0\0"
        elif _is_adobe(segment):
            yield b"\xff\xee\x00\x0e" + segment.payload[:12]


def _is_jfif(segment: Segment) -> bool:
    return segment.marker == Marker.APP0 and segment.payload[:5] == b"JFIF\0" and len(segment.payload) >= 14


def _is_adobe(segment: Segment) -> bool:
    return segment.marker == Marker.APP14 and segment.payload[:5] == b"Adobe" and len(segment.payload) >= 12


def _colour(segments: list[Segment], components: int, ids: bytes) -> str:
    """By the rule of libjpeg's default_decompress_parms: JFIF first, then Adobe's transform, then component ids."""
    transform = next((s.payload[11] for s in segments if _is_adobe(s)), None)
    if components == 1:
        return "grey"
    if components == 4 and transform is not None:
        return "cmyk"
    if components != 3:
        raise BadData("unsupported_colour", components)  # CMYK without Adobe's mark: inverted or not is unknown
    if any(map(_is_jfif, segments)):
        return "ycbcr"
    if transform is not None:
        return "rgb" if transform == 0 else "ycbcr"
    return "rgb" if ids[:3] == b"RGB" else "ycbcr"
