"""Means and AUCs with percentile intervals over groups, since pictures of one patient are no independent samples."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
LEAST_GROUPS = 20  # a side; below, no figure is told
Rows = npt.NDArray[np.int64]
Statistic = Callable[[Rows], float]  # of rows, which may repeat; NaN where it has no value


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval; `n` items in `groups` groups. `value` None: too few groups."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    groups: int

    def shifted(self, by: float) -> "Figure":
        """Against a fixed number, as a chance level."""
        if self.value is None or self.low is None or self.high is None:
            return self
        return Figure(self.value - by, self.low - by, self.high - by, self.n, self.groups)


def too_few(n: int, groups: int) -> Figure:
    return Figure(None, None, None, n, groups)


def figure(statistic: Statistic, groups: Sequence[str], resamples: int, seed: int = 0) -> Figure:
    """Of a statistic of rows: resamples whole groups; 2.5 and 97.5 percentiles."""
    return figure_of_draws([statistic], groups, resamples, seed)


def figure_of_draws(statistics: Sequence[Statistic], groups: Sequence[str], resamples: int, seed: int = 0) -> Figure:
    """The mean of statistics of which each is a draw of something random, as of weights.

    Groups and draws are resampled, apart from each other (crossed), so that the interval holds what either adds.
    """
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if len(names) < LEAST_GROUPS:
        return too_few(len(groups), len(names))
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(len(names) + 1))
    members = [order[starts[i] : starts[i + 1]] for i in range(len(names))]
    found = []
    chosen = _draws(len(statistics), resamples, seed + 1)
    for drawn, which in zip(_draws(len(names), resamples, seed), chosen, strict=True):
        rows = np.concatenate([members[i] for i in drawn])
        found.append(_mean_of(statistics, rows, np.bincount(which, minlength=len(statistics))))
    every = np.ones(len(statistics), np.int64)
    return _between(_mean_of(statistics, np.arange(len(groups)), every), found, len(groups), len(names))


def _mean_of(statistics: Sequence[Statistic], rows: Rows, times: Rows) -> float:
    values = [count * statistic(rows) for statistic, count in zip(statistics, times, strict=True) if count]
    return float(sum(values) / times.sum())


def mean(values: Sequence[float] | Floats, groups: Sequence[str], resamples: int, seed: int = 0) -> Figure:
    """Of items; of differences of two methods on the same items it is the paired comparison.

    As `figure` of a mean, from the sums of the groups, so that a resample costs as much as there are groups.
    """
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if len(names) < LEAST_GROUPS:
        return too_few(len(groups), len(names))
    sums, counts = np.bincount(member, np.asarray(values, np.float64)), np.bincount(member)
    found = [float(sums[drawn].sum() / counts[drawn].sum()) for drawn in _draws(len(names), resamples, seed)]
    return _between(float(sums.sum() / len(groups)), found, len(groups), len(names))


def _draws(count: int, resamples: int, seed: int) -> Iterator[Rows]:
    random = np.random.default_rng(seed)
    return (random.integers(0, count, count) for _ in range(resamples))


def _between(value: float, resampled: Sequence[float], n: int, groups: int) -> Figure:
    found = [other for other in resampled if not np.isnan(other)]
    if np.isnan(value) or not found:
        return too_few(n, groups)
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(float(value), float(low), float(high), n, groups)


def auc(scores: Floats, positive: Bools) -> float:
    """Mann-Whitney, ties count half; NaN where one side is empty."""
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, first, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[first]
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))
