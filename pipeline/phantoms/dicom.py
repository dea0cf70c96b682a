"""A phantom as a DICOM file, with planted identifiers that no release may hold.

Every planted value starts with CANARY, so that one search finds what leaked; the list of them lies beside the files.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from pipeline.phantoms.scene import Phantom

PROJECTIONS = ("radiography", "mammography", "dental")
# Modality and SOP class that our own reader of headers takes for the modality.
CLASSES: Mapping[str, tuple[str, str]] = {
    "radiography": ("DX", "1.2.840.10008.5.1.4.1.1.1.1"),
    "ct": ("CT", "1.2.840.10008.5.1.4.1.1.2"),
    "mri": ("MR", "1.2.840.10008.5.1.4.1.1.4"),
    "ultrasound": ("US", "1.2.840.10008.5.1.4.1.1.6.1"),
    "mammography": ("MG", "1.2.840.10008.5.1.4.1.1.1.2"),
    "nuclear": ("NM", "1.2.840.10008.5.1.4.1.1.20"),
    "fundus": ("OP", "1.2.840.10008.5.1.4.1.1.77.1.5.1"),
    "oct": ("OPT", "1.2.840.10008.5.1.4.1.1.77.1.5.4"),
    "dermatology": ("XC", "1.2.840.10008.5.1.4.1.1.77.1.4"),
    "endoscopy": ("ES", "1.2.840.10008.5.1.4.1.1.77.1.1"),
    "microscopy": ("GM", "1.2.840.10008.5.1.4.1.1.77.1.2"),
    "dental": ("IO", "1.2.840.10008.5.1.4.1.1.1.3"),
}
# Of planted identifiers that may be 16 characters long.
SHORT = {"PatientID": "PI", "AccessionNumber": "AN", "StudyID": "SI", "StationName": "SN"}
DIGITAL_X_RAY, POSITRON = "1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.128"
BODY_PARTS = {"internal_auditory_canal": "IAC"}  # DICOM's own term where it is not the name in capitals
COSINES = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "H": (0, 0, 1), "F": (0, 0, -1)}
CROSS_SECTIONAL = ("ct", "mri")


@dataclass(frozen=True)
class Canary:
    """An identifier that was planted: in which element of the header, or in `report`."""

    place: str
    value: str


def canaries(phantom: Phantom) -> Iterator[Canary]:
    """All that a picture's header holds of its patient; dates are planted as they are, since they name nobody's."""
    number = phantom.patient.replace("-", "").upper()
    code = hashlib.blake2b(number.encode(), digest_size=4).hexdigest().upper()
    for keyword in ("PatientID", "AccessionNumber", "StudyID", "StationName"):
        yield Canary(keyword, f"CANARY{SHORT[keyword]}{code}")
    for keyword in ("PatientName", "ReferringPhysicianName", "OperatorsName"):
        yield Canary(keyword, f"CANARY{keyword.upper()}^{number}")
    for keyword in ("InstitutionName", "PatientComments", "StudyDescription", "ImageComments", "PatientAddress"):
        yield Canary(keyword, f"CANARY {keyword} {number}")
    yield Canary("private (0011,1001)", f"CANARY PRIVATE {number}")
    yield Canary("report", report_canary(phantom))


def report_canary(phantom: Phantom) -> str:
    return f"CANARY REPORT {phantom.patient.upper()}"


def as_dicom(phantom: Phantom) -> bytes:
    """A file of the modality's own class; stored values where a device keeps more than 8 bits."""
    modality, sop_class = class_of(phantom)
    uid = generate_uid(entropy_srcs=["medregion phantoms", phantom.id, phantom.patient])
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, uid
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = sop_class, uid, modality
    data.StudyInstanceUID = generate_uid(entropy_srcs=["study", phantom.patient, str(phantom.visit)])
    data.SeriesInstanceUID = generate_uid(entropy_srcs=["series", phantom.id])
    data.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame", phantom.id])
    _identify(data, phantom)
    _orient(data, phantom)
    _space(data, phantom)
    _pixels(data, phantom)
    buffer = io.BytesIO()
    dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


def class_of(phantom: Phantom) -> tuple[str, str]:
    """Modality and SOP class: a panoramic radiograph is a digital X-ray, and PET has a class apart from SPECT's."""
    if (phantom.modality, phantom.technique) == ("dental", "panoramic"):
        return "PX", DIGITAL_X_RAY
    if (phantom.modality, phantom.technique) == ("nuclear", "PET"):
        return "PT", POSITRON
    return CLASSES[phantom.modality]


def _identify(data: Dataset, phantom: Phantom) -> None:
    for canary in canaries(phantom):
        if canary.place[0].isupper():
            setattr(data, canary.place, canary.value)
        elif canary.place.startswith("private"):
            block = data.private_block(0x0011, "MEDREGION PHANTOM", create=True)
            block.add_new(0x01, "LO", canary.value)
    data.PatientSex, data.PatientAge = phantom.sex, f"{phantom.age:03}Y"
    data.PatientBirthDate = f"{2020 - phantom.age}0228"
    data.StudyDate = data.ContentDate = f"20{20 + phantom.visit}0307"
    data.StudyTime = data.ContentTime = "101112"
    data.Manufacturer = phantom.device
    data.BurnedInAnnotation = "NO"


def _orient(data: Dataset, phantom: Phantom) -> None:
    data.BodyPartExamined = BODY_PARTS.get(phantom.body_part, phantom.body_part.upper())
    if phantom.projection:
        data.ViewPosition = phantom.projection.upper()
    if phantom.image_laterality:
        data.ImageLaterality = data.Laterality = phantom.image_laterality[0].upper()
    if phantom.axes is None:
        return
    if phantom.modality in CROSS_SECTIONAL:
        data.ImageOrientationPatient = [*COSINES[phantom.axes[0]], *COSINES[phantom.axes[1]]]
        data.ImagePositionPatient = [0, 0, 0]
    else:
        data.PatientOrientation = list(phantom.axes)


def _space(data: Dataset, phantom: Phantom) -> None:
    if phantom.spacing_mm is None:
        return
    row, column = (float(f"{value:.6g}") for value in phantom.spacing_mm)
    if phantom.modality == "ultrasound":
        region = Dataset()
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3  # centimetres
        region.PhysicalDeltaX, region.PhysicalDeltaY = column / 10, row / 10
        region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
        region.RegionLocationMaxX1, region.RegionLocationMaxY1 = (
            phantom.pixels.shape[1] - 1,
            phantom.pixels.shape[0] - 1,
        )
        data.SequenceOfUltrasoundRegions = Sequence([region])
    elif phantom.modality in PROJECTIONS:
        data.ImagerPixelSpacing = [row, column]
    else:
        data.PixelSpacing = [row, column]


def _pixels(data: Dataset, phantom: Phantom) -> None:
    stored = phantom.pixels if phantom.stored is None else phantom.stored
    data.Rows, data.Columns = stored.shape[:2]
    data.SamplesPerPixel = 1 if stored.ndim == 2 else 3
    data.PhotometricInterpretation = "MONOCHROME2" if stored.ndim == 2 else "RGB"
    if stored.ndim == 3:
        data.PlanarConfiguration = 0
    bits = {np.dtype(np.uint8): 8, np.dtype(np.uint16): 12, np.dtype(np.int16): 16}[stored.dtype]
    data.BitsAllocated, data.BitsStored, data.HighBit = 8 if bits == 8 else 16, bits, bits - 1
    data.PixelRepresentation = int(stored.dtype == np.int16)
    if phantom.stored_as == "hounsfield" and phantom.window is not None:
        data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, 0, "HU"
        data.WindowCenter, data.WindowWidth = (float(f"{value:.6g}") for value in phantom.window)
        if phantom.window_name:
            data.WindowCenterWidthExplanation = phantom.window_name.upper()
    elif phantom.stored_as == "uint12":
        data.WindowCenter, data.WindowWidth = 2047.5, 4095
    data.PixelData = stored.tobytes() + b"\0" * (stored.nbytes % 2)
