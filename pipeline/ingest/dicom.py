"""DICOM to pictures: what is no picture is refused by its kind, frames come one after another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.ingest.attributes import Attributes, Pseudonym, identity
from pipeline.ingest.dicom_frames import Layout, decoded_frames, read_layout
from pipeline.ingest.greyscale import choose_window, read_stored, turned
from pipeline.ingest.header import Header, read_header
from pipeline.ingest.orientation import orientation_of
from pipeline.ingest.palette import read_palette
from pipeline.ingest.pixels import Picture, Pixels, has_equal_channels
from pipeline.ingest.spacing import spacing_of
from pipeline.ingest.technique import technique_in
from pipeline.ingest.vendors import vendor_of
from pipeline.ingest.windows import bits_used, full_range, through_table
from schemas.demographics import age_bucket, age_years, sex_word
from schemas.errors import BadData
from schemas.laterality import laterality_word
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.modalities import is_evidence, modality_of_dicom
from schemas.taxonomy.projections import projection_of

_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
_PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"
_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")  # decoded to RGB


@dataclass(frozen=True)
class Limits:
    """Beyond them a file is refused before anything is allocated."""

    max_pixels: int  # of one picture; of all pages of a TIFF file
    max_bytes: int  # of a file, and of a data set once inflated


def dicom_pictures(data: bytes, limits: Limits, pseudonym: Pseudonym) -> Iterator[Picture]:
    """One picture a frame, in order; raises BadData, possibly after some frames.

    The readers' warnings quote headers: call within `silence`.
    """
    header = read_header(data, limits.max_bytes)
    _refuse_other_kinds(header)
    layout = read_layout(header, limits.max_pixels)
    whole = _attributes_of_file(header, pseudonym)
    for index, pixels in enumerate(decoded_frames(header, layout)):
        frame = header.of_frame(index)
        attributes = _attributes_of_frame(frame, whole)
        picture = _picture(frame, layout, pixels, attributes.body_part)
        yield replace(picture, attributes=attributes)


def _refuse_other_kinds(header: Header) -> None:
    code, sop_class = header.text("Modality"), header.text("SOPClassUID")
    if code == "RTDOSE" or sop_class == _PARAMETRIC_MAP:
        raise BadData("parameter_map")
    if is_evidence(code, sop_class):
        raise BadData("not_an_image")
    if sop_class == _SLIDE or "TotalPixelMatrixColumns" in header:
        raise BadData("tiled_slide_not_yet", header.number("NumberOfFrames") or 0)
    if "FloatPixelData" in header or "DoubleFloatPixelData" in header:
        raise BadData("parameter_map")
    if not header.value("PixelData"):
        raise BadData("no_pixel_data")


def _attributes_of_file(header: Header, pseudonym: Pseudonym) -> Attributes:
    modality = modality_of_dicom(header.text("Modality"), header.text("SOPClassUID"))
    return Attributes(
        modality=modality,
        projection=projection_of(header.text("ViewPosition")) if modality in ("radiography", "mammography") else None,
        sex=sex_word(header.text("PatientSex")),
        age_bucket=age_bucket(age_years(header.text("PatientAge"))),
        patient=identity(pseudonym, "patient", header.text("PatientID")),
        study=identity(pseudonym, "study", header.text("StudyInstanceUID")),
        series=identity(pseudonym, "series", header.text("SeriesInstanceUID")),
        device=vendor_of(header.text("Manufacturer")),
    )


def _attributes_of_frame(header: Header, whole: Attributes) -> Attributes:
    """What the functional groups of an enhanced object may say anew for each frame."""
    orientation = orientation_of(
        header.numbers("ImageOrientationPatient"), header.words("PatientOrientation"), whole.modality
    )
    spacing, basis = spacing_of(header, whole.modality)
    sides = (laterality_word(header.text(key)) for key in ("FrameLaterality", "ImageLaterality", "Laterality"))
    return replace(
        whole,
        technique=technique_in(header, whole.modality),
        body_part=_body_part(header),
        image_laterality=next(filter(None, sides), None),
        axes=orientation.axes,
        plane=orientation.plane,
        mirrored=orientation.mirrored,
        spacing_mm=spacing,
        spacing_basis=basis,
    )


def _body_part(header: Header) -> str | None:
    regions = [item.text("CodeMeaning") for item in header.items("AnatomicRegionSequence")]
    named = (body_part_of(term) for term in (header.text("BodyPartExamined"), *regions) if term)
    return next(filter(None, named), None)


def _picture(header: Header, layout: Layout, pixels: Pixels, body_part: str | None) -> Picture:
    if layout.photometric == "PALETTE COLOR" and pixels.ndim == 2:
        return _colour(read_palette(header).rgb(pixels), layout, ("palette",))
    if layout.photometric in _COLOUR and pixels.ndim == 3:
        return _colour(pixels, layout, ())
    if layout.photometric not in _GREY or pixels.ndim != 2:
        raise BadData("unsupported_colour", layout.samples)
    return _grey(header, layout, pixels, body_part)


def _colour(pixels: Pixels, layout: Layout, ops: tuple[str, ...]) -> Picture:
    """8 bits as they are; deeper colour by its full range, which keeps hues."""
    if has_equal_channels(pixels):
        pixels, ops = np.ascontiguousarray(pixels[..., 0]), (*ops, "grey")
    if pixels.dtype == np.uint8:
        return Picture(pixels, pixels, layout.bits_stored, ops)
    window = full_range(bits_used(pixels))
    shown = through_table(window.levels, pixels)
    return Picture(pixels, shown, layout.bits_stored, (*ops, "window"), window)


def _grey(header: Header, layout: Layout, pixels: Pixels, body_part: str | None) -> Picture:
    stored = read_stored(header, layout)
    window = choose_window(header, layout, pixels, stored, body_part)
    shown = stored.shown(pixels, window)
    plain = window.name == "full_range"  # 8 bits as they are
    ops = (*([] if plain else ["window"]), *(["invert"] if stored.inverted else []))
    picture = Picture(turned(pixels, layout), shown, layout.bits_stored, ops, None if plain else window)
    if header.text("PixelPresentation") not in ("COLOR", "MIXED"):
        return picture
    palette = read_palette(header)  # supplemental: colours for the values from its first on, greys below
    coloured = np.where((pixels >= palette.first)[..., np.newaxis], palette.rgb(pixels), shown[..., np.newaxis])
    return replace(picture, shown=coloured.astype(np.uint8), ops=(*ops, "palette"), window=None)
