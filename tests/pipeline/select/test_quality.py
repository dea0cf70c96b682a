from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.select.quality import Check, burned_in, burned_in_check, first_rule, licence_check, pixel_checks
from pipeline.select.settings import SelectSettings
from tests.pipeline.select.tables import make_images


def verdict(**columns: Any) -> tuple[str | None, float | None]:
    rule, value = first_rule(pixel_checks(make_images({"item": "1", **columns}), SelectSettings()))
    return rule[0].as_py(), value[0].as_py()


def test_no_pictures_no_verdicts() -> None:
    rule, value = first_rule(pixel_checks(make_images(), SelectSettings()))
    assert (len(rule), len(value)) == (0, 0)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, (None, None)),
        ({"width": 64, "height": 64}, (None, None)),
        ({"width": 63, "height": 5000}, ("too_small", 63.0)),
        ({"width": 640, "height": 64}, (None, None)),
        ({"width": 100, "height": 1001}, ("extreme_aspect", 10.01)),
        ({"pixel_std": 1.0}, (None, None)),
        ({"pixel_std": 0.5}, ("blank", 0.5)),
        ({"pixel_std": None}, (None, None)),
        ({"width": None, "height": None, "pixel_std": None}, (None, None)),  # a rejected row
        ({"width": 0, "height": 0}, ("too_small", 0.0)),
    ],
)
def test_the_pixels_decide(columns: dict[str, Any], expected: tuple[str | None, float | None]) -> None:
    assert verdict(**columns) == expected


def test_settings_move_the_bounds() -> None:
    images = make_images({"item": "1", "width": 30, "height": 30})
    rule, _ = first_rule(pixel_checks(images, SelectSettings(min_side_px=30)))
    assert rule.to_pylist() == [None]


def test_the_first_rule_counts() -> None:
    checks = [
        Check("one", np.array([False, True, False]), np.array([1.0, 2.0, 3.0])),
        Check("two", np.array([True, True, False]), np.array([4.0, 5.0, np.nan])),
    ]
    rule, value = first_rule(checks)
    assert rule.to_pylist() == ["two", "one", None]
    assert value.to_pylist() == [4.0, 2.0, None]


@pytest.mark.parametrize(("policy", "holds"), [("exclude", [True, False, False]), ("keep", [False, False, False])])
def test_strokes_in_the_pixels_are_a_policy(policy: Any, holds: list[bool]) -> None:
    column = pa.array(["annotation", "marker", None])
    check = burned_in_check(burned_in(column), SelectSettings(burned_in_annotation=policy))
    assert check.holds.tolist() == holds


@pytest.mark.parametrize(("profile", "holds"), [("open", [False, True, True]), ("any", [False, False, False])])
def test_a_profile_admits_licences(profile: Any, holds: list[bool]) -> None:
    check = licence_check(pa.array(["MIT", "CC-BY-NC-4.0", "other"]), profile)
    assert check.holds.tolist() == holds
