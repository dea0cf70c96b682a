"""Pictures find their reports, reports their pictures, regions their captions; within one modality and over all.

A gallery holds each text once, and whatever is true of the query counts as found: two pictures may fit one report.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.clip.evaluate.embedding import Embeddings, Vectors
from pipeline.clip.samples import Text, distinct
from pipeline.clip.targets import targets
from pipeline.describe.claims import Subject

RANKS = (1, 5, 10)
QUERIES = 256  # at a time
Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]  # (queries, gallery)
Method = tuple[str, str]  # its name and its regime
Searched = tuple[Vectors, Vectors]  # of subjects and of texts, (n, e) each


@dataclass(frozen=True)
class Ranked:
    """Of each query, whether something true of it is among the first k, in part where it ties; `groups` of queries."""

    hits: dict[int, Floats]
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


def retrieve(methods: Mapping[Method, Searched], pairs: Pairs, within: bool, backwards: bool) -> dict[Method, Ranked]:
    """Subjects find texts, or, `backwards`, texts find subjects; within one modality, or over all.

    What is true of a query is found out once for all methods, and for QUERIES queries at a time.
    """
    tally: dict[Method, list[Floats]] = {method: [] for method in methods}  # (queries, ranks)
    chance: list[Floats] = []
    queries: list[int] = []
    sizes: list[int] = []
    for members in _members(pairs.modalities if within else ["all"] * len(pairs.texts)):
        gallery = distinct(pairs.texts[row] for row in members)
        first = {pairs.texts[row].words: row for row in reversed(members.tolist())}
        columns = np.array([first[words] for words in gallery], np.int64)
        asking, searched = (columns, members) if backwards else (members, columns)
        for start in range(0, len(asking), QUERIES):
            part = asking[start : start + QUERIES]
            truth = _truth(pairs, members, part, gallery).T if backwards else _truth(pairs, part, columns, gallery)
            chance.append(_drawn(truth.sum(axis=1), np.full(len(part), truth.shape[1]), np.zeros(len(part), np.int64)))
            for method, (z, texts) in methods.items():
                similar = texts[part] @ z[searched].T if backwards else z[part] @ texts[searched].T
                tally[method].append(_hits(similar, truth))
        queries += asking.tolist()
        sizes += [len(searched)] * len(asking)
    groups = tuple(pairs.groups[query] for query in queries)
    size = float(np.mean(sizes)) if sizes else 0.0
    blind = _by_rank(chance)
    means = {k: float(found.mean()) if len(found) else 0.0 for k, found in blind.items()}
    return {method: Ranked(_by_rank(found), groups, size, means) for method, found in tally.items()}


def _by_rank(parts: Sequence[Floats]) -> dict[int, Floats]:
    whole = np.concatenate(parts) if parts else np.zeros((0, len(RANKS)))
    return {k: whole[:, i] for i, k in enumerate(RANKS)}


def _members(keys: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    found: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        found[key].append(i)
    return [np.array(found[key], np.int64) for key in sorted(found)]


def _truth(
    pairs: Pairs, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], gallery: Mapping[str, Text]
) -> Truth:
    """(rows, columns): whether a text of the gallery is true of a subject; its own is, whatever of it is compared."""
    words = [pairs.texts[column].words for column in columns]
    known = targets([pairs.subjects[row] for row in rows], [gallery[text].claims for text in words])
    truth = (known == 1).numpy()
    place = {text: j for j, text in enumerate(words)}
    for i, row in enumerate(rows):
        own = place.get(pairs.texts[row].words)
        if own is not None:
            truth[i, own] = True
    return np.asarray(truth, np.bool_)


def _hits(similar: Vectors, truth: Truth) -> Floats:
    """(queries, ranks): the chance that something true is among the first k, where what ties is in a random order."""
    best = np.where(truth, similar, -np.inf).max(axis=1, keepdims=True)
    above = (similar > best).sum(axis=1)
    tied = similar == best
    return _drawn((tied & truth).sum(axis=1), tied.sum(axis=1), above)


def _drawn(true: npt.NDArray[np.int64], size: npt.NDArray[np.int64], above: npt.NDArray[np.int64]) -> Floats:
    """(queries, ranks): that one of `true` is among the k - `above` that are drawn of `size`."""
    found = np.zeros((len(true), len(RANKS)))
    for column, k in enumerate(RANKS):
        missed = np.ones(len(true))
        for i in range(k):
            left = np.maximum(size - i, 1)
            share = np.where(i < size, np.maximum(size - true - i, 0) / left, 0.0)
            missed *= np.where(i < k - above, share, 1.0)
        found[:, column] = np.where(true > 0, 1 - missed, 0.0)
    return found
