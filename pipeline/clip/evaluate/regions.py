"""Whether a region is told from the others of its picture, and a true caption from its own false versions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.clip.evaluate.embedding import Embeddings, Vectors
from pipeline.clip.samples import Region
from pipeline.clip.statements import targets


@dataclass(frozen=True)
class Choices:
    """`right` (n,) from 0 to 1; `chance` (n,) of a blind guess; `sizes` and `groups` of the regions."""

    right: npt.NDArray[np.float64]
    chance: npt.NDArray[np.float64]
    sizes: tuple[str | None, ...]
    groups: tuple[str, ...]

    def of_sizes(self, sizes: Sequence[str]) -> "Choices":
        """All, where no size is named."""
        chosen = [i for i, size in enumerate(self.sizes) if not sizes or size in sizes]
        return Choices(
            self.right[chosen],
            self.chance[chosen],
            tuple(self.sizes[i] for i in chosen),
            tuple(self.groups[i] for i in chosen),
        )


def region_choice(found: Embeddings, z: Vectors, texts: Vectors) -> Choices:
    """Each region chooses among its caption and those of its picture's other regions that are certainly false of it.

    `z` and `texts` (regions, e). Regions without such a rival are left out.
    """
    rows = []
    regions = found.regions
    for row in range(len(found.known)):
        members = np.flatnonzero(found.owner == row)
        here = [regions[i] for i in members]
        if len(here) < 2:
            continue
        false = targets([region.subject for region in here], [region.texts[0].claims for region in here]).numpy() == -1
        for at, i in enumerate(members):
            rivals = members[false[at]]
            if len(rivals):
                rows.append((int(i), float(z[i] @ texts[i]), np.asarray(z[i] @ texts[rivals].T)))
    return _choices(found, rows)


def own_negatives(found: Embeddings, z: Vectors, texts: Vectors, negatives: Sequence[Vectors]) -> Choices:
    """How often a region's caption lies nearer than one of its own false versions, `negatives` (k, e) of each.

    Version by version: a caption lies amid its versions, each of which changes another word, so that a model that
    knows nothing would seldom find it nearest of all.
    """
    rows = [(i, float(z[i] @ texts[i]), np.asarray(z[i] @ false.T)) for i, false in enumerate(negatives) if len(false)]
    won = [float(np.mean((own > rivals) + 0.5 * (own == rivals))) for _, own, rivals in rows]
    return _of_regions(found, [i for i, _, _ in rows], won, [0.5] * len(rows))


def _choices(found: Embeddings, rows: Sequence[tuple[int, float, Vectors]]) -> Choices:
    right = [_right(own, rivals) for _, own, rivals in rows]
    return _of_regions(found, [i for i, _, _ in rows], right, [1 / (1 + len(rivals)) for _, _, rivals in rows])


def _of_regions(found: Embeddings, rows: Sequence[int], right: Sequence[float], chance: Sequence[float]) -> Choices:
    regions: list[Region] = found.regions
    return Choices(
        np.array(right, np.float64),
        np.array(chance, np.float64),
        tuple(regions[i].size for i in rows),
        tuple(found.known[found.owner[i]].sample.group_id for i in rows),
    )


def _right(own: float, rivals: Vectors) -> float:
    if (rivals > own).any():
        return 0.0
    return 1.0 / (1 + int((rivals == own).sum()))
