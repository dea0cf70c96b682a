import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.sniff import HEAD_BYTES, format_of, sniff
from tests.pipeline.ingest.files import SHIPPED, dicom_file, jpeg_file, png_file, smooth, tiff_file, tiff_page

NIFTI = b"\x5c\x01\x00\x00".ljust(344, b"\x00") + b"n+1\x00" + b"\x00" * 1000
NIFTI_2 = b"\x1c\x02\x00\x00n+2\x00\r\n\x1a\n".ljust(540, b"\x00")


def zipped() -> bytes:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a", "b")
    return sink.getvalue()


def parquet() -> bytes:
    sink = BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    return sink.getvalue()


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


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "empty"),
        (png_file(smooth()), "png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
        (b"II*\x00\x08\x00\x00\x00", "tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "tiff"),
        (b"\x00" * 128 + b"DICM\x02\x00", "dicom"),
        (b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", "dicom"),
        (NIFTI, "nifti"),
        (NIFTI_2, "nifti"),
        (gzip.compress(NIFTI, mtime=0), "nifti"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (gzip.compress(NIFTI, mtime=0)[:12] + b"\xff" * 40, "gzip"),
        (b"NRRD0004\n# Complete", "nrrd"),
        (b"GIF89a\x01\x00", "gif"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "bmp"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (zipped(), "zip"),
        (parquet(), "parquet"),
        (b'<?xml version="1.0"?><annotation/>', "xml"),
        (b"\xef\xbb\xbf  <annotation>", "xml"),
        (b'{"a": 1}', "json"),
        (b'[{"a": 1}, ', "json"),
        (b"{\n", "json"),
        (b"[section]\nkey=value\n", "text"),
        (b"a,b\n1,2\n", "csv"),
        (b"a;b\n1;2\n", "csv"),
        (b"a\tb\n1\t2\n", "csv"),
        (b"0 0.5 0.5 0.1 0.1\n", "text"),
        (b"BMI is a number, among others\nand so on\n", "text"),
        ("größe\nund mehr".encode("latin-1"), "text"),
        ("a,b\n1,2\n".encode("utf-16"), "csv"),
        ("wörter".encode()[:2], "text"),
        (b"\x01\x02\x03", "unknown"),
        (b"\x00" * 400, "unknown"),
    ],
)
def test_first_bytes_tell_the_format(head: bytes, kind: str) -> None:
    assert sniff(head[:HEAD_BYTES]) == kind


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_a_format(head: bytes) -> None:
    assert sniff(head)


def test_real_files_are_what_they_are(real_data: Path) -> None:
    expected = {
        "bccd/BCCD/JPEGImages/BloodImage_00000.jpg": "jpeg",
        "bccd/BCCD/Annotations/BloodImage_00000.xml": "xml",
        "codras-idrid/images/0001.txt": "text",
        "dcmqi/data/segmentations/liver_seg.nrrd": "nrrd",
        "dicom-go-testdata/testdata/1.dcm": "dicom",
        "hannover-cxr/data.csv": "csv",
        "nih-cxr14-txrv/torchxrayvision/data/BBox_List_2017.csv.gz": "gzip",
        "sam-med2d-demo/data_demo/image2label_train.json": "json",
        "stardist/stardist/data/images/mask2d.tif": "tiff",
        "totalsegmentator-tests/tests/reference_files/example_ct.nii.gz": "nifti",
    }
    assert {name: sniff((real_data / name).read_bytes()[:HEAD_BYTES]) for name in expected} == expected
