"""YOLO text annotations: a line an object, `class cx cy w h` in shares of the picture, and a file of class names.

Format: Ultralytics, "Object detection datasets". Lines of more numbers (outlines, key points, a score) are read up to
the box only where a box is what they hold: five numbers, or six with a confidence.
"""

from collections.abc import Sequence

from pipeline.ingest.given import Given, NamedCorners, place
from schemas.errors import BadData

_BOX_NUMBERS = (5, 6)


def read_names(data: bytes) -> tuple[str, ...]:
    """Class names by index, one a line; empty lines at the end are none. Raises BadData for what is no text."""
    lines = [line.strip() for line in _text(data).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def read_yolo(data: bytes, names: Sequence[str], image_wh: tuple[int, int]) -> Given:
    """The objects of a file; an empty file says that the picture has none.

    Lines without a box are `box_unreadable`; a class that has no name `class_unknown` (value: its index). Raises
    BadData `annotation_unreadable` for what is no text.
    """
    lines = (line.split() for line in _text(data).splitlines() if line.strip())
    return Given.united(_line(words, names, image_wh) for words in lines)


def _line(words: Sequence[str], names: Sequence[str], image_wh: tuple[int, int]) -> Given:
    numbers = _numbers(words)
    if numbers is None or len(numbers) not in _BOX_NUMBERS or not numbers[0].is_integer():
        return Given.nothing("box_unreadable")
    index = int(numbers[0])
    label = names[index] if 0 <= index < len(names) else ""
    if not label:
        return Given.nothing("class_unknown", numbers[0])
    cx, cy, w, h = numbers[1:5]
    x1, y1, x2, y2 = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
    width, height = image_wh
    return place(NamedCorners(label, (x1 * width, y1 * height, x2 * width, y2 * height)), image_wh)


def _numbers(words: Sequence[str]) -> list[float] | None:
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadData("annotation_unreadable") from error
