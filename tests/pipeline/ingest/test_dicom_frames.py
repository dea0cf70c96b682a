from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG4HP41,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from pipeline.ingest.dicom_frames import decoded_frames, read_layout
from pipeline.ingest.header import Header, read_header
from pipeline.ingest.silence import silence
from schemas.errors import BadData
from tests.pipeline.ingest.files import SHIPPED, data_set, dicom_file, file_of, jpeg_file, smooth, smooth_rgb

DEEP = smooth(dtype=np.uint16)


def frames(data: bytes, max_pixels: int = 10**7) -> list[np.ndarray]:
    with silence():
        header = read_header(data, 10**8)
        return list(decoded_frames(header, read_layout(header, max_pixels)))


def compressed(pixels: np.ndarray, syntax: str, **elements: Any) -> bytes:
    dataset = data_set(pixels, **elements)
    with silence():
        dataset.compress(syntax, encoding_plugin="pylibjpeg", generate_instance_uid=False)
    return file_of(dataset)


def encapsulated(
    *streams: bytes, syntax: str = JPEGBaseline8Bit, pixels: np.ndarray | None = None, **more: Any
) -> bytes:
    """Encoded streams as frames of a file that says what it likes of them."""
    dataset = data_set(smooth() if pixels is None else pixels, syntax)
    dataset.PixelData = encapsulate(list(streams))
    dataset["PixelData"].VR = "OB"
    for keyword, value in more.items():
        setattr(dataset, keyword, value)
    return file_of(dataset)


@pytest.mark.parametrize(
    "data",
    [
        dicom_file(DEEP),
        dicom_file(DEEP, ImplicitVRLittleEndian),
        dicom_file(DEEP, DeflatedExplicitVRLittleEndian),
        dicom_file(DEEP.astype(">u2"), ExplicitVRBigEndian),
        dicom_file(DEEP) + b"\0" * 100,
        dicom_file(DEEP, ImplicitVRLittleEndian)[132:],  # no preamble: the file meta group tells
        compressed(DEEP, RLELossless),
        compressed(DEEP, JPEG2000Lossless),
    ],
)
def test_every_encoding_gives_the_same_native_array(data: bytes) -> None:
    (pixels,) = frames(data)
    assert np.array_equal(pixels, DEEP)
    assert pixels.dtype == np.dtype("u2").newbyteorder("=")


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_planes_are_joined(planar: int) -> None:
    lying = np.ascontiguousarray(np.moveaxis(smooth_rgb(), -1, 0)) if planar else smooth_rgb()
    dataset = data_set(smooth_rgb(), PlanarConfiguration=planar)
    dataset.PixelData = lying.tobytes()
    assert np.array_equal(frames(file_of(dataset))[0], smooth_rgb())


def test_frames_come_in_order() -> None:
    stack = np.stack([DEEP, DEEP // 2, DEEP // 3])
    for data in (dicom_file(stack, NumberOfFrames=3), compressed(stack, RLELossless, NumberOfFrames=3)):
        assert np.array_equal(np.stack(frames(data)), stack)


def test_bits_above_those_stored_are_cleared_and_the_sign_kept() -> None:
    overlay = DEEP >> 4 | 0xA000
    assert np.array_equal(frames(dicom_file(overlay, BitsStored=12))[0], DEEP >> 4)
    negative = np.array([[0x0FFF, 0x0800, 0x07FF]], np.uint16).view(np.int16)
    assert frames(dicom_file(negative, BitsStored=12))[0].tolist() == [[-1, -2048, 2047]]


def test_single_bits_are_unpacked() -> None:
    dataset = data_set(smooth(16, 2), BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=b"\x01\x80\xff\x00")
    assert frames(file_of(dataset))[0][:, :16].tolist() == [[1] + [0] * 14 + [1], [1] * 8 + [0] * 8]


def test_a_jpeg_frame_is_turned_to_rgb() -> None:
    pixels = frames(
        encapsulated(jpeg_file(smooth_rgb()), pixels=smooth_rgb(), PhotometricInterpretation="YBR_FULL_422")
    )[0]
    assert np.abs(pixels.astype(int) - smooth_rgb()).mean() < 6


def without(keyword: str) -> bytes:
    dataset = data_set(DEEP)
    dataset["PixelData"].VR = "OW"
    del dataset[keyword]
    return file_of(dataset)


def broken_rle() -> bytes:
    """Segments that write behind their own end."""
    return encapsulated(b"\2\0\0\0" + b"\x40\0\0\0\x50\0\0\0" + b"\0" * 52 + b"\x81\x07" * 999, syntax=RLELossless)


HUGE = jpeg_file(smooth()).replace(b"\0\x28\0\x32", b"\xff\xff\xff\xff", 1)
REFUSED = [
    ("no rows", without("Rows"), "damaged_header"),
    ("no bits", without("BitsAllocated"), "damaged_header"),
    ("no columns at all", dicom_file(DEEP, Columns=0), "damaged_header"),
    ("more bits stored than there are", dicom_file(DEEP, BitsStored=17), "damaged_header"),
    ("a strange depth", dicom_file(DEEP, BitsAllocated=12, BitsStored=12), "unsupported_encoding"),
    ("four samples", dicom_file(DEEP, SamplesPerPixel=4), "unsupported_encoding"),
    ("4 gigapixels", dicom_file(DEEP, Rows=65535, Columns=65535), "image_too_large"),
    ("a million frames", dicom_file(smooth(1000, 100), NumberOfFrames=10**6), "image_too_large"),
    ("fewer bytes than pixels", dicom_file(DEEP, Rows=41), "truncated"),
    ("fewer frames than promised", dicom_file(DEEP, NumberOfFrames=2), "truncated"),
    ("fewer streams than promised", encapsulated(jpeg_file(smooth()), NumberOfFrames=2), "truncated"),
    ("a video", encapsulated(b"video", syntax=MPEG4HP41), "unsupported_transfer_syntax"),
    ("no known syntax", encapsulated(b"?").replace(b".1.2.4.50", b".1.2.4.49"), "unsupported_transfer_syntax"),
    ("a stream that says it is huge", encapsulated(HUGE), "size_mismatch"),
    ("a cut stream", encapsulated(jpeg_file(smooth())[:200]), "undecodable"),
    ("no stream", encapsulated(b"nothing of a picture"), "undecodable"),
    ("runs behind their end", broken_rle(), "undecodable"),
]


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_decoded_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        frames(data)


def test_a_truncated_frame_says_how_many_bytes_there_are() -> None:
    with pytest.raises(BadData) as caught:
        frames(dicom_file(DEEP, Rows=41))
    assert caught.value.value == DEEP.nbytes


@pytest.mark.parametrize(
    ("name", "shape", "lowest", "highest"),
    [
        ("MR_small_jp2klossless.dcm", (64, 64), 127, 2145),
        ("MR_small_jpeg_ls_lossless.dcm", (64, 64), 127, 2145),
        ("MR_small_RLE.dcm", (64, 64), 127, 2145),
        ("MR_small_bigendian.dcm", (64, 64), 127, 2145),
        ("J2K_pixelrep_mismatch.dcm", (512, 512), -2000, 1896),
        ("JPGExtended.dcm", (1024, 256), 0, 264),
        ("JPEGLSNearLossless_16.dcm", (50, 10), 0, 65535),
        ("image_dfl.dcm", (512, 512), 0, 255),
    ],
)
def test_files_of_other_writers_are_decoded(name: str, shape: tuple[int, int], lowest: int, highest: int) -> None:
    (pixels,) = frames((SHIPPED / name).read_bytes())
    assert (pixels.shape, pixels.min(), pixels.max()) == (shape, lowest, highest)


def test_the_header_stays_as_it_was() -> None:
    data = dicom_file(DEEP, ImplicitVRLittleEndian)
    with silence():
        header = read_header(data, 10**8)
        before: Dataset = header.dataset
        meta = dict(before.file_meta.items())
        list(decoded_frames(header, read_layout(header, 10**7)))
    assert dict(before.file_meta.items()) == meta
    assert isinstance(header, Header)
