"""Classifiers that read two texts, see no picture, and say which is true.

One family for all: what they look at differs (`looks`), how they learn does not (`preferences`). Filtering negatives
and judging them want different classifiers: other kinds, another seed, and always other patients.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from pipeline.describe.audit import looks
from pipeline.describe.audit.looks import Look
from pipeline.describe.audit.pairs import Pair, halves
from pipeline.describe.audit.preferences import (
    Floats,
    Rows,
    known_rows,
    learnt_rows,
    preferences,
)  # fmt: skip

PENALTY = 100.0  # ten times less or more moved no kind's accuracy on phantoms by more than .03
PAIRS_AT_LEAST = 2  # that differ in what gets a weight
TIE = 1e-9  # margins that rounding alone makes

Scale = Callable[[Rows], Floats]


def alike(rows: Rows) -> Floats:
    return np.ones(rows.width)


def by_spread(rows: Rows) -> Floats:
    """Root mean square 1, as for measures of unlike units."""
    squares = np.bincount(rows.columns, rows.values**2, rows.width)
    return np.sqrt(rows.count / np.maximum(squares, 1e-12))


def by_rarity(rows: Rows) -> Floats:
    """Inverse document frequency, smooth as scikit-learn has it; a pair counts as a document of what it differs in."""
    return np.log((1 + rows.count) / (1 + rows.pairs_each())) + 1


@dataclass(frozen=True)
class Kind:
    """`look` is made from the pairs that are fitted on; most kinds learn nothing there."""

    look: Callable[[Sequence[Pair]], Look]
    scale: Scale
    about: str


KINDS: Mapping[str, Kind] = {
    "length": Kind(lambda _: looks.lengths, by_spread, "length and punctuation"),
    "ngrams": Kind(lambda _: looks.ngrams, by_rarity, "runs of one to three words, weighted by TF-IDF"),
    "companions": Kind(lambda _: looks.companions, by_rarity, "changed words with those that stay, however far apart"),
    "value": Kind(lambda _: looks.values, alike, "the edited value without its text"),
    "likelihood": Kind(looks.taught, by_spread, "a trigram model of other patients' true texts"),
}


@dataclass(frozen=True)
class Scorer:
    """`columns` numbers what has a weight; `weights` are per unit of what a pair holds."""

    look: Look
    columns: Mapping[Hashable, int]
    weights: Floats

    def margins(self, pairs: Sequence[Pair]) -> Floats:
        """(pairs,): above 0 where the true text scores higher, 0 for a tie."""
        found = self.rows(pairs).dot(self.weights)
        return np.where(np.abs(found) < TIE, 0.0, found)

    def rows(self, pairs: Sequence[Pair]) -> Rows:
        return known_rows(map(self.look, pairs), self.columns)


def fit_blind(pairs: Sequence[Pair], kind: str, seed: int) -> Scorer:
    """`kind` of KINDS. A look that is taught is taught by other patients than it is fitted on; the seed parts them."""
    chosen = KINDS[kind]
    first, second = halves(pairs, f"within {seed}")
    told = chain(map(chosen.look(second), first), map(chosen.look(first), second))
    rows, columns = learnt_rows(told, PAIRS_AT_LEAST)
    scale = chosen.scale(rows)
    return Scorer(chosen.look(pairs), columns, preferences(rows.scaled(scale), PENALTY) * scale)


def right(margins: Floats) -> Floats:
    """1 where the true text scores higher, 1/2 for a tie, else 0."""
    return np.asarray((np.sign(margins) + 1) / 2, np.float64)
