"""From what a network finds, floats and class numbers, to proposals."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from annotators.proposal import Proposal, ranked
from schemas.errors import ConfigError

Floats = npt.NDArray[np.float32]
Labels = Mapping[str, tuple[str, str | None]]  # a class of a model -> (label, kind)


def as_proposals(rows: Floats, names: Sequence[str], labels: Labels) -> list[Proposal]:
    """Best first, from (n, 6): x1, y1, x2, y2 in pixels within the picture, score, index into `names`.

    A class that `labels` leaves out keeps its name and has no kind; a box without a pixel goes.
    """
    boxes = rounded_outward(rows[:, :4])
    classes = [names[int(index)] for index in rows[:, 5]]
    said = [labels.get(name, (name, None)) for name in classes]
    return ranked(
        Proposal((x1, y1, x2, y2), label, kind, score)
        for (x1, y1, x2, y2), (label, kind), score in zip(boxes.tolist(), said, rows[:, 4].tolist(), strict=True)
        if x1 < x2 and y1 < y2
    )


def rounded_outward(boxes: Floats) -> npt.NDArray[np.int64]:
    """(n, 4) int64: the smallest half-open pixel boxes around float ones."""
    return np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1).astype(np.int64)


def check_labels(labels: Labels, names: Sequence[str]) -> None:
    """Raises ConfigError for a class that the model does not know."""
    if unknown := sorted(set(labels) - set(names)):
        raise ConfigError(f"labels.{unknown[0]}", f"the model knows no such class; it knows {', '.join(names)}")


def check_side(side_px: int, stride: int) -> None:
    """Raises ConfigError unless the side of a model's square is a positive multiple of its largest stride."""
    if side_px % stride or side_px < stride:
        nearest = max(1, round(side_px / stride)) * stride
        raise ConfigError("image_side_px", f"must be a multiple of {stride}; the nearest is {nearest}")
