from typing import Any

import numpy as np
import pytest
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
    VLWholeSlideMicroscopyImageStorage,
)

from pipeline.ingest.attributes import Attributes
from pipeline.ingest.dicom import Limits
from pipeline.ingest.pixels import pixel_hash
from schemas.errors import BadData
from tests.pipeline.ingest.files import (
    SHIPPED,
    dicom_file,
    item,
    picture_of,
    pictures_of,
    png_file,
    smooth,
    smooth_rgb,
)
from tests.pipeline.ingest.test_palette import palette_elements

DEEP = smooth(dtype=np.uint16)
UNSAID = Attributes()


def attributes(pixels: np.ndarray | None = None, **elements: Any) -> Attributes:
    return picture_of(dicom_file(smooth() if pixels is None else pixels, **elements)).attributes


# --- attributes ----------------------------------------------------------------------------------------------


def test_a_silent_header_says_nothing() -> None:
    silent = attributes(Modality="OT", SOPClassUID=SecondaryCaptureImageStorage)
    assert silent == UNSAID


@pytest.mark.parametrize(
    ("elements", "field", "expected"),
    [
        ({"Modality": "MR"}, "modality", "mri"),
        ({"Modality": "OCT", "SOPClassUID": "1.2.3"}, "modality", None),  # not the eye's
        ({"PatientSex": "F"}, "sex", "F"),
        ({"PatientSex": "X"}, "sex", None),
        ({"PatientAge": "047Y"}, "age_bucket", "45-49"),
        ({"PatientAge": "000Y"}, "age_bucket", None),
        ({"PatientAge": "011M"}, "age_bucket", "under 1"),
        ({"PatientAge": "", "PatientBirthDate": "19500704", "StudyDate": "20060101"}, "age_bucket", None),
        ({"PatientID": "A 7"}, "patient", "patient:A 7"),
        ({"PatientID": "anonymous"}, "patient", None),
        ({"StudyInstanceUID": "1.2.3.4"}, "study", "study:1.2.3.4"),
        ({"SeriesInstanceUID": "1.2.3.5"}, "series", "series:1.2.3.5"),
        ({"Manufacturer": "GE MEDICAL SYSTEMS"}, "device", "ge"),
        ({"Manufacturer": "Doe and Daughters"}, "device", "other"),
        ({"BodyPartExamined": "CHEST"}, "body_part", "chest"),
        ({"BodyPartExamined": "PHANTOM OF DOE"}, "body_part", None),
        ({"AnatomicRegionSequence": [item(CodeMeaning="Brain")]}, "body_part", "brain"),
        ({"ImageLaterality": "L", "Laterality": "R"}, "image_laterality", "left"),
        ({"Laterality": "R"}, "image_laterality", "right"),
        ({"Laterality": "U"}, "image_laterality", None),
        ({"Modality": "CR", "SOPClassUID": "1.2.3", "ViewPosition": "PA"}, "projection", "pa"),
        ({"Modality": "CR", "SOPClassUID": "1.2.3", "ViewPosition": "DOE"}, "projection", None),
        ({"Modality": "MR", "ViewPosition": "PA"}, "projection", None),
        ({"PixelSpacing": [0.5, 0.4]}, "spacing_mm", (0.5, 0.4)),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}, "axes", ("L", "P")),
        ({"BurnedInAnnotation": "NO", "PatientOrientation": ["L", "P"]}, "plane", "axial"),
    ],
)  # fmt: skip
def test_each_attribute_is_one_of_closed_words(elements: dict[str, Any], field: str, expected: Any) -> None:
    assert getattr(attributes(**elements), field) == expected


def test_frames_of_an_enhanced_object_have_their_own_place_and_window() -> None:
    stack = np.stack([DEEP, DEEP])

    def frame(side: str, direction: int, center: int) -> Any:
        return item(
            FrameAnatomySequence=[item(FrameLaterality=side)],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[direction, 0, 0, 0, 1, 0])],
            FrameVOILUTSequence=[item(WindowCenter=center, WindowWidth=40000)],
        )

    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[2, 3])])
    data = dicom_file(
        stack,
        NumberOfFrames=2,
        Modality="CT",
        SOPClassUID=EnhancedCTImageStorage,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[frame("L", 1, 30000), frame("R", -1, 20000)],
    )
    first, second = pictures_of(data)
    found = [picture.attributes for picture in (first, second)]
    assert [(each.image_laterality, each.mirrored) for each in found] == [("left", False), ("right", True)]
    assert [each.spacing_mm for each in found] == [(2, 3)] * 2
    assert [picture.window and picture.window.center for picture in (first, second)] == [30000, 20000]
    assert second.shown.mean() > first.shown.mean()


# --- pixels --------------------------------------------------------------------------------------------------


def test_8_bit_grey_is_shown_as_it_is_and_hashes_as_a_png_of_it() -> None:
    picture = picture_of(dicom_file(smooth()))
    assert np.array_equal(picture.shown, smooth())
    assert (picture.window, picture.ops, picture.stored) == (None, (), None)
    assert pixel_hash(picture.source) == pixel_hash(picture_of(png_file(smooth())).source)


def test_monochrome1_hashes_as_a_png_of_what_is_seen() -> None:
    picture = picture_of(dicom_file(255 - smooth(), PhotometricInterpretation="MONOCHROME1"))
    assert np.array_equal(picture.shown, smooth())
    assert picture.ops == ("invert",)
    assert pixel_hash(picture.source) == pixel_hash(picture_of(png_file(smooth())).source)


def test_colour_is_shown_as_it_is_and_hashes_as_a_png_of_it() -> None:
    picture = picture_of(dicom_file(smooth_rgb()))
    assert np.array_equal(picture.shown, smooth_rgb())
    assert pixel_hash(picture.source) == pixel_hash(picture_of(png_file(smooth_rgb())).source)


def test_grey_in_three_channels_becomes_grey() -> None:
    picture = picture_of(dicom_file(np.dstack([smooth()] * 3)))
    assert np.array_equal(picture.shown, smooth())
    assert picture.ops == ("grey",)


def test_the_hash_is_of_stored_values_whatever_the_window() -> None:
    windows: list[dict[str, Any]] = [
        {},
        {"WindowCenter": 30000, "WindowWidth": 60000},
        {"RescaleSlope": 2, "RescaleIntercept": 5},
    ]
    hashes = {pixel_hash(picture_of(dicom_file(DEEP, **window)).source) for window in windows}
    assert hashes == {pixel_hash(DEEP)}


PALETTE = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1) * np.array([1, 0, 1], np.uint8)


def test_a_palette_gives_its_colours() -> None:
    data = dicom_file(smooth(), PhotometricInterpretation="PALETTE COLOR", **palette_elements(PALETTE))
    picture = picture_of(data)
    assert np.array_equal(picture.shown, PALETTE[smooth()])
    assert picture.ops == ("palette",)


def test_a_supplemental_palette_colours_the_upper_values_alone() -> None:
    pixels = np.array([[0, 50, 99, 100, 101, 300]], np.uint16)
    extra = palette_elements(np.array([[255, 0, 0], [0, 255, 0]], np.uint8), first=100)
    data = dicom_file(pixels, PixelPresentation="COLOR", WindowCenter=50, WindowWidth=101, **extra)
    picture = picture_of(data)
    assert picture.shown[0, 3:].tolist() == [[255, 0, 0], [0, 255, 0], [0, 255, 0]]
    assert np.ptp(picture.shown[0, :3], axis=1).tolist() == [0, 0, 0]
    assert picture.shown[0, :3, 0].tolist() == [1, 129, 254]


@pytest.mark.parametrize("photometric", ["HSV", "ARGB", "PALETTE COLOR", "NONSENSE"])
def test_colour_that_is_not_understood_is_refused(photometric: str) -> None:
    with pytest.raises(BadData):
        pictures_of(
            dicom_file(smooth_rgb() if photometric != "ARGB" else smooth(), PhotometricInterpretation=photometric)
        )


# --- what is no picture --------------------------------------------------------------------------------------

OTHER_KINDS = [
    ({"Modality": "SEG"}, "not_an_image"),
    ({"SOPClassUID": SegmentationStorage}, "not_an_image"),
    ({"Modality": "SR"}, "not_an_image"),
    ({"Modality": "RTDOSE"}, "parameter_map"),
    ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.30"}, "parameter_map"),
    ({"SOPClassUID": VLWholeSlideMicroscopyImageStorage, "Modality": "SM"}, "tiled_slide_not_yet"),
    ({"TotalPixelMatrixColumns": 9000, "Modality": "SM"}, "tiled_slide_not_yet"),
    ({"FloatPixelData": b"\0" * 8}, "parameter_map"),
    ({"PixelData": b""}, "no_pixel_data"),
    ({"SOPClassUID": CTImageStorage, "Modality": "PR"}, "not_an_image"),
]


@pytest.mark.parametrize(("elements", "reason"), OTHER_KINDS)
def test_other_kinds_of_objects_are_told_apart(elements: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadData, match=reason):
        pictures_of(dicom_file(smooth(), **elements))


def test_limits_hold() -> None:
    with pytest.raises(BadData, match="image_too_large"):
        pictures_of(dicom_file(smooth()), Limits(max_pixels=1999, max_bytes=10**6))
    assert pictures_of(dicom_file(smooth()), Limits(max_pixels=2000, max_bytes=10**6))


# --- files of other writers ------------------------------------------------------------------------------------

BARS = (255, 0, 0), (255, 128, 128), (0, 255, 0), (128, 255, 128), (0, 0, 255), (128, 128, 255)


WITH_BARS = [
    *sorted(path.name for path in SHIPPED.glob("SC_rgb_*cy+*.dcm")),
    "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_gdcm_KY.dcm", "SC_rgb_jls_lossy_line.dcm", "SC_rgb_jls_lossy_sample.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm", "SC_rgb_rle.dcm",
    "SC_rgb_rle_16bit.dcm", "SC_rgb_rle_32bit.dcm", "SC_ybr_full_422_uncompressed.dcm",
]  # fmt: skip


@pytest.mark.parametrize("name", WITH_BARS)
def test_colour_bars_have_their_colours_in_every_encoding(name: str) -> None:
    shown = picture_of((SHIPPED / name).read_bytes()).shown
    found = shown[[5, 15, 25, 35, 45, 55], 50].astype(int)
    assert np.abs(found - np.array(BARS)).max() <= 12


def test_letters_in_red_green_and_blue_are_so() -> None:
    shown = picture_of((SHIPPED / "GDCMJ2K_TextGBR.dcm").read_bytes()).shown
    rows = shown.reshape(-1, 3)
    assert all((rows == colour).all(axis=1).sum() > 500 for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255)))
