import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.orientation import Orientation, orientation_of

ACROSS, BACK, DOWN = (1, 0, 0), (0, 1, 0), (0, 0, -1)


def tilted(degrees: float) -> tuple[float, ...]:
    """An axial picture with a tilted gantry."""
    angle = np.radians(degrees)
    return (1, 0, 0, 0, float(np.cos(angle)), -float(np.sin(angle)))


@pytest.mark.parametrize(
    ("cosines", "expected"),
    [
        ((), Orientation()),
        ((1, 0, 0, 0, 1), Orientation()),
        ((0, 0, 0, 0, 0, 0), Orientation()),
        ((1, 0, 0, 1, 0, 0), Orientation()),  # not at right angles
        ((2, 0, 0, 0, 1, 0), Orientation()),
        ((*ACROSS, *BACK), Orientation(("L", "P"), "axial", False)),
        ((-1, 0, 0, 0, 1, 0), Orientation(("R", "P"), "axial", True)),  # seen from the head
        ((-1, 0, 0, 0, -1, 0), Orientation(("R", "A"), "axial", False)),  # lying on the belly: turned, not mirrored
        ((*ACROSS, *DOWN), Orientation(("L", "F"), "coronal", False)),
        ((-1, 0, 0, *DOWN), Orientation(("R", "F"), "coronal", True)),  # seen from behind
        ((*BACK, *DOWN), Orientation(("P", "F"), "sagittal", None)),
        (tilted(22), Orientation(("L", "P"), "axial", False)),
        (tilted(40), Orientation(("L", "P"), "oblique", False)),
        ((0.569486, 0.822001, 0, 0, 0, -1), Orientation(("P", "F"), "oblique", None)),
    ],
)
def test_cosines_give_axes_plane_and_handedness(cosines: tuple[float, ...], expected: Orientation) -> None:
    assert orientation_of(cosines, (), "mri") == expected


@pytest.mark.parametrize(
    ("letters", "modality", "expected"),
    [
        ((), "radiography", Orientation()),
        (("", ""), "radiography", Orientation()),
        (("L",), "radiography", Orientation()),
        (("L", "R"), "radiography", Orientation()),
        (("X", "F"), "radiography", Orientation()),
        (("L", "F"), "radiography", Orientation(("L", "F"), "none", False)),
        (("R", "F"), "radiography", Orientation(("R", "F"), "none", True)),
        (("A", "F"), "radiography", Orientation(("A", "F"), "none", None)),
        (("l", "pf"), "ct", Orientation(("L", "P"), "axial", False)),
        (("P", "L"), "mammography", Orientation(("P", "L"), "none", None)),
        (("R", "H"), None, Orientation(("R", "H"), "coronal", False)),
    ],
)
def test_letters_are_taken_as_they_are(letters: tuple[str, ...], modality: str | None, expected: Orientation) -> None:
    assert orientation_of((), letters, modality) == expected


def test_sound_cosines_come_before_letters_and_unsound_ones_do_not() -> None:
    assert orientation_of((*ACROSS, *BACK), ("R", "F"), "ct").axes == ("L", "P")
    assert orientation_of((0,) * 6, ("R", "F"), "ct").axes == ("R", "F")


@given(st.tuples(*[st.floats(-3, 3)] * 3))
def test_any_rotation_has_two_axes_at_right_angles(turn: tuple[float, float, float]) -> None:
    x, y, _ = cv2.Rodrigues(np.array(turn))[0].T
    found = orientation_of((*x, *y), (), "mri")
    assert found.axes is not None
    pairs = [{"L": 0, "R": 0, "P": 1, "A": 1, "H": 2, "F": 2}[letter] for letter in found.axes]
    assert pairs[0] != pairs[1]
    assert found.plane in ("axial", "coronal", "sagittal", "oblique")
