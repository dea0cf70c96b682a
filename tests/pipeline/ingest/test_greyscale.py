from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from pipeline.ingest.dicom_frames import read_layout
from pipeline.ingest.greyscale import choose_window, read_stored, turned
from pipeline.ingest.header import Header
from pipeline.ingest.windows import Window
from schemas.errors import BadData
from tests.pipeline.ingest.files import data_set, item, smooth

MR = (smooth(dtype=np.uint16) // 64).astype(np.uint16)  # 0 to 1023
CT = (MR.astype(np.int16) * 3).astype(np.int16)  # with the intercept -1024, -1024 to 2045 HU


def lut(levels: list[int], first: int = 0, bits: int = 8) -> Dataset:
    return item(LUTDescriptor=[len(levels), first, bits], LUTData=levels)


def look(pixels: np.ndarray, body_part: str | None = None, **elements: Any) -> tuple[Window, np.ndarray]:
    header = Header(data_set(pixels, **elements))
    layout = read_layout(header, 10**6)
    stored = read_stored(header, layout)
    window = choose_window(header, layout, pixels, stored, body_part)
    return window, stored.shown(pixels, window)


HU = {"Modality": "CT", "RescaleIntercept": -1024, "RescaleSlope": 1}
TABLE = {"VOILUTSequence": [lut([0, 10, 255], 500)], "WindowCenter": 1, "WindowWidth": 1}


@pytest.mark.parametrize(
    ("pixels", "elements", "name", "center", "width"),
    [
        (MR, {"WindowCenter": 500, "WindowWidth": 800}, "header", 500, 800),
        (MR, {"WindowCenter": [500, 40], "WindowWidth": [800, 1]}, "header", 500, 800),
        (MR, {"WindowCenter": [500, 400], "WindowWidth": [0, 600]}, "header", 400, 600),  # the first sound one
        (MR, {"WindowCenter": 500, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"}, "header", 500, 0.5),
        (MR, TABLE, "voi_lut", 501.5, 3),
        (MR, {}, "percentile", None, None),
        (MR, {"WindowCenter": 500}, "percentile", None, None),
        (MR, {"WindowCenter": 30000, "WindowWidth": 60000}, "percentile", None, None),  # would be nearly black
        (MR, {"WindowCenter": -9000, "WindowWidth": 100}, "percentile", None, None),  # would be white
        (CT, HU, "soft_tissue", 40, 400),
        (CT, {"Modality": "CT"}, "percentile", None, None),  # not in Hounsfield units
        (CT, {**HU, "WindowCenter": 40, "WindowWidth": 100}, "brain", 40, 100),
        (CT, {**HU, "WindowCenter": 9000, "WindowWidth": 100}, "soft_tissue", 40, 400),  # would be black
        (CT // 300 - 5, {**HU, "WindowCenter": 40, "WindowWidth": 100}, "soft_tissue", 40, 400),  # air, rightly black
        (smooth(), {}, "full_range", 127.5, 255),
        (smooth(), {"WindowCenter": 127, "WindowWidth": 254}, "header", 127, 254),
        (smooth().view(np.int8), {}, "percentile", None, None),
        (smooth() >> 4, {"BitsStored": 4}, "full_range", 7.5, 15),
    ],
)
def test_the_header_chooses_then_the_modality_then_the_values(
    pixels: np.ndarray, elements: dict[str, Any], name: str, center: float | None, width: float | None
) -> None:
    window, _ = look(pixels, **elements)
    assert window.name == name
    if center is not None:
        assert (window.center, window.width) == (center, width)


def test_ct_of_a_head_without_a_window_is_shown_as_brain() -> None:
    assert look(CT, "head", **HU)[0].name == "brain"


def test_a_percentile_window_is_in_measured_values() -> None:
    window, shown = look(MR, RescaleSlope=2, RescaleIntercept=-100)
    low, high = np.percentile(MR.astype(float), [0.1, 99.9], method="inverted_cdf") * 2 - 100
    assert (window.center, window.width) == ((low + high) / 2, high - low)
    assert (shown.min(), shown.max()) == (0, 255)


@pytest.mark.parametrize("elements", [{}, {"WindowCenter": 0, "WindowWidth": 2046}])
def test_a_falling_slope_turns_the_picture(elements: dict[str, Any]) -> None:
    _, shown = look(MR, RescaleSlope=-2, RescaleIntercept=1023, **elements)
    assert shown.ravel()[MR.argmin()] == 255
    assert shown.ravel()[MR.argmax()] == 0


def test_monochrome1_is_the_opposite_of_monochrome2() -> None:
    window: dict[str, Any] = {"WindowCenter": 400, "WindowWidth": 500}
    plain, other = look(MR, **window)[1], look(MR, **window, PhotometricInterpretation="MONOCHROME1")[1]
    assert np.array_equal(255 - plain, other)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(
    ("padding", "black"),
    [
        ({"PixelPaddingValue": 2000}, [2000]),
        ({"PixelPaddingValue": 2000, "PixelPaddingRangeLimit": 2002}, [2000, 2001, 2002]),
        ({"PixelPaddingValue": 2002, "PixelPaddingRangeLimit": 2000}, [2000, 2001, 2002]),
    ],
)
def test_padding_is_black_either_way_and_decides_no_window(
    photometric: str, padding: dict[str, Any], black: list[int]
) -> None:
    pixels = MR.copy()
    pixels[0, : len(black)] = black
    window, shown = look(pixels, PhotometricInterpretation=photometric, **padding)
    assert shown[0, : len(black)].tolist() == [0] * len(black)
    assert window.center + window.width / 2 <= 1023


def test_a_modality_table_comes_before_slope_and_intercept() -> None:
    pixels = np.array([[0, 4, 5, 6, 7, 9]], np.uint16)
    table = lut([0, 200, 1000], 5, 16)
    _, shown = look(pixels, ModalityLUTSequence=[table], RescaleSlope=7, WindowCenter=500.5, WindowWidth=1001)
    assert shown.tolist() == [[0, 0, 0, 51, 255, 255]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (lut([0, 128, 255], 5), [0, 0, 128, 255, 255]),
        (lut([0, 2048, 4095], 5, 12), [0, 0, 128, 255, 255]),
        (lut([0, 2048, 9999], 5, 12), [0, 0, 128, 255, 255]),
        (item(LUTDescriptor=[3, 5, 8], LUTData=b"\0\x80\xff\0"), [0, 0, 128, 255, 255]),
    ],
)
def test_a_voi_table_is_applied_and_scaled_by_its_bits(table: Dataset, expected: list[int]) -> None:
    table["LUTData"].VR = "OW" if isinstance(table.LUTData, bytes) else "US"
    assert look(np.array([[0, 5, 6, 7, 9]], np.uint16), VOILUTSequence=[table])[1].tolist() == [expected]


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleSlope": 0},
        {"RescaleSlope": "1e300"},
        {"RescaleIntercept": "-1e300"},
        {"VOILUTSequence": [item()]},
        {"VOILUTSequence": [item(LUTDescriptor=[3, 0, 8])]},
        {"VOILUTSequence": [item(LUTDescriptor=[3, 0, 0], LUTData=[1, 2, 3])]},
        {"ModalityLUTSequence": [item(LUTDescriptor=[3, 0])]},
    ],
)
def test_what_would_map_everything_to_nothing_is_refused(elements: dict[str, Any]) -> None:
    with pytest.raises(BadData, match="damaged_header"):
        look(MR, **elements)


@given(st.integers(1, 16), st.booleans(), st.integers(0, 2**16 - 1))
def test_turning_stays_in_range_and_is_its_own_inverse(bits: int, signed: bool, number: int) -> None:
    value = number % 2**bits - (2 ** (bits - 1) if signed else 0)
    pixels = np.array([[value]], np.int16 if signed else np.uint16)
    layout = read_layout(Header(data_set(pixels, BitsStored=bits, PhotometricInterpretation="MONOCHROME1")), 9)
    other = turned(pixels, layout)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    assert low <= other[0, 0] <= high
    assert int(other[0, 0]) + value == low + high
    assert np.array_equal(turned(other, layout), pixels)


def test_a_codec_may_give_fewer_bits_than_the_header_says() -> None:
    layout = read_layout(Header(data_set(MR, BitsStored=12, PhotometricInterpretation="MONOCHROME1")), 10**6)
    assert turned(np.array([[0, 255]], np.uint8), layout).tolist() == [[4095, 3840]]


def test_monochrome2_is_not_turned() -> None:
    assert turned(MR, read_layout(Header(data_set(MR)), 10**6)) is MR
