"""Decoded frames of a DICOM file, one at a time: geometry checked against the header before a codec sees it."""

import math
import struct
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder
from pydicom.pixels.decoders.base import Decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
)

from pipeline.ingest.header import Header
from pipeline.ingest.pixels import Pixels, refuse_absurd
from pipeline.ingest.silence import refusing
from schemas.errors import BadData

COMPRESSED_BY = "pylibjpeg"  # one plugin for every compressed syntax; its version is part of the settings
MOST_PICTURES = 64  # all frames together have no more pixels than so many of the largest pictures

_J2K_START = b"\xff\x4f\xff\x51"  # start of codestream, then the SIZ marker


@dataclass(frozen=True)
class Layout:
    """How the header says that pixels lie; sizes in pixels."""

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    photometric: str

    @property
    def frame_bytes(self) -> float:
        """Uncompressed; YBR_FULL_422 shares colour between two pixels."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.bits_allocated / 8


def read_layout(header: Header, max_pixels: int) -> Layout:
    """Raises BadData where it is incomplete, contradictory, absurd or of no picture."""
    layout = Layout(
        rows=header.whole("Rows"),
        columns=header.whole("Columns"),
        frames=max(1, header.whole("NumberOfFrames", 1)),
        samples=header.whole("SamplesPerPixel", 1),
        bits_allocated=header.whole("BitsAllocated"),
        bits_stored=header.whole("BitsStored", header.whole("BitsAllocated")),
        signed=header.whole("PixelRepresentation", 0) == 1,
        photometric=header.text("PhotometricInterpretation"),
    )
    refuse_absurd(layout.columns, layout.rows, max_pixels)
    refuse_absurd(layout.columns, layout.rows, max_pixels * MOST_PICTURES, layout.frames)
    if layout.samples not in (1, 3) or layout.bits_allocated not in (1, 8, 16, 32, 64):
        raise BadData("unsupported_encoding", layout.bits_allocated)
    if not 1 <= layout.bits_stored <= layout.bits_allocated:
        raise BadData("damaged_header")
    return layout


def decoded_frames(header: Header, layout: Layout) -> Iterator[Pixels]:
    """(H, W) or (H, W, 3) RGB, native byte order, unused bits cleared; palette indices stay as they are."""
    syntax = UID(header.syntax)
    decoder = _decoder(syntax)
    if syntax.is_encapsulated:
        _check_streams(header, layout, syntax)
    else:
        _check_length(header, layout)
    options = {"decoding_plugin": COMPRESSED_BY} if syntax.is_encapsulated else {}
    frames = decoder.iter_array(_with_syntax(header, syntax), raw=False, **options)
    for _ in range(layout.frames):
        with refusing("undecodable"):
            pixels = next(frames)[0]
        if pixels.shape[:2] != (layout.rows, layout.columns):
            raise BadData("size_mismatch", pixels.size / 1e6)
        yield np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))


def _with_syntax(header: Header, syntax: UID) -> Dataset:
    """The data set that a decoder reads, its syntax named: a copy that shares the elements."""
    named = copy(header.dataset)
    named.file_meta = FileMetaDataset()
    named.file_meta.TransferSyntaxUID = syntax
    return named


def _decoder(syntax: UID) -> Decoder:
    with refusing("unsupported_transfer_syntax"):
        decoder = get_decoder(syntax)
    if not decoder.is_available:
        raise BadData("unsupported_transfer_syntax")
    return decoder


def _check_length(header: Header, layout: Layout) -> None:
    there = len(header.value("PixelData") or b"")
    if there < math.floor(layout.frame_bytes * layout.frames):
        raise BadData("truncated", there)


def _check_streams(header: Header, layout: Layout, syntax: UID) -> None:
    """As many frames as promised, none of which tells its codec of a larger picture than the header does."""
    size_of = (
        _jpeg_wh
        if syntax in (*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes)
        else _j2k_wh
        if syntax in JPEG2000TransferSyntaxes
        else None
    )
    with refusing("undecodable"):
        streams = generate_frames(header.value("PixelData"), number_of_frames=layout.frames)
        for _ in range(layout.frames):
            stream = next(streams, None)
            if stream is None:
                raise BadData("truncated", len(header.value("PixelData")))
            wh = size_of(stream) if size_of else None
            if wh is not None and wh != (layout.columns, layout.rows):
                raise BadData("size_mismatch", wh[0] * wh[1] / 1e6)


def _jpeg_wh(stream: bytes) -> tuple[int, int] | None:
    """Of JPEG and JPEG-LS, from the frame header, which the segments before it lead to; None where none is found."""
    at = 2
    while at + 9 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            height, width = struct.unpack(">HH", stream[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return None


def _j2k_wh(stream: bytes) -> tuple[int, int] | None:
    """Image area of the SIZ segment, of a bare codestream or one in JP2 boxes; None where none is found."""
    at = stream.find(_J2K_START)
    if at < 0 or at + 24 > len(stream):
        return None
    right, bottom, left, top = struct.unpack(">4I", stream[at + 8 : at + 24])
    return right - left, bottom - top
