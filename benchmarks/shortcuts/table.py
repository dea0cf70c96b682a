"""The figures of one modality, and the rows of the benchmark."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt

from benchmarks.rows import Row
from benchmarks.shortcuts.classifiers import Auc, cross_fitted, interval, is_test, network_scores
from benchmarks.shortcuts.features import Crop, Picture, pictures
from pipeline.phantoms.settings import PhantomSettings

LEAST = 30  # samples a side, of the judged


@dataclass(frozen=True)
class Figure:
    """One AUC against its bound."""

    what: str
    auc: Auc
    bound: float
    at_least: bool

    @property
    def met(self) -> bool:
        return self.auc.value >= self.bound if self.at_least else self.auc.value <= self.bound


def figures_of(modality: str, count: int, size_px: int, seed: int = 1) -> list[Figure]:
    """All tests of a modality on `count` pictures; disease is told within one kind of picture (variant) alone."""
    found = list(pictures(PhantomSettings(count, seed, size_px, modalities=(modality,))))
    fine = [picture for picture in found if picture.fine]
    sited = [picture for picture in found if picture.by_site]
    return [
        *_blind("thumbnail, tiny and small", fine, [each.thumbnail for each in fine], 0.60),
        *_blind("histogram, tiny and small", fine, [each.histogram for each in fine], 0.60),
        *_blind("geometry of boxes", sited, [each.geometry for each in sited], 0.55),
        *_blanked(sited),
        *_crops([crop for picture in found for crop in picture.crops]),
    ]


def _blind(
    what: str, chosen: Sequence[Picture], features: Sequence[npt.NDArray[np.float32]], bound: float
) -> Iterator[Figure]:
    positive = np.array([picture.abnormal for picture in chosen], np.bool_)
    patients = [picture.patient for picture in chosen]
    if _enough(positive):
        scores = cross_fitted(np.stack(features), positive, patients)
        found = interval(scores, positive, patients, [picture.variant for picture in chosen])
        yield Figure(what, found, bound, at_least=False)


def _blanked(chosen: Sequence[Picture]) -> Iterator[Figure]:
    positive = np.array([picture.abnormal for picture in chosen], np.bool_)
    patients = [picture.patient for picture in chosen]
    test = is_test(patients)
    if _enough(positive[test]):
        pixels = np.stack([picture.blanked for picture in chosen])
        scores = network_scores(pixels, positive.astype(np.int64), test, epochs=8)
        margin = scores[:, 1] - scores[:, 0]
        variants = _only([picture.variant for picture in chosen], test)
        found = interval(margin, positive[test], _only(patients, test), variants)
        yield Figure("blanked picture", found, 0.55, at_least=False)


def _crops(crops: Sequence[Crop]) -> Iterator[Figure]:
    """One network over all kinds; then, within each group, findings against mimics and each finding against each."""
    labels = sorted({crop.label for crop in crops})
    index = {label: i for i, label in enumerate(labels)}
    patients = [crop.patient for crop in crops]
    test = is_test(patients)
    scores = network_scores(
        np.stack([crop.pixels for crop in crops]), np.array([index[crop.label] for crop in crops], np.int64), test
    )
    judged = [crop for crop, chosen in zip(crops, test, strict=True) if chosen]
    for group in sorted({crop.group for crop in judged}):
        yield from _group(group, judged, scores, index)


def _group(
    group: str, judged: Sequence[Crop], scores: npt.NDArray[np.floating], index: dict[str, int]
) -> Iterator[Figure]:
    members = np.array([crop.group == group for crop in judged])
    findings = sorted({crop.label for crop in judged if crop.group == group and crop.finding})
    mimics = sorted({crop.label for crop in judged if crop.group == group and not crop.finding})
    if findings and mimics:
        margin = _joint(scores, index, findings) - _joint(scores, index, mimics)
        yield from _figure(f"crop, {group}: findings and mimics", margin, judged, members, findings)
    for i, one in enumerate(findings):
        for other in findings[i + 1 :]:
            pair = members & np.array([crop.label in (one, other) for crop in judged])
            margin = scores[:, index[one]] - scores[:, index[other]]
            yield from _figure(f"crop, {one} and {other}", margin, judged, pair, [one])


def _figure(
    what: str,
    margin: npt.NDArray[np.floating],
    judged: Sequence[Crop],
    chosen: npt.NDArray[np.floating],
    positive: Sequence[str],
) -> Iterator[Figure]:
    rows = np.flatnonzero(chosen).tolist()
    labels = np.array([judged[i].label in positive for i in rows], np.bool_)
    if _enough(labels):
        yield Figure(what, interval(margin[rows], labels, [judged[i].patient for i in rows]), 0.90, at_least=True)


def _joint(scores: npt.NDArray[np.floating], index: dict[str, int], labels: Sequence[str]) -> npt.NDArray[np.floating]:
    return np.asarray(np.logaddexp.reduce([scores[:, index[label]] for label in labels]))


def _enough(positive: npt.NDArray[np.bool_]) -> bool:
    return bool(positive.sum() >= LEAST and (~positive).sum() >= LEAST)


def _only(values: Sequence[str], chosen: npt.NDArray[np.bool_]) -> list[str]:
    return [value for value, kept in zip(values, chosen, strict=True) if kept]


def rows_of(counts: Mapping[str, int], size_px: int) -> list[Row]:
    """Of so many pictures of each modality; a process a core, each with a modality of its own."""
    with ProcessPoolExecutor(min(len(counts), os.cpu_count() or 1)) as pool:
        tables = pool.map(figures_of, counts, counts.values(), repeat(size_px))
        return [
            _row(modality, figure, size_px) for modality, found in zip(counts, tables, strict=True) for figure in found
        ]


def _row(modality: str, figure: Figure, size_px: int) -> Row:
    """The samples are the figure and the ends of its interval, so that their median is the figure."""
    return Row(
        f"{modality}: {figure.what} (n {figure.auc.n}, {size_px} px)",
        "AUC",
        [figure.auc.value, figure.auc.low, figure.auc.high],
        "higher" if figure.at_least else "lower",
        figure.bound,
    )
