"""Small files of every format, built on the spot; only what a test is about need be said."""

import io
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from pipeline.ingest.dicom import Limits, dicom_pictures
from pipeline.ingest.pixels import Picture
from pipeline.ingest.raster import raster_pictures
from pipeline.ingest.silence import silence
from pipeline.ingest.sniff import format_of

Pixels = NDArray[Any]

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"  # files that the pydicom package brings along
LIMITS = Limits(max_pixels=10**7, max_bytes=10**8)


def smooth(width: int = 50, height: int = 40, channels: int = 1, dtype: Any = np.uint8) -> Pixels:
    """A picture as smooth as a real one, of the type's full range, the same on every run; no two channels alike."""
    noise = np.random.default_rng(width * height + channels).random((height, width, channels))
    blurred = cv2.GaussianBlur(noise, (0, 0), 2).reshape(height, width, channels)
    low, high = blurred.min(), blurred.max()
    levels = np.rint((blurred - low) / max(high - low, 1e-9) * np.iinfo(dtype).max).astype(dtype)
    return np.asarray(levels[..., 0] if channels == 1 else levels)


def smooth_rgb(width: int = 50, height: int = 40) -> Pixels:
    return smooth(width, height, channels=3)


# --- PNG ---------------------------------------------------------------------------------------------------


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_file(
    pixels: Pixels,
    *,
    colour_type: int | None = None,
    bit_depth: int | None = None,
    extra: Sequence[tuple[bytes, bytes]] = (),
    rows: bytes | None = None,
) -> bytes:
    """(H, W) grey or indices, (H, W, 3) RGB or (H, W, 4) RGBA, 8 or 16 bits; `rows` in place of the packed pixels."""
    depth = bit_depth or 8 * pixels.dtype.itemsize
    kind = {2: 0, 3: {2: 4, 3: 2, 4: 6}.get(pixels.shape[-1], 0)}[pixels.ndim] if colour_type is None else colour_type
    lines = pixels.astype(pixels.dtype.newbyteorder(">"))
    packed = b"".join(b"\0" + line.tobytes() for line in lines) if rows is None else rows
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(packed)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in chunks)


# --- JPEG --------------------------------------------------------------------------------------------------


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg_file(pixels: Pixels, *segments: bytes, progressive: bool = False, jfif: bool = True) -> bytes:
    """(H, W) or (H, W, 3) RGB uint8; `segments` follow OpenCV's own JFIF segment."""
    turned = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    flags = [cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    data = cv2.imencode(".jpg", turned, flags)[1].tobytes()
    return data[: 20 if jfif else 2] + b"".join(segments) + data[20:]


def exif(orientation: int, order: str = "<", words: bytes = b"") -> bytes:
    """A TIFF structure of one tag; `words` lie behind it."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 274, 3, 1, orientation, 0)
    return start + struct.pack(f"{order}IH", 8, 1) + entry + struct.pack(f"{order}I", 0) + words


# --- TIFF --------------------------------------------------------------------------------------------------

SHORT, LONG, UNDEFINED = 3, 4, 7
Tags = Mapping[int, tuple[int, Sequence[int] | bytes]]


def tiff_page(pixels: Pixels, photometric: int | None = None, planar: bool = False, **more: Any) -> tuple[Tags, bytes]:
    """Tags and the bytes of one uncompressed strip (a plane each if `planar`); `more`: tag `t274=(SHORT, [6])`."""
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    kind = {"u": 1, "i": 2, "f": 3}[pixels.dtype.kind]
    strips = [np.ascontiguousarray(plane).tobytes() for plane in (np.moveaxis(pixels, -1, 0) if planar else [pixels])]
    tags: dict[int, tuple[int, Sequence[int] | bytes]] = {
        256: (LONG, [pixels.shape[1]]),
        257: (LONG, [pixels.shape[0]]),
        258: (SHORT, [8 * pixels.dtype.itemsize] * samples),
        259: (SHORT, [1]),
        262: (SHORT, [(1 if samples == 1 else 2) if photometric is None else photometric]),
        273: (LONG, [sum(map(len, strips[:index])) for index in range(len(strips))]),
        277: (SHORT, [samples]),
        278: (LONG, [pixels.shape[0]]),
        279: (LONG, [len(strip) for strip in strips]),
        284: (SHORT, [2 if planar else 1]),
        339: (SHORT, [kind] * samples),
    }
    return tags | {int(name[1:]): value for name, value in more.items()}, b"".join(strips)


def tiff_file(*pages: tuple[Tags, bytes]) -> bytes:
    """Little-endian; offsets in tags 273 and 324 count from the page's own bytes."""
    out, links = bytearray(b"II*\0\0\0\0\0"), [4]
    for tags, data in pages:
        base = len(out)
        out += data + b"\0" * (len(data) % 2)
        placed = {t: (k, [base + v for v in vs] if t in (273, 324) else vs) for t, (k, vs) in sorted(tags.items())}
        struct.pack_into("<I", out, links[-1], len(out))
        extra_at, extra = len(out) + 2 + 12 * len(placed) + 4, b""
        out += struct.pack("<H", len(placed))
        for tag, (kind, values) in placed.items():
            raw = bytes(values) if kind in (2, UNDEFINED) else struct.pack(f"<{len(values)}{'HI'[kind - 3]}", *values)
            field = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", extra_at + len(extra))
            out += struct.pack("<HHI", tag, kind, len(values)) + field
            extra += raw if len(raw) > 4 else b""
        links.append(len(out))
        out += struct.pack("<I", 0) + extra
    return bytes(out)


# --- DICOM -------------------------------------------------------------------------------------------------


def data_set(pixels: Pixels | None = None, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Dataset:
    """An MR picture unless told otherwise; frames in front where NumberOfFrames is among the elements."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    found = Dataset()
    found.file_meta, found.preamble = meta, b"\0" * 128
    found.SOPClassUID, found.SOPInstanceUID, found.Modality = MRImageStorage, "1.2.3", "MR"
    if pixels is not None:
        samples = 3 if pixels.ndim > 2 and pixels.shape[-1] == 3 else 1
        rows, columns = (pixels.shape[:-1] if samples == 3 else pixels.shape)[-2:]
        bits = 8 * pixels.dtype.itemsize
        found.update({"Rows": rows, "Columns": columns, "SamplesPerPixel": samples})
        found.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
        found.update({"BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1})
        found.PixelRepresentation = int(pixels.dtype.kind == "i")
        if samples == 3:
            found.PlanarConfiguration = 0
        data = pixels.tobytes()
        found.PixelData = data + b"\0" * (len(data) % 2)
    for keyword, value in elements.items():
        setattr(found, keyword, value)
    return found


def file_of(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def dicom_file(pixels: Pixels | None = None, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> bytes:
    return file_of(data_set(pixels, syntax, **elements))


def item(**elements: Any) -> Dataset:
    """Of a sequence."""
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


# --- reading -----------------------------------------------------------------------------------------------


def pictures_of(data: bytes, limits: Limits = LIMITS) -> list[Picture]:
    """Of a file of any format that is read; identifiers come back as `kind:value`."""
    kind = format_of(data)
    with silence():
        if kind == "dicom":
            return list(dicom_pictures(data, limits, lambda *parts: ":".join(parts)))
        return list(raster_pictures(data, kind, limits.max_pixels))


def picture_of(data: bytes) -> Picture:
    (picture,) = pictures_of(data)
    return picture


def shown_by(stored: bytes) -> Pixels:
    """What a reader of the table sees: (H, W) or (H, W, 3) RGB uint8."""
    pixels = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("what was stored does not decode")
    return np.asarray(pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def shipped(names: Iterable[str]) -> dict[str, bytes]:
    return {name: (SHIPPED / name).read_bytes() for name in names}
