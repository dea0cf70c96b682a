"""Pictures find their reports, reports their pictures, regions their captions; within one modality and over all.

A gallery holds each text once, and whatever is true of the query counts as found: two pictures may fit one report.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.clip.evaluate.embedding import Embeddings, Vectors
from pipeline.clip.samples import Text
from pipeline.clip.statements import Subject, targets

RANKS = (1, 5, 10)
Truth = npt.NDArray[np.bool_]  # (queries, gallery)


@dataclass(frozen=True)
class Ranked:
    """Of each query, whether something true of it is among the first k; `groups` of the queries."""

    hits: dict[int, npt.NDArray[np.float64]]
    groups: tuple[str, ...]
    gallery: float  # mean size
    chance: dict[int, float]  # the mean over queries of a random ranking's recall


@dataclass(frozen=True)
class Pairs:
    """Subjects with their own texts: `modalities` and `groups` go with them."""

    subjects: tuple[Subject, ...]
    texts: tuple[Text, ...]
    modalities: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return [text.words for text in self.texts]


def report_pairs(found: Embeddings) -> tuple[Pairs, npt.NDArray[np.int64]]:
    """Of pictures that have a report, and their rows."""
    chosen = [(i, known.sample) for i, known in enumerate(found.known)]
    kept = [(i, sample, sample.report) for i, sample in chosen if sample.report is not None]
    pairs = Pairs(
        tuple(sample.subject for _, sample, _ in kept),
        tuple(report for _, _, report in kept),
        tuple(sample.modality or "unknown" for _, sample, _ in kept),
        tuple(sample.group_id for _, sample, _ in kept),
    )
    return pairs, np.array([i for i, _, _ in kept], np.int64)


def region_pairs(found: Embeddings) -> Pairs:
    """Of regions with their captions, in the order of z_region."""
    owners = [found.known[row].sample for row in found.owner]
    return Pairs(
        tuple(region.subject for region in found.regions),
        tuple(region.texts[0] for region in found.regions),
        tuple(sample.modality or "unknown" for sample in owners),
        tuple(sample.group_id for sample in owners),
    )


def retrieve(z: Vectors, texts: Vectors, pairs: Pairs, within: bool = True, backwards: bool = False) -> Ranked:
    """Subjects find texts, or, `backwards`, texts find subjects. `z` and `texts` (n, e) go with `pairs`."""
    hits: dict[int, list[float]] = {k: [] for k in RANKS}
    chance: dict[int, list[float]] = {k: [] for k in RANKS}
    groups: list[str] = []
    sizes: list[int] = []
    for rows in _galleries(pairs.modalities if within else ["all"] * len(pairs.texts)):
        columns = _first_of_each([pairs.texts[row].words for row in rows])
        truth = _truth(pairs, rows, [rows[column] for column in columns])
        similar = z[rows] @ texts[[rows[column] for column in columns]].T
        if backwards:
            truth, similar = truth.T, similar.T
        queries = [rows[column] for column in columns] if backwards else rows
        best = np.where(truth, similar, -np.inf).max(axis=1)
        rank = (similar > best[:, None]).sum(axis=1) + ((similar == best[:, None]) & ~truth).sum(axis=1) / 2
        for k in RANKS:
            hits[k] += (rank < k).astype(float).tolist()
            chance[k] += [_by_chance(int(true.sum()), truth.shape[1], k) for true in truth]
        groups += [pairs.groups[query] for query in queries]
        sizes += [truth.shape[1]] * len(queries)
    return Ranked(
        {k: np.array(found) for k, found in hits.items()},
        tuple(groups),
        float(np.mean(sizes)) if sizes else 0.0,
        {k: float(np.mean(found)) if found else 0.0 for k, found in chance.items()},
    )


def _galleries(keys: Sequence[str]) -> list[list[int]]:
    members: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        members[key].append(i)
    return [members[key] for key in sorted(members)]


def _first_of_each(words: Sequence[str]) -> list[int]:
    return list({text: i for i, text in reversed(list(enumerate(words)))}.values())[::-1]


def _truth(pairs: Pairs, rows: Sequence[int], columns: Sequence[int]) -> Truth:
    known = targets([pairs.subjects[row] for row in rows], [pairs.texts[column].claims for column in columns]).numpy()
    place = {pairs.texts[column].words: j for j, column in enumerate(columns)}
    truth = known == 1
    for i, row in enumerate(rows):
        truth[i, place[pairs.texts[row].words]] = True  # its own, whatever of it is compared
    return np.asarray(truth, np.bool_)


def _by_chance(true: int, size: int, k: int) -> float:
    """That one of `true` is among k drawn of `size`."""
    if k >= size or true == 0:
        return float(true > 0)
    missed = 1.0
    for i in range(min(k, size)):
        missed *= max(0.0, (size - true - i) / (size - i))
    return 1.0 - missed
