from typing import Any

import pytest
from pydicom.dataset import Dataset

from pipeline.ingest.header import Header
from pipeline.ingest.spacing import Spacing, spacing_of
from tests.pipeline.ingest.files import item

UNKNOWN: Spacing = (None, "unknown")


def region(delta_x: float = 0.02, delta_y: float = 0.03, units: int = 3) -> Dataset:
    return item(
        PhysicalUnitsXDirection=units, PhysicalUnitsYDirection=units, PhysicalDeltaX=delta_x, PhysicalDeltaY=delta_y
    )


def spacing(modality: str | None, **elements: Any) -> Spacing:
    return spacing_of(Header(item(**elements)), modality)


@pytest.mark.parametrize(
    ("modality", "elements", "expected"),
    [
        ("ct", {}, UNKNOWN),
        ("ct", {"PixelSpacing": [0.5, 0.4]}, ((0.5, 0.4), "header")),
        ("ct", {"PixelSpacing": [0.5]}, UNKNOWN),
        ("ct", {"PixelSpacing": [0, 0]}, UNKNOWN),
        ("ct", {"PixelSpacing": [-1, 1]}, UNKNOWN),
        ("ct", {"PixelSpacing": [1000, 1000]}, UNKNOWN),
        ("radiography", {"PixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ("radiography", {"ImagerPixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ("radiography", {"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, ((0.2, 0.2), "detector")),
        ("radiography", {"PixelSpacing": [0.18, 0.18], "ImagerPixelSpacing": [0.2, 0.2]}, ((0.18, 0.18), "calibrated")),
        ("radiography", {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"},
         ((0.2, 0.2), "calibrated")),
        ("radiography", {"NominalScannedPixelSpacing": [0.1, 0.1]}, ((0.1, 0.1), "nominal")),
        ("ultrasound", {"SequenceOfUltrasoundRegions": [region()]}, ((0.3, 0.2), "header")),
        ("ultrasound", {"SequenceOfUltrasoundRegions": [region(-0.02)]}, ((0.3, 0.2), "header")),
        ("ultrasound", {"SequenceOfUltrasoundRegions": [region(units=4)]}, UNKNOWN),  # a spectrum, in seconds
        ("ultrasound", {"SequenceOfUltrasoundRegions": [region(), region()]}, UNKNOWN),
        ("ultrasound", {"SequenceOfUltrasoundRegions": [item()]}, UNKNOWN),
        (None, {"PixelSpacing": [0.5, 0.5]}, ((0.5, 0.5), "header")),
    ],
)  # fmt: skip
def test_spacing_says_where_it_comes_from(modality: str | None, elements: dict[str, Any], expected: Spacing) -> None:
    millimetres, basis = spacing(modality, **elements)
    assert basis == expected[1]
    assert millimetres == (expected[0] and pytest.approx(expected[0]))
