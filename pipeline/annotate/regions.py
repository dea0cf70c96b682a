"""Regions before they have an id, and how the proposals of several detectors become one list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from annotators.proposal import Proposal
from schemas.boxes import iou_matrix


@dataclass(frozen=True)
class Found:
    """What was proposed, by whom, and what is known of it."""

    proposal: Proposal
    detector: str
    name: str | None = None  # the word that captions use; None: nobody said what it is
    category: str | None = None
    exhaustive: bool = False
    label_source: str = "model"
    licence: str | None = None
    agreement: float | None = None  # largest IoU with a later detector's box of the same name
    segmenter: str | None = None
    stability: float | None = None
    attributes: tuple[tuple[str, str], ...] = ()  # what a source says of its side, place and look


def merge(earlier: Sequence[Found], later: Sequence[Found], overlap: float) -> list[Found]:
    """Adds to `earlier` what is new; a later box over an earlier one only raises that one's agreement.

    `overlap` is the least intersection over union, in (0, 1], at which two boxes are one region.
    """
    if not earlier or not later:
        return [*earlier, *later]
    ious = iou_matrix(boxes_of(earlier), boxes_of(later))
    kept = [_agreed(found, later, ious[i]) for i, found in enumerate(earlier)]
    new = [found for j, found in enumerate(later) if ious[:, j].max() < overlap]
    return [*kept, *new]


def _agreed(found: Found, later: Sequence[Found], ious: npt.NDArray[np.float64]) -> Found:
    same = [float(iou) for other, iou in zip(later, ious, strict=True) if iou > 0 and other.name == found.name]
    return replace(found, agreement=max([*same, found.agreement or 0.0])) if same else found


def boxes_of(found: Sequence[Found]) -> npt.NDArray[np.int64]:
    """(n, 4) int64, half-open pixels of the stored picture."""
    return np.array([region.proposal.box_xyxy for region in found], dtype=np.int64).reshape(-1, 4)
