import io
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from pipeline.ingest.header import read_header
from pipeline.ingest.orientation import orientation_of
from pipeline.ingest.spacing import spacing_of
from pipeline.phantoms.dicom import as_dicom, canaries
from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.settings import PhantomSettings
from schemas.taxonomy.modalities import modalities, modality_of_dicom

IDS = tuple(each.id for each in modalities())


def one(id: str, **changes: object) -> Phantom:
    phantom = next(iter(phantoms(PhantomSettings(1, 2, 96, modalities=(id,)))))
    return replace(phantom, **changes)  # type: ignore[arg-type]


def read(phantom: Phantom) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(as_dicom(phantom)))


@pytest.mark.parametrize("id", IDS)
def test_a_file_holds_the_pixels_and_says_its_modality(id: str) -> None:
    phantom = one(id)
    data = read(phantom)
    assert np.array_equal(data.pixel_array, phantom.pixels if phantom.stored is None else phantom.stored)
    assert modality_of_dicom(data.Modality, data.SOPClassUID) == id


@pytest.mark.parametrize("id", ["radiography", "ct"])
@pytest.mark.parametrize("axes", [("L", "F"), ("R", "F"), ("L", "P"), ("R", "P"), None])
def test_orientation_is_read_back_as_it_was_drawn(id: str, axes: tuple[str, str] | None) -> None:
    header = read_header(as_dicom(one(id, axes=axes)), 1 << 24)
    found = orientation_of(header.numbers("ImageOrientationPatient"), header.words("PatientOrientation"), id)
    assert found.axes == axes


@pytest.mark.parametrize(
    ("id", "basis"),
    [("ct", "header"), ("radiography", "detector"), ("ultrasound", "header"), ("mammography", "detector")],
)
def test_spacing_is_read_back(id: str, basis: str) -> None:
    header = read_header(as_dicom(one(id, spacing_mm=(0.25, 0.75))), 1 << 24)
    spacing, found = spacing_of(header, id)
    assert found == basis
    assert spacing == pytest.approx((0.25, 0.75))


def test_a_planted_identifier_names_one_patient() -> None:
    phantom = one("mri")
    names = [f"{part}-{seed}-{i:07}" for part in ("train", "test") for seed in (1, 2) for i in range(150)]
    patients = [replace(phantom, patient=name) for name in names]
    for place in ("PatientID", "AccessionNumber", "PatientName"):
        planted = [canary.value for each in patients for canary in canaries(each) if canary.place == place]
        assert len(set(planted)) == len(patients)
        assert all(len(value) <= 16 for value in planted) or place == "PatientName"


@pytest.mark.parametrize(
    ("id", "technique", "code", "name"),
    [
        ("dental", "panoramic", "PX", "Digital X-Ray Image Storage - For Presentation"),
        ("dental", "bitewing", "IO", "Digital Intra-Oral X-Ray Image Storage - For Presentation"),
        ("nuclear", "PET", "PT", "Positron Emission Tomography Image Storage"),
        ("nuclear", "SPECT", "NM", "Nuclear Medicine Image Storage"),
    ],
)
def test_classes_are_those_of_the_standard(id: str, technique: str, code: str, name: str) -> None:
    data = read(one(id, technique=technique))
    assert (data.Modality, data.SOPClassUID.name) == (code, name)
    assert modality_of_dicom(data.Modality, data.SOPClassUID) == id


def test_a_marker_is_a_letter_in_what_a_device_stores() -> None:
    for phantom in phantoms(PhantomSettings(12, 3, 256, modalities=("mammography",))):
        for region in phantom.regions:
            if region.role == "marker" and phantom.stored is not None:
                x1, y1, x2, y2 = region.box_xyxy
                ink = phantom.stored[y1:y2, x1:x2] > 4000
                assert 0.02 < ink.mean() < 0.9


def test_every_planted_identifier_is_in_the_file_and_in_the_list() -> None:
    phantom = one("mri")
    data = as_dicom(phantom)
    planted = [canary for canary in canaries(phantom) if canary.place != "report"]
    assert len(planted) > 10
    assert all(canary.value.encode() in data for canary in planted)
    assert all(canary.value.startswith("CANARY") for canary in canaries(phantom))


def test_the_same_phantom_is_the_same_file() -> None:
    assert as_dicom(one("dental")) == as_dicom(one("dental"))
