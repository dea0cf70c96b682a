import zlib
from typing import Any

import numpy as np
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from pipeline.ingest.header import Header, read_header
from pipeline.ingest.silence import silence
from schemas.errors import BadData
from tests.pipeline.ingest.files import data_set, dicom_file, file_of, item, smooth

MOST_BYTES = 10**8


def header_of(data: bytes) -> Header:
    with silence():
        return read_header(data, MOST_BYTES)


def damaged(keyword: str, vr: str, value: bytes) -> Header:
    """An element as it lies in a file, not yet read as its VR says."""
    dataset = Dataset()
    dataset[Tag(keyword)] = RawDataElement(Tag(keyword), vr, len(value), value, 0, False, True)
    return Header(dataset)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_elements_are_read_in_every_encoding(syntax: str) -> None:
    header = header_of(dicom_file(smooth(), syntax, PatientID=" A7 ", WindowCenter=["40", "400"]))
    assert header.text("PatientID") == "A7"
    assert header.numbers("WindowCenter") == (40, 400)
    assert header.number("WindowCenter") == 40
    assert header.words("ImageType") == ()
    assert header.syntax == syntax


def test_what_is_not_listed_is_not_even_read() -> None:
    header = header_of(dicom_file(smooth(), PatientName="Doe^Jane", InstitutionName="St. Nowhere", StudyID="7"))
    assert "PatientName" not in header
    assert header.value("PatientName") is None
    assert "Jane" not in str(header.dataset)
    assert {"Rows", "PixelData", "Modality"} <= {element.keyword for element in header.dataset}


def test_a_file_without_preamble_is_read() -> None:
    assert header_of(dicom_file(smooth(), ImplicitVRLittleEndian)[132:]).text("Modality") == "MR"


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        (damaged("WindowCenter", "DS", b""), ()),
        (damaged("WindowCenter", "DS", b"forty"), ()),
        (damaged("WindowCenter", "DS", b"40\\x"), ()),
        (damaged("WindowCenter", "DS", b"nan"), ()),
        (damaged("WindowCenter", "DS", b"1e999"), ()),
        (damaged("WindowCenter", "DS", b" 40 "), (40,)),
        (damaged("Rows", "US", b"\x01"), ()),
    ],
)
def test_unreadable_numbers_are_absent(header: Header, numbers: tuple[float, ...]) -> None:
    with silence():
        assert header.numbers("WindowCenter") + header.numbers("Rows") == numbers


@pytest.mark.parametrize(
    ("elements", "expected"),
    [({}, 5), ({"NumberOfFrames": 3}, 3), ({"NumberOfFrames": "-3"}, None), ({"NumberOfFrames": ""}, None)],
)
def test_a_whole_number_is_not_negative(elements: dict[str, Any], expected: int | None) -> None:
    header = Header(data_set(**elements))
    if expected is None:
        with pytest.raises(BadData, match="damaged_header"):
            header.whole("NumberOfFrames", 5)
    else:
        assert header.whole("NumberOfFrames", 5) == expected


def test_what_is_needed_and_absent_is_a_damaged_header() -> None:
    with pytest.raises(BadData, match="damaged_header"):
        Header(Dataset()).whole("Rows")


def test_a_frames_own_group_comes_before_the_shared_one_and_both_before_the_data_set() -> None:
    def voi(center: int) -> Dataset:
        return item(FrameVOILUTSequence=[item(WindowCenter=center)])

    shared = item(**{"FrameVOILUTSequence": [item(WindowCenter=1, WindowWidth=9)]})
    header = Header(
        data_set(
            WindowCenter=0,
            WindowWidth=0,
            RescaleSlope=2,
            SharedFunctionalGroupsSequence=[shared],
            PerFrameFunctionalGroupsSequence=[voi(10), item()],
        )
    )
    assert header.number("WindowCenter") == 0
    assert [header.of_frame(index).number("WindowCenter") for index in (0, 1, 2)] == [10, 1, 1]
    assert [header.of_frame(index).number("WindowWidth") for index in (0, 1)] == [9, 9]
    assert header.of_frame(0).number("RescaleSlope") == 2


def test_without_functional_groups_every_frame_has_the_same_header() -> None:
    header = Header(data_set())
    assert header.of_frame(7) is header


def test_lookup_table_words_follow_the_byte_order_of_the_file() -> None:
    for syntax in (ImplicitVRLittleEndian, ExplicitVRBigEndian):
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        entries = np.array([1, 258, 65535], f"{order}u2").tobytes()
        header = header_of(file_of(data_set(smooth(), syntax, RedPaletteColorLookupTableData=entries)))
        assert header.words_16("RedPaletteColorLookupTableData").tolist() == [1, 258, 65535]


def test_a_deflated_bomb_is_refused_before_it_unfolds() -> None:
    plain = dicom_file(smooth(), DeflatedExplicitVRLittleEndian)
    start = 144 + int.from_bytes(plain[140:144], "little")
    inflated = zlib.decompress(plain[start:], -15)
    packer = zlib.compressobj(9, wbits=-15)
    bomb = plain[:start] + packer.compress(inflated + b"\0" * 2 * 10**8) + packer.flush()
    assert len(bomb) < 10**6
    with pytest.raises(BadData, match="image_too_large"):
        read_header(bomb, MOST_BYTES)


@pytest.mark.parametrize("data", [b"", b"\x08\0\x05\0", b"\0" * 128 + b"DICM" + b"\x02\0\0\0UL\xff\xff"])
def test_bytes_that_end_early_are_a_damaged_or_an_empty_header(data: bytes) -> None:
    try:
        assert header_of(data).value("Rows") is None
    except BadData as error:
        assert error.reason == "damaged_header"  # noqa: PT017  either will do
