"""Canaries: a word planted in every text of a file must be in nothing that ingest gives."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather
from pydicom.datadict import DicomDictionary, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pipeline.ingest.images import Ingest, IngestSettings
from pipeline.ingest.jpeg import NOT_TRANSFORMED
from schemas.ids import IdKey
from tests.pipeline.ingest.files import (
    UNDEFINED,
    data_set,
    exif,
    file_of,
    item,
    jpeg_file,
    picture_of,
    png_file,
    segment,
    smooth,
    smooth_rgb,
    tiff_file,
    tiff_page,
)
from tests.pipeline.ingest.test_images import make_tables

CANARY = b"ZQXKANARY"
WORD = CANARY.decode()
DATE, TIME, UID, AGE = "19370531", "235959.987654", "1.2.826.0.1.98765432198765", "047Y"
PLANTED = [CANARY, DATE.encode(), TIME.encode(), UID.encode(), AGE.encode(), b"19370531235959", b"9876543.25"]

# What says how pixels lie must stay true, or there is no picture.
KEPT = frozenset(
    [
        "TransferSyntaxUID",
        "SOPClassUID",
        "Modality",
        "PhotometricInterpretation",
        "ImageType",
        "PixelPresentation",
        "VOILUTFunction",
        "NumberOfFrames",
        "WindowCenter",
        "WindowWidth",
        "RescaleSlope",
        "RescaleIntercept",
        "SpecificCharacterSet",
    ]
)
VALUES: dict[str, Any] = {
    **{vr: f"{WORD} {vr}" for vr in ("LO", "LT", "SH", "ST", "UC", "UT")},
    "AE": WORD,
    "CS": WORD,
    "PN": f"{WORD}^Jane^Q",
    "DA": DATE,
    "TM": TIME,
    "DT": f"{DATE}235959",
    "UI": UID,
    "UR": f"http://{WORD}.example/",
    "AS": AGE,
    "DS": "9876543.25",
    "OB": CANARY + b" ",
    "UN": CANARY + b" ",
}


def planted_elements() -> Iterator[tuple[str, str]]:
    """(keyword, VR) of every element of the standard that can hold a word, a date, a time or an identifier."""
    for tag, (vr, _, _, retired, keyword) in sorted(DicomDictionary.items()):
        if vr in VALUES and keyword and keyword not in KEPT and not retired and tag >> 16 not in (0, 2, 4, 0x7FE0):
            yield keyword, vr


def planted(pixels: np.ndarray, syntax: str = ExplicitVRLittleEndian) -> Dataset:
    """A picture with a canary in every text element, also within sequences, private elements and overlays."""
    found = data_set(pixels, syntax)
    for keyword, vr in planted_elements():
        setattr(found, keyword, VALUES[vr])
    inner = item(PatientName=VALUES["PN"], CodeMeaning=VALUES["LO"], InstitutionName=VALUES["LO"])
    found.AnatomicRegionSequence = found.ReferencedImageSequence = found.SequenceOfUltrasoundRegions = [inner]
    found.SharedFunctionalGroupsSequence = [item(FrameAnatomySequence=[inner])]
    found.private_block(0x0099, WORD, create=True).add_new(0x01, "LO", WORD)
    found.add(DataElement(Tag(0x6000, 0x0022), "LO", WORD))
    found.add(DataElement(Tag(0x6000, 0x3000), "OW", CANARY * 2))
    found.file_meta.ImplementationVersionName = WORD
    found.file_meta.SourceApplicationEntityTitle = WORD
    found.preamble = (CANARY * 20)[:128]
    return found


def ingested(folder: Path, data: bytes, name: str = "a") -> tuple[pa.Table, bytes]:
    """The table of one file, and every byte of it, uncompressed."""
    table = Ingest("s", IdKey(b"k" * 32), IngestSettings())(make_tables(folder, {name: data}))
    sink = io.BytesIO()
    feather.write_feather(table, sink, compression="uncompressed")
    return table, sink.getvalue()


def found_in(data: bytes) -> list[bytes]:
    return [word for word in PLANTED if word in data or word.lower() in data.lower()]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("pixels", [smooth(), smooth(dtype=np.uint16), smooth_rgb()], ids=["8", "16", "rgb"])
def test_nothing_that_a_dicom_header_says_in_words_comes_out(tmp_path: Path, pixels: np.ndarray, syntax: str) -> None:
    data = file_of(planted(pixels, syntax))
    table, every_byte = ingested(tmp_path, data)
    assert len(found_in(data)) == len(PLANTED)
    assert table["rejected"].to_pylist() == [None]
    assert table["image"][0].as_py()
    assert table["patient"][0].as_py()
    assert found_in(every_byte) == []


def test_canaries_are_in_hundreds_of_elements() -> None:
    assert len(list(planted_elements())) > 1000
    assert {"PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "InstitutionAddress", "StudyDate"} <= {
        keyword for keyword, _ in planted_elements()
    }


def test_a_rejected_file_tells_as_little(tmp_path: Path) -> None:
    told = planted(smooth())
    told.Modality = "SR"
    for data in (file_of(told), CANARY * 40, file_of(planted(smooth()))[:-400], png_file(smooth())[:-9] + CANARY):
        table, every_byte = ingested(tmp_path, data)
        assert table["rejected"][0].as_py() is not None
        assert found_in(every_byte) == []


COMPRESSED = zlib.compress(CANARY)
PNG_TEXTS = [
    (b"tEXt", b"Author\0" + CANARY),
    (b"zTXt", b"Author\0\0" + COMPRESSED),
    (b"iTXt", b"Author\0\0\0\0\0" + CANARY),
    (b"iCCP", CANARY + b"\0\0" + COMPRESSED),
    (b"eXIf", exif(1, words=CANARY)),
    (b"prVt", CANARY),
]
JPEG_TEXTS = [
    segment(0xFE, CANARY),
    segment(0xE1, b"Exif\0\0" + exif(1, words=CANARY)),
    segment(0xE2, b"ICC_PROFILE\0\x01\x01" + CANARY),
    segment(0xED, b"Photoshop 3.0\0" + CANARY),
    segment(0xEE, NOT_TRANSFORMED[4:-1] + b"\x01" + CANARY),
    segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x03\x01" + CANARY),
]
FILES = {
    "png": png_file(smooth(), extra=PNG_TEXTS) + CANARY,
    "png stored anew": png_file(smooth(dtype=np.uint16), extra=PNG_TEXTS) + CANARY,
    "jpeg": jpeg_file(smooth_rgb(), *JPEG_TEXTS) + CANARY,
    "grey jpeg": jpeg_file(smooth(), *JPEG_TEXTS) + CANARY,
    "progressive jpeg": jpeg_file(smooth_rgb(), *JPEG_TEXTS, progressive=True) + CANARY,
    "jpeg stored anew": jpeg_file(smooth_rgb(), segment(0xE1, b"Exif\0\0" + exif(6, words=CANARY))) + CANARY,
    "tiff": tiff_file(tiff_page(smooth(), t270=(UNDEFINED, CANARY), t305=(UNDEFINED, CANARY))) + CANARY,
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_nothing_beside_the_pixels_of_a_raster_file_comes_out(tmp_path: Path, data: bytes) -> None:
    table, every_byte = ingested(tmp_path, data, name="a")
    assert CANARY in data
    assert table["rejected"].to_pylist() == [None]
    assert found_in(every_byte) == []
    assert COMPRESSED not in every_byte


def test_a_files_name_comes_out_only_as_the_item_it_was_given(tmp_path: Path) -> None:
    tables = make_tables(tmp_path, {WORD: png_file(smooth())})
    hidden = tables["inventory"].set_column(0, "item", pa.array(["0f"]))
    files = tables["files"].set_column(0, "item", pa.array(["0f"]))
    table = Ingest("s", IdKey())({"inventory": hidden, "files": files})
    assert WORD not in str(table.to_pylist())


def test_overlays_are_not_drawn() -> None:
    plain, marked = data_set(smooth()), data_set(smooth())
    for element, value in ((0x0010, 40), (0x0011, 50), (0x0100, 1)):
        marked.add(DataElement(Tag(0x6000, element), "US", value))
    marked.add(DataElement(Tag(0x6000, 0x3000), "OW", b"\xff" * 250))
    assert np.array_equal(picture_of(file_of(plain)).shown, picture_of(file_of(marked)).shown)
    assert keyword_for_tag(0x60003000) == "OverlayData"
