"""How a picture lies in the patient: which way +x and +y point, its plane, and whether it is seen mirrored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Axes = tuple[str, str]  # patient direction of image +x (to the right) and +y (down): R L A P H F

# DICOM's patient coordinates: x to the patient's left, y to the back, z to the head.
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
_DIRECTIONS: dict[str, tuple[int, int]] = {
    letter: (axis, sign) for axis, pair in enumerate(_LETTERS) for letter, sign in zip(pair, (1, -1), strict=True)
}
_PLANES = ("sagittal", "coronal", "axial")  # by the axis of their normal

OBLIQUE_BELOW = np.cos(np.radians(30))  # gantry tilt ends at 30 degrees; beyond it a plane has no plain name
UNIT_TOLERANCE = 1e-2  # of the header's direction cosines

# Projections show no plane, whatever their orientation letters.
FLAT = frozenset({"radiography", "mammography", "dental", "fundus", "dermatology", "endoscopy", "microscopy"})


@dataclass(frozen=True)
class Orientation:
    """`mirrored`: an axial picture seen from the head, or a frontal one seen from behind: left lies on the left.

    None for sagittal pictures and for mammograms, which have no side to be mirrored, and where axes are unknown.
    """

    axes: Axes | None = None
    plane: str | None = None
    mirrored: bool | None = None


def orientation_of(cosines: Sequence[float], letters: Sequence[str], modality: str | None) -> Orientation:
    """From ImageOrientationPatient's six cosines where they are sound, else from PatientOrientation's two values."""
    axes, plane = _from_cosines(cosines) or _from_letters(letters)
    if axes is None:
        return Orientation()
    mirrored = None if modality == "mammography" else _mirrored(axes)
    return Orientation(axes, "none" if modality in FLAT else plane, mirrored)


def _from_cosines(cosines: Sequence[float]) -> tuple[Axes, str] | None:
    if len(cosines) != 6:
        return None
    x, y = np.array(cosines[:3]), np.array(cosines[3:])
    if max(abs(x @ x - 1), abs(y @ y - 1), abs(x @ y)) > UNIT_TOLERANCE:
        return None
    first = _nearest(x, taken=None)
    second = _nearest(y, taken=_DIRECTIONS[first][0])
    normal = np.abs(np.cross(x, y))
    plane = _PLANES[int(normal.argmax())] if normal.max() >= OBLIQUE_BELOW else "oblique"
    return (first, second), plane


def _nearest(direction: NDArray[np.float64], taken: int | None) -> str:
    size = np.abs(direction)
    if taken is not None:
        size[taken] = -1
    axis = int(size.argmax())
    return _LETTERS[axis][0 if direction[axis] >= 0 else 1]


def _from_letters(letters: Sequence[str]) -> tuple[Axes | None, str | None]:
    """Of `PF` the first letter counts: the standard puts the main direction first."""
    found = [word[:1].upper() for word in letters]
    if len(found) != 2 or any(letter not in _DIRECTIONS for letter in found):
        return None, None
    axes = sorted(_DIRECTIONS[letter][0] for letter in found)
    if axes[0] == axes[1]:
        return None, None
    (normal,) = {0, 1, 2} - set(axes)
    return (found[0], found[1]), _PLANES[normal]


def _mirrored(axes: Axes) -> bool | None:
    """By the direction from the viewer into the picture: to the head or to the back is usual."""
    x, y = np.zeros(3), np.zeros(3)
    for vector, letter in zip((x, y), axes, strict=True):
        axis, sign = _DIRECTIONS[letter]
        vector[axis] = sign
    normal = np.cross(x, y)
    axis = int(np.abs(normal).argmax())
    return None if axis == 0 else bool(normal[axis] < 0)
