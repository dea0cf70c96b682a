import pytest

from pipeline.ingest.sniff import format_of
from tests.pipeline.ingest.files import SHIPPED, dicom_file, jpeg_file, png_file, smooth, tiff_file, tiff_page


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "empty"),
        (b"\0", "unknown"),
        (png_file(smooth()), "png"),
        (jpeg_file(smooth()), "jpeg"),
        (tiff_file(tiff_page(smooth())), "tiff"),
        (b"MM\0*\0\0\0\x08", "tiff"),
        (b"MM\0+\0\x08\0\0", "tiff"),
        (dicom_file(smooth()), "dicom"),
        (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100", "dicom"),  # no preamble, implicit VR
        (b"\0\x08\0\x08\0CS\0\x08", "unknown"),
        (b"GIF89a", "gif"),
        (b"BM\x36\0", "bmp"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "unknown"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"a name that ends in .png", "unknown"),
        (b"\x89PNG\r\n\x1a", "unknown"),
    ],
)
def test_the_first_bytes_decide(head: bytes, expected: str) -> None:
    assert format_of(head[:132]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ExplVR_LitEndNoMeta.dcm", "dicom"),
        ("ExplVR_BigEndNoMeta.dcm", "dicom"),
        ("rtstruct.dcm", "dicom"),
        ("no_meta.dcm", "unknown"),  # a stray byte in front
        ("zipMR.gz", "gzip"),
        ("README.txt", "unknown"),
        ("crayons.icc", "unknown"),
    ],
)
def test_files_without_preamble_are_known_by_their_first_element(name: str, expected: str) -> None:
    assert format_of((SHIPPED / name).read_bytes()[:132]) == expected
