"""Millimetres a pixel, and where that number comes from."""

from pipeline.ingest.header import Header

Spacing = tuple[tuple[float, float] | None, str]  # [row, column] in mm, basis

_CENTIMETRES = 3  # physical units of an ultrasound region
_LARGEST_MM = 100.0

# Where PixelSpacing without a calibration lies in the plane of the detector, not of the body.
_PROJECTIONS = frozenset({"radiography", "mammography", "dental"})


def spacing_of(header: Header, modality: str | None) -> Spacing:
    """(None, "unknown") where the header has no usable spacing."""
    body, detector = _pair(header, "PixelSpacing"), _pair(header, "ImagerPixelSpacing")
    if body and header.text("PixelSpacingCalibrationType"):
        return body, "calibrated"
    if body and modality in _PROJECTIONS:
        return body, "detector" if detector is None or detector == body else "calibrated"
    if body:
        return body, "header"
    if detector:
        return detector, "detector"
    region = _ultrasound_region(header)
    if region:
        return region, "header"
    nominal = _pair(header, "NominalScannedPixelSpacing")
    return (nominal, "nominal") if nominal else (None, "unknown")


def _pair(header: Header, keyword: str) -> tuple[float, float] | None:
    numbers = header.numbers(keyword)
    return _sound(*numbers) if len(numbers) == 2 else None


def _sound(row: float, column: float) -> tuple[float, float] | None:
    return (row, column) if 0 < row <= _LARGEST_MM and 0 < column <= _LARGEST_MM else None


def _ultrasound_region(header: Header) -> tuple[float, float] | None:
    """Only where one region is all there is: a picture of two views or with a spectrum has no single scale."""
    regions = header.items("SequenceOfUltrasoundRegions")
    if len(regions) != 1:
        return None
    units = [regions[0].number(f"PhysicalUnits{axis}Direction") for axis in "YX"]
    deltas = [regions[0].number(f"PhysicalDelta{axis}") for axis in "YX"]
    if units != [_CENTIMETRES, _CENTIMETRES] or None in deltas:
        return None
    row, column = (abs(delta) * 10 for delta in deltas if delta is not None)
    return _sound(row, column)
