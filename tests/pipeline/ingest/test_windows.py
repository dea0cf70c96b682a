from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.pixels import apply_voi_lut

from pipeline.ingest.windows import (
    CT_WINDOWS,
    Table,
    Window,
    between,
    bits_used,
    ct_default,
    ct_window_name,
    full_range,
    percentile_window,
    through_table,
)
from tests.pipeline.ingest.files import item, smooth

Function = Literal["linear", "linear_exact", "sigmoid"]


def shown(window: Window, *values: float) -> list[int]:
    levels: list[int] = window.levels(np.array(values)).tolist()
    return levels


@pytest.mark.parametrize(
    ("window", "values", "expected"),
    [
        (full_range(8), [], []),
        (full_range(8), [0, 1, 254, 255, 256], [0, 1, 254, 255, 255]),
        (full_range(1), [0, 1], [0, 255]),
        (between(10, 10, "percentile"), [9, 10, 11], [0, 0, 255]),
        (Window(40, 400, "header"), [-1000, -160, 40, 239, 240, 3000], [0, 0, 128, 255, 255, 255]),
        (Window(40, 1, "header"), [39, 39.4, 39.6, 40], [0, 0, 255, 255]),
        (Window(40, 400, "header", "linear_exact"), [-160, 40, 240], [0, 128, 255]),
        (Window(40, 400, "header", "sigmoid"), [-4000, 40, 4000], [0, 128, 255]),
        (full_range(8), [np.nan, np.inf, -np.inf], [0, 255, 0]),
        (Window(2, 3, "voi_lut", table=Table(1, np.array([10.0, 20.0, 30.0]))), [0, 1, 2, 3, 9], [10, 10, 20, 30, 30]),
    ],
)
def test_a_window_spreads_its_values(window: Window, values: list[float], expected: list[int]) -> None:
    assert shown(window, *values) == expected


@given(
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
    st.floats(-2000, 2000),
    st.floats(2, 4000),
)
def test_the_three_functions_agree_with_pydicoms(function: str, center: float, width: float) -> None:
    values = np.arange(-3000, 3000, 37, dtype=np.int16)
    header = item(
        WindowCenter=round(center, 3), WindowWidth=round(width, 3), VOILUTFunction=function, BitsStored=16,
        PixelRepresentation=1, PhotometricInterpretation="MONOCHROME2",
    )  # fmt: skip
    with np.errstate(over="ignore"):
        expected = (apply_voi_lut(values, header) + 32768) / 65535 * 255
    name: Function = {"LINEAR": "linear", "LINEAR_EXACT": "linear_exact", "SIGMOID": "sigmoid"}[function]  # type: ignore[assignment]
    window = Window(round(center, 3), round(width, 3), "header", name)
    assert np.abs(window.levels(values) - expected).max() <= 0.51


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_more_is_never_darker(center: float, width: float, values: list[float]) -> None:
    for function in ("linear", "linear_exact", "sigmoid"):
        levels = Window(center, width, "header", function).levels(np.array(sorted(values)))
        assert np.all(np.diff(levels.astype(int)) >= 0)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (np.zeros((0, 0), np.uint16), 0, 1),
        (np.full((3, 3), 7, np.uint16), 7, 8),
        (np.full((3, 3), 7.5, np.float32), 7.5, 8.5),
        (np.full((2, 2), np.nan), 0, 1),
        (np.array([[-5, 300]], np.int16), -5, 300),
        (np.array([[0, 255]], np.uint8), 0, 255),
        (np.array([[1, 2**31]], np.uint32), 1, 2**31),
        (np.r_[np.zeros(100_000), np.ones(10) * 900].astype(np.uint16), 0, 900),  # percentiles alike: the extremes
        (np.r_[np.arange(100_000) % 1000, [60_000] * 50].astype(np.uint16), 1, 999),  # hot pixels do not decide
    ],
)
def test_a_percentile_window_lies_between(values: np.ndarray, low: float, high: float) -> None:
    window = percentile_window([values])
    assert (window.center - window.width / 2, window.center + window.width / 2) == pytest.approx((low, high))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_percentiles_by_counting_are_those_by_sorting(dtype: type) -> None:
    values: np.ndarray = (smooth(dtype=np.uint16) / 65535 * 255 + np.iinfo(dtype).min).astype(dtype)
    counted, sorted_ = (
        percentile_window([values, values[:5]]),
        percentile_window([values.astype(np.float64), values[:5]]),
    )
    assert counted == sorted_


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.dtype(">i2")])
def test_a_table_gives_what_single_pixels_give(dtype: type) -> None:
    window = Window(40, 400, "header")
    values = np.linspace(-120, 120, 300 * 300).reshape(300, 300).astype(np.int16)
    pixels: np.ndarray = (values - (values.min() if np.dtype(dtype).kind == "u" else 0)).astype(dtype)
    assert np.array_equal(through_table(window.levels, pixels), window.levels(pixels))


@pytest.mark.parametrize(("highest", "bits"), [(0, 8), (255, 8), (256, 10), (4095, 12), (65535, 16), (2**32 - 1, 32)])
def test_bits_used_are_even_and_hold_the_highest_value(highest: int, bits: int) -> None:
    assert bits_used(np.array([0, highest], np.uint32)) == bits


@pytest.mark.parametrize(
    ("body_part", "name"),
    [(None, "soft_tissue"), ("chest", "soft_tissue"), ("lung", "lung"), ("head", "brain"), ("brain", "brain"),
     ("skull", "brain"), ("no such part", "soft_tissue")],
)  # fmt: skip
def test_ct_without_a_window_gets_that_of_its_body_part(body_part: str | None, name: str) -> None:
    assert ct_default(body_part).name == name


@pytest.mark.parametrize(
    ("center", "width", "name"),
    [(*CT_WINDOWS[name], name) for name in CT_WINDOWS]
    + [(40, 100, "brain"), (35, 350, "soft_tissue"), (-500, 1500, "lung"), (300, 1500, "bone"), (1000, 3000, "bone"),
       (60, 150, "header"), (0, 65535, "header"), (10, 80, "header")],
)  # fmt: skip
def test_customary_ct_windows_have_names(center: float, width: float, name: str) -> None:
    assert ct_window_name(center, width) == name
