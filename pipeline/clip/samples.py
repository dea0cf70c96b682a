"""A released row as the trainer and the tests see it: pixels, regions, texts, and what is true of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.describe.claims import NOTHING, Claims, Subject, image_subject, region_subject, told_claims
from schemas.crops import CROP_CONTEXT
from schemas.errors import BadData, WrongRun
from schemas.facts import SIZES

Rgb = npt.NDArray[np.uint8]  # (h, w, 3)
Tone = Callable[[Rgb], Rgb]  # of brightness and contrast
Box = tuple[float, float, float, float]
LEAST_PX = 4.0  # of the side of a crop's window, in pixels of the global view
FINER = 1.1  # times the global view's resolution that a stored crop must have to be worth decoding
CERTAINTIES = ("certified", "exclusive")  # of negatives that are trained with


@dataclass(frozen=True)
class Text:
    """A true text with what it tells."""

    words: str
    claims: Claims = NOTHING


@dataclass(frozen=True)
class Version:
    """A false version of a true text."""

    true: str
    false: str


def distinct(texts: Iterable[Text]) -> dict[str, Text]:
    """By their words, in order; of equal words that were written from other facts, what both tell."""
    found: dict[str, Text] = {}
    for text in texts:
        known = found.get(text.words)
        found[text.words] = Text(text.words, known.claims & text.claims) if known else text
    return found


@dataclass(frozen=True)
class Region:
    """`box_xyxy` and `crop_box_xyxy` in pixels of the picture; `crop` is cut at source resolution.

    `crop` is encoded, None where there is none of its own; `size` is one of SIZES, or None; `texts` are caption and
    paraphrase; `negatives` certainly false of it.
    """

    region_id: str
    kind: str | None
    box_xyxy: Box
    crop: bytes | None
    crop_box_xyxy: Box
    texts: tuple[Text, ...]
    negatives: tuple[Version, ...]
    subject: Subject
    size: str | None


@dataclass(frozen=True)
class Sample:
    """`states` of categories: present, absent, uncertain; those that are present and cannot be seen are left out.

    `bases` are who says so.
    """

    image_id: str
    group_id: str
    modality: str | None
    body_part: str | None
    picture: Rgb
    regions: tuple[Region, ...]
    report: Text | None
    summary: Text | None
    subject: Subject
    states: Mapping[str, str]
    bases: frozenset[str] = frozenset()


def sample_of(row: Mapping[str, Any]) -> Sample:
    """Of a row of RELEASE with the columns of `rows.COLUMNS`.

    Raises WrongRun, with the row's id, for pixels that do not decode.
    """
    wh = (row["width"], row["height"])
    facts = row["facts"] or ()
    with named(row["image_id"]):
        picture = decoded(row["image"]["bytes"])
    seen = [state for state in row["label_states"] or () if state["visible"] is not False]
    return Sample(
        image_id=row["image_id"],
        group_id=row["group_id"],
        modality=row["modality"],
        body_part=row["body_part"],
        picture=picture,
        regions=tuple(_region(each, row["modality"], wh) for each in row["regions"] or () if each["crop"]),
        report=_text(row["report"], facts),
        summary=_text(row["summary"], facts),
        subject=image_subject(row),
        states={state["category"]: state["state"] for state in seen},
        bases=frozenset(state["basis"] for state in seen),
    )


@contextmanager
def named(image_id: str) -> Iterator[None]:
    """Says of which row of a release the pixels do not decode."""
    try:
        yield
    except BadData as error:
        raise WrongRun(f"pixels of row {image_id} do not decode; run medregion verify on the release") from error


def decoded(data: bytes) -> Rgb:
    """RGB, whatever the encoding."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if found is None:
        raise BadData("undecodable", len(data))
    return np.asarray(found, np.uint8)


def _text(words: str | None, facts: Sequence[Mapping[str, Any]]) -> Text | None:
    return Text(words, told_claims(words, facts)) if words else None


def _region(row: Mapping[str, Any], modality: str | None, wh: tuple[int, int]) -> Region:
    texts = (_text(row[name], row["facts"] or ()) for name in ("caption", "paraphrase"))
    subject = region_subject(row, modality, wh)
    return Region(
        region_id=row["region_id"],
        kind=row["kind"],
        box_xyxy=_box(row["box_xyxy"]),
        crop=row["crop"]["bytes"],
        crop_box_xyxy=_box(row["crop_box_xyxy"]),
        texts=tuple(text for text in texts if text is not None),
        negatives=tuple(_versions(row["negatives"] or (), row["caption"])),
        subject=subject,
        size=next((size for size in SIZES if f"size={size}" in subject.true), None),
    )


def _versions(negatives: Iterable[Mapping[str, Any]], caption: str) -> Iterator[Version]:
    for each in negatives:
        if each["certainty"] in CERTAINTIES:
            yield Version(each["positive"] or caption, each["text"])


def _box(edges: Sequence[float]) -> Box:
    x1, y1, x2, y2 = edges
    return x1, y1, x2, y2


@dataclass(frozen=True)
class Frame:
    """How a picture lies in its square: scaled, then moved by `left` and `top`."""

    scale: float
    left: float
    top: float

    def box(self, box_xyxy: Box) -> npt.NDArray[np.float32]:
        moves = np.array([self.left, self.top, self.left, self.top])
        return np.asarray(np.array(box_xyxy) * self.scale + moves, np.float32)


def framed(picture: Rgb, side_px: int) -> tuple[Rgb, Frame]:
    """The whole picture in a square, its sides kept in proportion, black where nothing is."""
    height, width = picture.shape[:2]
    scale = side_px / max(height, width)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (side_px - wide) // 2, (side_px - high) // 2
    square = np.zeros((side_px, side_px, 3), np.uint8)
    square[top : top + high, left : left + wide] = small
    return square, Frame(scale, left, top)


def as_it_is(picture: Rgb) -> Rgb:
    return picture


def window_of(box_xyxy: Box) -> Box:
    """The square about a box with its context."""
    x1, y1, x2, y2 = box_xyxy
    half = max((0.5 + CROP_CONTEXT) * max(x2 - x1, y2 - y1), LEAST_PX / 2)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    return x - half, y - half, x + half, y + half


def cut(picture: Rgb, box_xyxy: Box, region: Region | None, side_px: int, tone: Tone = as_it_is) -> Rgb:
    """(side, side, 3): the window about a box, of the picture; what of it a finer stored crop covers is the crop's.

    `tone` is done to the crop as it was to the picture. Raises BadData for a crop that does not decode.
    """
    height, width = picture.shape[:2]
    window = window_of(box_xyxy)
    found = _warped(picture, (0.0, 0.0, width, height), window, side_px)
    if region is None or region.crop is None:
        return found
    crop = decoded(region.crop)
    x1, y1, x2, y2 = region.crop_box_xyxy
    if crop.shape[1] < FINER * (x2 - x1):
        return found
    scale = side_px / (window[2] - window[0])
    left, top = (max(0, ceil((low - start) * scale)) for low, start in ((x1, window[0]), (y1, window[1])))
    right, bottom = (max(0, floor((high - start) * scale)) for high, start in ((x2, window[0]), (y2, window[1])))
    finer = _warped(tone(crop), region.crop_box_xyxy, window, side_px)
    found[top:bottom, left:right] = finer[top:bottom, left:right]
    return found


def _warped(source: Rgb, source_box: Box, window: Box, side_px: int) -> Rgb:
    """The window of a picture that covers `source_box`; black beyond it."""
    height, width = source.shape[:2]
    to_source = width / (source_box[2] - source_box[0]), height / (source_box[3] - source_box[1])
    x1, y1 = (window[0] - source_box[0]) * to_source[0], (window[1] - source_box[1]) * to_source[1]
    wide, high = (window[2] - window[0]) * to_source[0], (window[3] - window[1]) * to_source[1]
    scale = side_px / wide, side_px / high
    if min(scale) < 0.6:  # averages what would fall between the samples
        source = cv2.GaussianBlur(source, (0, 0), 0.4 / scale[0], sigmaY=0.4 / scale[1])
    # Edges map to edges, so that the middle of pixel x, at x + 0.5, goes to the middle of another.
    move = (0.5 - x1) * scale[0] - 0.5, (0.5 - y1) * scale[1] - 0.5
    matrix = np.array([[scale[0], 0, move[0]], [0, scale[1], move[1]]])
    return np.asarray(cv2.warpAffine(source, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR), np.uint8)
