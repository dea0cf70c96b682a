"""A DICOM header, read without trust: only listed elements, every value checked or absent."""

import io
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pipeline.ingest.silence import refusing
from schemas.errors import BadData

# What is read at all; everything else of a file is skipped while parsing.
READ = (  # noqa: SIM905  a name a line would fill a page
    "ImageType SOPClassUID Modality Manufacturer PixelPresentation AnatomicRegionSequence "
    "PatientID PatientSex PatientAge BodyPartExamined ViewPosition ViewCodeSequence "
    "ImagerPixelSpacing NominalScannedPixelSpacing PixelSpacing PixelSpacingCalibrationType "
    "SequenceOfUltrasoundRegions StudyInstanceUID SeriesInstanceUID PatientOrientation ImageOrientationPatient "
    "Laterality ImageLaterality SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames "
    "Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit "
    "RescaleIntercept RescaleSlope WindowCenter WindowWidth VOILUTFunction VOILUTSequence ModalityLUTSequence "
    "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor "
    "BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData "
    "BluePaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData "
    "SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData "
    "TotalPixelMatrixColumns SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence "
    "ExtendedOffsetTable ExtendedOffsetTableLengths FloatPixelData DoubleFloatPixelData PixelData"
).split()

# The element that names the deflated transfer syntax.
_DEFLATED = re.compile(rb"\x02\0\x10\0UI..1\.2\.840\.10008\.1\.2\.1\.99", re.DOTALL)


@dataclass(frozen=True)
class Header:
    """Checked access to a data set, for one frame where `functional` says which item an element lies in."""

    dataset: Dataset
    functional: Mapping[str, Dataset] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __contains__(self, keyword: str) -> bool:
        """Whether the data set itself has the element."""
        return _tag(keyword) in self.dataset

    def value(self, keyword: str) -> Any:
        """As pydicom gives it: from a functional group, else from the data set; None where absent or unreadable."""
        if keyword not in self._known:
            self._known[keyword] = _readable(self.functional.get(keyword, self.dataset), _tag(keyword))
        return self._known[keyword]

    def text(self, keyword: str) -> str:
        """Stripped; of several values the first; empty where there is none."""
        words = self.words(keyword)
        return words[0] if words else ""

    def words(self, keyword: str) -> tuple[str, ...]:
        return tuple(str(value).strip() for value in _listed(self.value(keyword)) if value is not None)

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Empty where one of them is no finite number."""
        try:
            found = tuple(float(value) for value in _listed(self.value(keyword)))
        except (TypeError, ValueError):
            return ()
        return found if all(map(math.isfinite, found)) else ()

    def number(self, keyword: str) -> float | None:
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def whole(self, keyword: str, default: int | None = None) -> int:
        """Raises BadData `damaged_header` where it is absent without a default, or not a whole number >= 0."""
        number = self.number(keyword) if keyword in self else default
        if number is None or number < 0 or number != int(number):
            raise BadData("damaged_header")
        return int(number)

    def items(self, keyword: str) -> tuple["Header", ...]:
        """Of a sequence; empty where there is none."""
        found = self.value(keyword)
        return tuple(Header(item) for item in found or () if isinstance(item, Dataset))

    def words_16(self, keyword: str) -> NDArray[np.int64]:
        """Of lookup table data, whose VR is OW or US: 16-bit words in the file's byte order."""
        value = self.value(keyword)
        if isinstance(value, bytes):
            order = "<" if self.dataset.original_encoding[1] is not False else ">"
            return np.frombuffer(value[: len(value) // 2 * 2], f"{order}u2").astype(np.int64)
        numbers = self.numbers(keyword)
        return np.array(numbers, np.float64).astype(np.int64)

    @property
    def syntax(self) -> str:
        """The transfer syntax of the file meta group; where it has none, as the data set was found to be written."""
        named = _readable(self.dataset.file_meta, _tag("TransferSyntaxUID"))
        implicit, little = self.dataset.original_encoding
        found = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        return str(named or found)

    def of_frame(self, index: int) -> "Header":
        """With the functional groups of an enhanced multi-frame object: the frame's own before the shared ones."""
        own = _macros(self.dataset, "PerFrameFunctionalGroupsSequence", index)
        return Header(self.dataset, {**self._shared, **own}) if own or self._shared else self

    @cached_property
    def _shared(self) -> dict[str, Dataset]:
        return _macros(self.dataset, "SharedFunctionalGroupsSequence", 0)


def _macros(dataset: Dataset, keyword: str, index: int) -> dict[str, Dataset]:
    """Keyword of an element -> the macro's item that holds it; macros of several items say nothing of one frame."""
    groups = _readable(dataset, _tag(keyword))
    if groups is None or index >= len(groups):
        return {}
    found: dict[str, Dataset] = {}
    for tag in _tags(groups[index]):
        macro = _readable(groups[index], tag)
        if isinstance(macro, Sequence) and len(macro) == 1 and isinstance(macro[0], Dataset):
            found.update({keyword_for_tag(inner): macro[0] for inner in _tags(macro[0])})
    return found


def _tags(dataset: Dataset) -> list[Any]:
    return list(dataset.keys())  # iterating over a data set itself reads every element


def read_header(data: bytes, max_bytes: int) -> Header:
    """Raises BadData `damaged_header`, or `image_too_large` where a deflated data set is beyond `max_bytes`."""
    with refusing("damaged_header"):
        if _DEFLATED.search(data[:1024]):
            _refuse_bomb(data, max_bytes)
        return Header(dcmread(io.BytesIO(data), force=True, specific_tags=list(READ)))


def _refuse_bomb(data: bytes, max_bytes: int) -> None:
    """A deflated data set follows the file meta group, whose length is the value of its first element."""
    start = 144 + int.from_bytes(data[140:144], "little")
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:], max_bytes + 1)
    if len(inflated) > max_bytes:
        raise BadData("image_too_large", max_bytes / 1e6)


def _readable(dataset: Dataset, tag: Any) -> Any:
    """None where there is no such element, or its bytes cannot be read as its VR says."""
    if tag not in dataset:
        return None
    try:
        return dataset[tag].value
    except Exception:  # pydicom converts on access, and raises anything on damaged bytes
        return None


@cache
def _tag(keyword: str) -> Any:
    return Tag(keyword)


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else (value,)
