from typing import Any

import pytest

from pipeline.describe.sides import patient_sides, stated_side

CHEST_FILM = {"modality": "radiography", "projection": "pa", "plane": None, "body_part": "chest", "axes": ["L", "F"]}
CT = {
    **{"modality": "ct", "projection": None, "plane": "axial", "body_part": "abdomen", "axes": ["L", "P"]},
    **{"spacing_mm": [0.7, 0.7], "width": 512},
}


def sides(row: dict[str, Any], **changed: Any) -> str | None:
    """The patient's side at the image's right."""
    return patient_sides({**row, **changed}).get("image-right")


def test_the_image_s_right_is_the_patient_s_left_in_the_usual_view() -> None:
    assert patient_sides(CHEST_FILM) == {"image-left": "right", "image-right": "left"}
    assert sides(CT) == "left"


def test_the_axes_of_a_mirrored_film_win_over_the_usual_view() -> None:
    assert sides(CHEST_FILM, axes=["R", "F"]) == "right"


@pytest.mark.parametrize(
    "changed",
    [
        {"axes": None},
        {"axes": ["P", "F"]},
        {"axes": [None, None]},
        {"projection": "lateral"},
        {"projection": None},
        {"projection": "from the moon"},
        {"body_part": None},
        {"body_part": "knee"},
        {"body_part": "heart"},
        {"body_part": "breast"},
        {"modality": "mammography", "projection": "cc"},
    ],
)
def test_no_side_where_the_picture_does_not_tell_one(changed: dict[str, Any]) -> None:
    assert patient_sides({**CHEST_FILM, **changed}) == {}


@pytest.mark.parametrize(
    ("plane", "told"), [("axial", True), ("coronal", True), ("sagittal", False), ("oblique", False)]
)
def test_a_slice_shows_both_sides_only_from_the_feet_or_the_front(plane: str, told: bool) -> None:
    assert (sides(CT, plane=plane) is not None) == told


@pytest.mark.parametrize(
    ("body_part", "spacing", "told"),
    [
        ("abdomen", None, False),
        ("abdomen", 0.3, False),  # 154 mm of an abdomen: reconstructed around one organ
        ("abdomen", 0.6, True),
        ("head", 0.3, True),
        ("head", 0.2, False),
    ],
)
def test_a_narrow_slice_does_not_tell_where_the_midline_is(body_part: str, spacing: float | None, told: bool) -> None:
    spacing_mm = None if spacing is None else [spacing, spacing]
    assert (sides(CT, body_part=body_part, spacing_mm=spacing_mm) is not None) == told


def test_a_source_s_own_word_for_a_body_part_is_understood() -> None:
    assert sides(CHEST_FILM, body_part="THORAX") == "left"


@pytest.mark.parametrize(
    ("name", "label", "side"),
    [
        (None, None, None),
        ("left kidney", None, "left"),
        ("kidney", "kidney_left", "left"),
        ("kidney", "kidney", None),
        ("Right lung", "x", "right"),
        ("left or right rib", "rib_left_1", None),
        ("kidney", "unheard-of_left", None),
        ("leftover contrast", None, None),
    ],
)
def test_a_side_may_be_stated_by_name_or_label(name: str | None, label: str | None, side: str | None) -> None:
    assert stated_side(name, label, "ct") == side
