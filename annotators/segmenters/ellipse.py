"""The ellipse inscribed in the box: no weights, and hard to beat where lesions are round."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from annotators.proposal import Picture, SegmentedMask
from schemas.masks import ellipse_in


class EllipseSegmenter:
    """Looks at boxes alone; the pictures are not read."""

    name = "ellipse"

    def segment(
        self, pictures: Sequence[Picture], boxes_xyxy: Sequence[npt.NDArray[np.int64]]
    ) -> list[list[SegmentedMask]]:
        return [
            [SegmentedMask(ellipse_in((x2 - x1, y2 - y1)), None, False) for x1, y1, x2, y2 in boxes.tolist()]
            for boxes in boxes_xyxy
        ]
