"""What boxes alone tell, by a regression that is fitted to tell it: a control without a pixel."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.clip.evaluate.embedding import Vectors
from pipeline.clip.model import FREQUENCIES

FOLDS = 5
RIDGE = 1.0

Floats = npt.NDArray[np.float64]


def fitted_geometry(boxes: Vectors, contexts: Sequence[str], vectors: Vectors, groups: Sequence[str]) -> Vectors:
    """Unit vectors (n, e): what each box's text should be, by ridge regression on the boxes of other groups.

    `boxes` (n, 4) in shares of the picture's square; `contexts` say modality and body part; `vectors` (n, e) are of
    the regions' texts. FOLDS folds over `groups`, so that no box is judged by its own picture or patient.
    """
    if not len(boxes):
        return vectors
    features = _features(boxes, contexts)
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    fold = (np.random.default_rng(0).permutation(len(names)) % FOLDS)[member] if len(names) else member
    found = np.zeros(vectors.shape, np.float64)
    for i in range(FOLDS):
        here = fold == i
        if here.any() and not here.all():
            found[here] = features[here] @ _ridge(features[~here], vectors[~here].astype(np.float64))
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def _features(boxes: Vectors, contexts: Sequence[str]) -> Floats:
    """Waves of the four edges and log sides; and, of each context its own, a constant, the middle, and log sides."""
    x1, y1, x2, y2 = boxes.astype(np.float64).T
    sides = np.log(np.maximum([x2 - x1, y2 - y1], 1e-3))
    waves = boxes.astype(np.float64)[:, :, None] * (np.pi * 2.0 ** np.arange(FREQUENCIES))
    shared = np.concatenate([np.sin(waves).reshape(len(boxes), -1), np.cos(waves).reshape(len(boxes), -1)], axis=1)
    known, of = np.unique(np.asarray(contexts, dtype=str), return_inverse=True)
    own = np.stack([np.ones(len(boxes)), (x1 + x2) / 2, (y1 + y2) / 2, *sides], axis=1)
    placed = np.zeros((len(boxes), len(known), own.shape[1]))
    placed[np.arange(len(boxes)), of] = own
    return np.concatenate([shared, sides.T, placed.reshape(len(boxes), -1)], axis=1)


def _ridge(features: Floats, vectors: Floats) -> Floats:
    squared = features.T @ features + RIDGE * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(squared, features.T @ vectors))
