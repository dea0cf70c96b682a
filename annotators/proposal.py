"""What a detector and a segmenter are given and what they say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from schemas.masks import Rle

Picture = npt.NDArray[np.uint8]  # RGB (h, w, 3) or grey (h, w), at least one pixel


@dataclass(frozen=True)
class Proposal:
    """One region of a picture, in its pixels: integers, half-open, within the picture, at least one pixel.

    `kind` is finding, anatomy, cell, device, artefact or marker; None asserts nothing about what lies there.
    `score` is in [0, 1] where there is one; `mask` lies within the box and came with the annotation.
    """

    box_xyxy: tuple[int, int, int, int]
    label: str
    kind: str | None
    score: float | None
    mask: Rle | None = None


@dataclass(frozen=True)
class SegmentedMask:
    """A mask in the frame of its box, bool (h, w), never empty.

    `stability` is in [0, 1], None where the segmenter has no such measure. `fallback` says that the segmenter
    found nothing within the box and the inscribed ellipse stands in.
    """

    mask_hw: npt.NDArray[np.bool_]
    stability: float | None
    fallback: bool


class Detector(Protocol):
    """What it says of a picture does not depend on the pictures beside it."""

    @property
    def name(self) -> str: ...

    def detect(self, pictures: Sequence[Picture]) -> list[list[Proposal]]:
        """The proposals of each picture, best first."""
        ...


class Segmenter(Protocol):
    """What it draws in a box does not depend on the pictures and boxes beside it."""

    @property
    def name(self) -> str: ...

    def segment(
        self, pictures: Sequence[Picture], boxes_xyxy: Sequence[npt.NDArray[np.int64]]
    ) -> list[list[SegmentedMask]]:
        """The mask of each box of each picture; boxes are (n, 4), within their picture, and n may be 0."""
        ...


def as_rgb(picture: Picture) -> Picture:
    """(h, w, 3), grey repeated. Raises ValueError for any other shape."""
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, axis=2)
    if picture.ndim == 3 and picture.shape[2] == 3:
        return picture
    raise ValueError(f"a picture is (h, w) or (h, w, 3), not {picture.shape}")


def ranked(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Best first, ties by box and label; without a score last.

    Of the same box and label only the best remains, since these make a region's id.
    """
    order = sorted(proposals, key=lambda p: (p.score is None, -(p.score or 0.0), p.box_xyxy, p.label))
    first = {(proposal.box_xyxy, proposal.label): proposal for proposal in reversed(order)}
    return [proposal for proposal in order if first[proposal.box_xyxy, proposal.label] is proposal]
