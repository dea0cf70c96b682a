"""What the machine draws about and over the picture, whatever lies in it: text, depth scale, calipers, colour box."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Request
from pipeline.phantoms.kinds import Pixels
from pipeline.phantoms.modalities.ultrasound_fields import Field
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import inked
from pipeline.phantoms.texture import blobs

Ink = npt.NDArray[np.uint8]

CALIPERS = 0.25
TEXT = 0.8
SCALE = 0.8
RED, BLUE = np.array([0.9, 0.35, 0.05], np.float32), np.array([0.1, 0.35, 0.9], np.float32)
PROBES = ("L12-5", "L15-7", "C5-1", "C9-2", "L18-4")


def screen(request: Request, field: Field) -> Pixels:
    """Ink over the picture, 0 to 1: the same draws whatever is shown of it."""
    h, w = request.hw
    image = request.image
    ink = np.zeros((h, w), np.uint8)
    shows = image.random(3)
    lines = _texts(image)
    if shows[0] < TEXT:
        _text_block(ink, field, lines)
    if shows[1] < SCALE:
        _depth_scale(ink, field, ticks=int(image.integers(4, 9)))
    points = image.uniform(0.2, 0.8, 4).tolist()
    if shows[2] < CALIPERS:
        _calipers(ink, field, points)
    return inked(ink)


def _texts(image: Random) -> tuple[str, ...]:
    numbers = image.integers(10, 99, 4)
    probe = PROBES[int(image.integers(len(PROBES)))]
    return (probe, f"FR {numbers[0]}", f"G {numbers[1]}", f"D {numbers[2] / 10:.1f}", f"MI 0.{numbers[3] % 10}")


def _text_block(ink: Ink, field: Field, lines: tuple[str, ...]) -> None:
    size = 0.24 * field.unit
    for i, line in enumerate(lines):
        left = round((0.02 + 0.2 * i) * field.hw[1])
        cv2.putText(ink, line, (left, round(7.5 * field.unit)), cv2.FONT_HERSHEY_SIMPLEX, size, 190, 1, cv2.LINE_AA)


def _depth_scale(ink: Ink, field: Field, ticks: int) -> None:
    _, top, _, low = field.box_xyxy
    right = field.hw[1] - round(4 * field.unit)
    for i in range(5 * ticks + 1):
        y = round(top + (low - 1 - top) * i / (5 * ticks))
        length = round((3 if i % 5 == 0 else 1) * field.unit)
        cv2.line(ink, (right - length, y), (right, y), 170, 1)


def _calipers(ink: Ink, field: Field, points: Sequence[float]) -> None:
    x1, y1, x2, y2 = field.box_xyxy
    ends = [(round(x1 + (x2 - x1) * points[i]), round(y1 + (y2 - y1) * points[i + 1])) for i in (0, 2)]
    size = round(6 * field.unit)
    for end in ends:
        cv2.drawMarker(ink, end, 220, cv2.MARKER_CROSS, size, 1)
    for share in np.linspace(0, 1, 24):
        x, y = (round(a + (b - a) * float(share)) for a, b in zip(*ends, strict=True))
        ink[y, x] = 150


def with_colour_box(shown: Pixels, field: Field, random: Random) -> Pixels:
    """In colour: a box at a random place in which some specks flow towards the probe (red) or away (blue)."""
    x1, y1, x2, y2 = field.box_xyxy
    wide, tall = (x2 - x1) * random.uniform(0.3, 0.5), (y2 - y1) * random.uniform(0.3, 0.45)
    left, top = x1 + (x2 - x1 - wide) * random.random(), y1 + (y2 - y1 - tall) * random.random()
    box = (round(left), round(top), round(left + wide), round(top + tall))
    flow = blobs(random, (box[3] - box[1], box[2] - box[0]), 7 * field.unit)
    inside = field.inside[box[1] : box[3], box[0] : box[2]]
    weight = np.clip((np.abs(flow) - 2.1) * 3, 0, 0.9) * inside
    colours = np.where((flow > 0)[:, :, None], RED, BLUE)
    picture = np.repeat(shown[:, :, None], 3, axis=2)
    part = picture[box[1] : box[3], box[0] : box[2]]
    picture[box[1] : box[3], box[0] : box[2]] = part + (colours - part) * weight[:, :, None]
    width = max(1, round(0.5 * field.unit))
    cv2.rectangle(picture, (box[0], box[1]), (box[2] - 1, box[3] - 1), (0.85, 0.85, 0.3), width)
    return np.asarray(_with_bar(picture, field), np.float32)


def _with_bar(picture: Pixels, field: Field) -> Pixels:
    """The scale of the colours, red above blue."""
    half, wide = round(20 * field.unit), max(2, round(4 * field.unit))
    top = round(0.3 * field.hw[0])
    ramp = np.linspace(1, 0, half, dtype=np.float32)[:, None]
    picture[top : top + half, 2 : 2 + wide] = (ramp * RED)[:, None, :]
    picture[top + half : top + 2 * half, 2 : 2 + wide] = (ramp[::-1] * BLUE)[:, None, :]
    return picture
