"""A sparse linear score of which of two texts is true, learnt from pairs.

The Bradley-Terry model (1952) with a ridge penalty: logistic regression, without intercept, on the difference of what
the two texts hold. It is convex, so its weights are a function of the pairs alone.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Told = Mapping[Hashable, float]  # of a pair, by name: what the true text holds, less what the false one holds
NEWTON_STEPS, INNER_STEPS = 30, 100
CLOSE, CLOSE_WITHIN = 1e-2, 0.1  # of the gradient's length: at the start, and at a step's
SMALLEST = 1e-12  # of a step


@dataclass(frozen=True)
class Rows:
    """A sparse matrix (`count`, `width`): `values[i]` stands in row `at[i]`, column `columns[i]`."""

    count: int
    width: int
    at: Integers
    columns: Integers
    values: Floats

    def dot(self, weights: Floats) -> Floats:
        """(count,) from (width,)."""
        return np.bincount(self.at, self.values * weights[self.columns], self.count).astype(np.float64)

    def gathered(self, amounts: Floats) -> Floats:
        """(width,) from (count,)."""
        return np.bincount(self.columns, self.values * amounts[self.at], self.width).astype(np.float64)

    def scaled(self, scale: Floats) -> "Rows":
        """By a factor a column."""
        return Rows(self.count, self.width, self.at, self.columns, self.values * scale[self.columns])

    def pairs_each(self) -> Integers:
        """(width,): in how many rows a column stands."""
        return np.bincount(self.columns, minlength=self.width)


def learnt_rows(told: Iterable[Told], at_least: int) -> tuple[Rows, dict[Hashable, int]]:
    """Columns are what at least so many pairs differ in."""
    names: defaultdict[Hashable, int] = defaultdict()
    names.default_factory = names.__len__
    rows = _rows(told, names.__getitem__, lambda: len(names))
    kept = rows.pairs_each() >= at_least
    new = np.where(kept, np.cumsum(kept) - 1, -1)
    here = kept[rows.columns]
    columns = {name: int(new[old]) for name, old in names.items() if kept[old]}
    return Rows(rows.count, len(columns), rows.at[here], new[rows.columns[here]], rows.values[here]), columns


def known_rows(told: Iterable[Told], columns: Mapping[Hashable, int]) -> Rows:
    """What has no column is passed over."""
    return _rows(told, columns.get, lambda: len(columns))


def _rows(told: Iterable[Told], column: Callable[[Hashable], int | None], width: Callable[[], int]) -> Rows:
    at, columns, values = array("q"), array("q"), array("d")
    count = 0
    for count, pair in enumerate(told, 1):
        for name, value in pair.items():
            place = column(name)
            if place is not None:
                at.append(count - 1)
                columns.append(place)
                values.append(value)
    return Rows(count, width(), np.array(at, np.int64), np.array(columns, np.int64), np.array(values, np.float64))


def preferences(rows: Rows, penalty: float) -> Floats:
    """(width,) weights under which true texts score higher: the least of log loss plus penalty / 2 * weights squared.

    Newton steps by conjugate gradients, halved until the loss falls (Lin, Weng and Keerthi 2008).
    """
    weights = np.zeros(rows.width)
    if not rows.width:
        return weights
    loss, enough = _loss(rows, weights, penalty), 0.0
    for _ in range(NEWTON_STEPS):
        wrong = 1 / (1 + np.exp(np.clip(rows.dot(weights), -500, 500)))
        downhill = rows.gathered(wrong) - penalty * weights
        enough = enough or CLOSE * float(np.linalg.norm(downhill))
        if np.linalg.norm(downhill) <= enough:
            break
        step = _solved(rows, wrong * (1 - wrong), penalty, downhill)
        while (lower := _loss(rows, weights + step, penalty)) > loss and np.abs(step).max() > SMALLEST:
            step = step / 2
        weights, loss = weights + step, lower
    return weights


def _loss(rows: Rows, weights: Floats, penalty: float) -> float:
    return float(np.logaddexp(0, -rows.dot(weights)).sum() + penalty / 2 * (weights @ weights))


def _solved(rows: Rows, curvature: Floats, penalty: float, wanted: Floats) -> Floats:
    """The step whose product with the Hessian is about `wanted`; preconditioned by its diagonal."""
    diagonal = penalty + np.bincount(rows.columns, rows.values**2 * curvature[rows.at], rows.width)
    step, left = np.zeros(rows.width), wanted
    eased = left / diagonal
    direction, slope = eased, float(left @ eased)
    for _ in range(INNER_STEPS):
        bent = penalty * direction + rows.gathered(curvature * rows.dot(direction))
        length = slope / float(direction @ bent)
        step, left = step + length * direction, left - length * bent
        if np.linalg.norm(left) <= CLOSE_WITHIN * np.linalg.norm(wanted):
            break
        eased = left / diagonal
        before, slope = slope, float(left @ eased)
        direction = eased + slope / before * direction
    return step
