"""Which words give a slot away, for curators to read."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.describe.audit.blind import Scorer
from pipeline.describe.audit.pairs import Pair
from pipeline.describe.audit.preferences import Rows


@dataclass(frozen=True)
class Telling:
    """Words that stand oftener in the true text of `true` pairs and in the false text of `false` pairs.

    `margin`: log-odds for the truth that are owed to them, in the mean over all pairs of the slot.
    """

    words: str
    true: int
    false: int
    margin: float


@dataclass(frozen=True)
class Named:
    """What a column is shown as; `counted`: its pairs are those of the words, and not of a context of theirs."""

    words: str
    counted: bool = True


def ngram(name: Any) -> Named:
    """Of a column of the kind `ngrams`; `(end)` stands for either end of a text."""
    told, context = name
    return Named(" ".join(word or "(end)" for word in told), counted=not context)


def companion(name: Any) -> Named:
    """Of a column of the kind `companions`: the word that changes, and what stands elsewhere in the text."""
    _, word, other = name
    return Named(f"{word} … {other}")


Naming = Callable[[Hashable], Named]
TOLD: Mapping[str, Naming] = {"ngrams": ngram, "companions": companion}  # kinds whose columns are words


def most_telling(scorer: Scorer, named: Naming, pairs: Sequence[Pair], most: int) -> dict[str, list[Telling]]:
    """Of each place. Of words that overlap, or stand in as many pairs, those that tell most."""
    places: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        places[pair.place].append(pair)
    names = [named(name) for name in scorer.columns]  # in the order of their columns
    return {place: list(_of_place(scorer, names, members, most)) for place, members in sorted(places.items())}


def _of_place(scorer: Scorer, names: Sequence[Named], pairs: Sequence[Pair], most: int) -> Iterator[Telling]:
    rows = scorer.rows(pairs)
    owed = _by_words(names, np.bincount(rows.columns, rows.values * scorer.weights[rows.columns], rows.width))
    once = np.array([name.counted for name in names], np.int64)
    true, false = (_by_words(names, once * _pairs_each(rows, sign)) for sign in (1, -1))
    told: dict[tuple[int, int], str] = {}
    for words in sorted(owed, key=lambda words: (-owed[words], words)):
        if len(told) == most or owed[words] <= 0:
            return
        counts = int(true[words]), int(false[words])
        if counts not in told and not any(_overlap(words, other) for other in told.values()):
            told[counts] = words
            yield Telling(words, *counts, owed[words] / len(pairs))


def _overlap(one: str, other: str) -> bool:
    """Either within the other."""
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "


def _pairs_each(rows: Rows, sign: int) -> npt.NDArray[np.int64]:
    return np.bincount(rows.columns[rows.values * sign > 0], minlength=rows.width).astype(np.int64)


def _by_words(names: Sequence[Named], amounts: npt.NDArray[Any]) -> Mapping[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for name, amount in zip(names, amounts.tolist(), strict=True):
        found[name.words] += amount
    return found
