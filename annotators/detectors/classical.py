"""Areas that stand out from what surrounds them, found without weights.

A proposal of this detector claims no finding, no organ, no artefact: its kind is None and its label says only that
something there differs. Sources of the method: centre-surround differences at several scales (Itti, Koch and Niebur
1998) and Otsu's threshold (1979), each followed by connected components.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotators.proposal import Picture, Proposal, as_rgb, ranked
from schemas.boxes import area_px, iou_matrix, scale_boxes

LABEL = "unlabelled area"
LEVELS = 4  # each half the size of the one before
LEAST_SIDE_PX = 8  # of a level
LEAST_AREA_PX = 9  # of an area, in its level
MOST_SHARE = 0.5  # of the picture; what is larger is rather its background
MOST_EDGES = 1  # of the picture that an area reaches; beyond, it is a corner or a rim around what was pictured
MOST_CANDIDATES = 200  # compared with each other

Plane = npt.NDArray[np.float32]  # (h, w), grey levels
Boxes = npt.NDArray[np.int64]  # (n, 4), half-open pixels
Scores = npt.NDArray[np.float64]  # (n,)


@dataclass(frozen=True, kw_only=True)
class ClassicalSettings:
    """At most `most` areas a picture, none of which overlaps a better one by an IoU of `overlap` or more.

    Looks at the picture shrunk to `side_px`, for differences of at least `least_contrast` grey levels.
    """

    most: int = 10
    overlap: float = 0.4
    side_px: int = 256
    least_contrast: float = 4.0


class ClassicalDetector:
    """Scores are in [0, 1] and only rank the areas of a picture: contrast, times how full the box is, and large.

    Colour counts as well as brightness, dark areas as well as bright ones.
    """

    name = "classical"

    def __init__(self, settings: ClassicalSettings | None = None) -> None:
        self.settings = settings or ClassicalSettings()

    def detect(self, pictures: Sequence[Picture]) -> list[list[Proposal]]:
        return [self._areas(as_rgb(picture)) for picture in pictures]

    def _areas(self, rgb: Picture) -> list[Proposal]:
        wh = (rgb.shape[1], rgb.shape[0])
        boxes, scores = _joined(
            (scale_boxes(found, level_wh, wh), scores)
            for level_wh, found, scores in _candidates(_lab(rgb, self.settings.side_px), self.settings.least_contrast)
        )
        kept = suppressed(boxes, scores, self.settings.overlap)[: self.settings.most]
        return ranked(
            Proposal((x1, y1, x2, y2), LABEL, None, score)
            for (x1, y1, x2, y2), score in zip(boxes[kept].tolist(), scores[kept].tolist(), strict=True)
        )


def suppressed(boxes: Boxes, scores: Scores, overlap: float) -> npt.NDArray[np.int64]:
    """Indices of the boxes that overlap no better one by an IoU of `overlap` or more, best first, ties by box."""
    order = np.lexsort((*boxes.T[::-1], -scores))[:MOST_CANDIDATES]
    apart = iou_matrix(boxes[order], boxes[order]) < overlap
    kept: list[int] = []
    for candidate in range(len(order)):
        if apart[candidate, kept].all():
            kept.append(candidate)
    return order[kept]


def _lab(rgb: Picture, side_px: int) -> npt.NDArray[np.float32]:
    """(h, w, 3), longest side at most `side_px`, never enlarged."""
    gain = min(1.0, side_px / max(rgb.shape[:2]))
    wh = max(1, round(rgb.shape[1] * gain)), max(1, round(rgb.shape[0] * gain))
    small = rgb if gain == 1.0 else cv2.resize(rgb, wh, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _candidates(lab: npt.NDArray[np.float32], contrast: float) -> Iterator[tuple[tuple[int, int], Boxes, Scores]]:
    """(width, height) of a level, boxes in its pixels, and their scores."""
    level = lab
    for _ in range(LEVELS):
        if min(level.shape[:2]) < LEAST_SIDE_PX:
            return
        wh = (level.shape[1], level.shape[0])
        smooth = cv2.GaussianBlur(level, (0, 0), 1.0)
        for plane in _planes(smooth - cv2.GaussianBlur(level, (0, 0), 3.0)):
            threshold = max(contrast, _spread(plane))
            for response in (plane, -plane):
                yield wh, *_components(response > threshold, response)
        if level is lab:  # large even areas, which a surround of a few pixels only outlines
            for plane in _planes(smooth):
                yield from ((wh, *found) for found in _split(plane, contrast))
        level = cv2.pyrDown(level)


def _spread(plane: Plane) -> float:
    """Standard deviation of what does not stand out, from the median: one stark area must not hide faint ones."""
    return 1.4826 * float(np.median(np.abs(plane)))


def _planes(lab: npt.NDArray[np.float32]) -> list[Plane]:
    """Those of the three planes that vary: grey pictures have one."""
    return [plane for plane in np.moveaxis(lab, 2, 0) if np.ptp(plane) >= 1.0]


def _split(plane: Plane, contrast: float) -> Iterator[tuple[Boxes, Scores]]:
    """The areas on both sides of Otsu's threshold; half of the means' difference is their contrast."""
    levels = plane.round().clip(0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    bright = levels > threshold
    half = float(levels[bright].mean() - levels[~bright].mean()) / 2 if 0 < bright.sum() < bright.size else 0.0
    if half >= contrast:
        for side in (bright, ~bright):
            yield _components(side, np.full(plane.shape, half, dtype=np.float32))


def _components(mask: npt.NDArray[np.bool_], response: Plane) -> tuple[Boxes, Scores]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    corners = stats[1:, :2].astype(np.int64)
    boxes = np.concatenate([corners, corners + stats[1:, 2:4]], axis=1)
    edges = (boxes[:, :2] == 0).sum(axis=1) + (boxes[:, 2:] == mask.shape[::-1]).sum(axis=1)
    kept = (areas >= LEAST_AREA_PX) & (areas <= MOST_SHARE * mask.size) & (edges <= MOST_EDGES)
    boxes = boxes[kept]
    sums = np.bincount(labels.ravel(), weights=response.ravel(), minlength=count)[1:][kept]
    framed = area_px(boxes)  # mean response times the share of the box that is filled: sum over the box's area
    return boxes, sums / np.maximum(framed, 1) * (framed / mask.size) ** 0.25 / 255


def _joined(found: Iterator[tuple[Boxes, Scores]]) -> tuple[Boxes, Scores]:
    boxes, scores = zip((np.empty((0, 4), dtype=np.int64), np.empty(0)), *found, strict=True)
    return np.concatenate(boxes), np.concatenate(scores)
