"""Truncated and altered files of every format: pictures or BadData, never another error."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from pipeline.ingest.dicom import Limits
from pipeline.ingest.encode import store
from pipeline.ingest.sniff import format_of
from schemas.errors import BadData
from tests.pipeline.ingest.files import (
    SHIPPED,
    SHORT,
    dicom_file,
    exif,
    item,
    jpeg_file,
    pictures_of,
    png_file,
    segment,
    shipped,
    smooth,
    smooth_rgb,
    tiff_file,
    tiff_page,
)
from tests.pipeline.ingest.test_raster import jpeg_tiff

LIMITS = Limits(max_pixels=10**6, max_bytes=10**7)
DEEP = smooth(dtype=np.uint16)

SEEDS = {
    "png": png_file(smooth_rgb()),
    "png 16": png_file(DEEP, extra=[(b"eXIf", exif(6))]),
    "jpeg": jpeg_file(smooth_rgb(), segment(0xE1, b"Exif\0\0" + exif(6))),
    "jpeg progressive": jpeg_file(smooth(), progressive=True),
    "tiff": tiff_file(tiff_page(smooth_rgb()), tiff_page(smooth())),
    "tiff 16": tiff_file(tiff_page(DEEP, t274=(SHORT, [5]))),
    "tiff float": tiff_file(tiff_page(DEEP.astype(np.float32))),
    "tiff jpeg": jpeg_tiff(smooth_rgb(), 16, 2),
    "dicom": dicom_file(DEEP, WindowCenter=[1, 2], WindowWidth=[3, 4], PixelSpacing=[1, 1], PatientAge="047Y"),
    "dicom implicit": dicom_file(DEEP.view(np.int16), ImplicitVRLittleEndian, RescaleSlope=2, RescaleIntercept=-3),
    "dicom big": dicom_file(DEEP.astype(">u2"), ExplicitVRBigEndian, PixelPaddingValue=3),
    "dicom enhanced": dicom_file(
        np.stack([smooth()] * 2),
        NumberOfFrames=2,
        PerFrameFunctionalGroupsSequence=[item(FrameVOILUTSequence=[item(WindowCenter=9, WindowWidth=99)])] * 2,
    ),
    **shipped(
        [
            "MR_small_RLE.dcm",
            "MR_small_jp2klossless.dcm",
            "MR_small_jpeg_ls_lossless.dcm",
            "SC_rgb_small_odd_jpeg.dcm",
            "SC_rgb_dcmtk_+eb+cy+np.dcm",
            "SC_rgb_rle_2frame.dcm",
        ]
    ),
}


def read_all(data: bytes) -> str:
    """As the stage does; the reason, or `read`."""
    if format_of(data[:132]) not in ("png", "jpeg", "tiff", "dicom"):
        return "unsupported_format"
    try:
        for picture in pictures_of(data, LIMITS):
            store(picture, 64)
    except BadData as error:
        return error.reason
    return "read"


def test_the_seeds_are_read() -> None:
    assert {name: read_all(data) for name, data in SEEDS.items()} == dict.fromkeys(SEEDS, "read")


@pytest.mark.parametrize("name", SEEDS)
def test_a_cut_file_is_refused_or_read(name: str) -> None:
    data = SEEDS[name]
    cuts = random.Random(name).sample(range(len(data)), 40)
    reasons = {read_all(data[:cut]) for cut in cuts}
    assert reasons - {"read"}
    assert all(reason.replace("_", "").isalpha() for reason in reasons)


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spots=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255), st.booleans()), min_size=1, max_size=8))
def test_altered_bytes_raise_nothing_but_bad_data(name: str, spots: list[tuple[float, int, bool]]) -> None:
    data = bytearray(SEEDS[name])
    for share, value, near_the_start in spots:
        reach = min(len(data), 700) if near_the_start else len(data)
        data[int(share * (reach - 1))] = value
    assert read_all(bytes(data))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"\0" * 128 + b"DICM"]),
    st.binary(max_size=300),
)
def test_any_bytes_behind_a_known_start_raise_nothing_but_bad_data(start: bytes, rest: bytes) -> None:
    assert read_all(start + rest) != "read"


def test_every_shipped_file_is_read_or_has_a_reason() -> None:
    """pydicom's own test files, some of them bad on purpose."""
    paths = sorted(path for path in SHIPPED.rglob("*") if path.is_file())
    assert Counter(read_all(path.read_bytes()) for path in paths) == {
        "read": 81,
        "no_pixel_data": 62,
        "not_an_image": 11,
        "unsupported_format": 10,
        "parameter_map": 7,  # radiotherapy doses
        "damaged_header": 2,
        "undecodable": 1,
        "size_mismatch": 1,
        "truncated": 1,
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("MR_truncated.dcm", "truncated"),
        ("JPEG-lossy.dcm", "undecodable"),
        ("meta_missing_tsyntax.dcm", "damaged_header"),
        ("rtdose.dcm", "parameter_map"),
        ("liver_1frame.dcm", "not_an_image"),
        ("reportsi.dcm", "not_an_image"),
        ("dicomdirtests/DICOMDIR", "no_pixel_data"),
    ],
)
def test_a_bad_file_has_its_own_reason(name: str, reason: str) -> None:
    assert read_all((SHIPPED / name).read_bytes()) == reason
