"""Whether a region is told from the others of its picture, and a true caption from its own false versions."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotators.captioners.nouns import noun
from annotators.captioners.region_text import capital
from pipeline.clip.evaluate.embedding import Embeddings, Vectors
from pipeline.clip.samples import Region, Text
from pipeline.clip.targets import targets

NAME = "name="  # begins the claim of a region's name

Versions = tuple[Vectors, Vectors]  # of true texts, and of the false version of each


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


Rivals = dict[int, npt.NDArray[np.int64]]  # of a region: others of its picture whose texts are certainly false of it


def rivals(found: Embeddings, texts: Sequence[Text]) -> Rivals:
    """`texts` go with the regions; each text counts once in a picture. Regions without a rival are left out."""
    regions = found.regions
    ends = np.searchsorted(found.owner, np.arange(len(found.known) + 1))
    chosen: Rivals = {}
    for start, end in itertools.pairwise(ends.tolist()):
        here = range(start, end)
        if len(here) < 2:
            continue
        false = targets([regions[i].subject for i in here], [texts[i].claims for i in here]).numpy() == -1
        first = [start + texts[start:end].index(texts[i]) == i for i in here]
        for at, i in enumerate(here):
            others = start + np.flatnonzero(false[at] & np.array(first))
            if len(others) and texts[i].words:
                chosen[i] = others
    return chosen


def names(found: Embeddings) -> list[Text]:
    """Of each region its name alone: `A pulmonary nodule.`; no words where it has none."""
    return [_name(region) for region in found.regions]


def _name(region: Region) -> Text:
    told = sorted(claim for claim in region.subject.true if claim.startswith(NAME))
    if not told:
        return Text("")
    return Text(f"{capital(noun(told[0].removeprefix(NAME)).indefinite)}.", frozenset(told[:1]))


def region_choice(found: Embeddings, z: Vectors, texts: Vectors, among: Rivals) -> Choices:
    """Each region chooses among its own text and its rivals'. `z` and `texts` (regions, e)."""
    rows = [(i, float(z[i] @ texts[i]), np.asarray(z[i] @ texts[others].T)) for i, others in among.items()]
    return _choices(found, rows)


def own_negatives(found: Embeddings, z: Vectors, versions: Sequence[Versions]) -> Choices:
    """How often a region's true text lies nearer than its own false version: (k, e) true and (k, e) false of each.

    Version by version: a caption lies amid its versions, each of which changes another word, so that a model that
    knows nothing would seldom find it nearest of all.
    """
    rows = [(i, true @ z[i], false @ z[i]) for i, (true, false) in enumerate(versions) if len(true)]
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
