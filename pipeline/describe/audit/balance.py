"""Whether what is edited goes both ways: as often from A to B as from B to A."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.describe.audit.pairs import Pair, ReleasedPairs

LOPSIDED = 0.05  # more than this share of the edits between two values goes one way
WORST, VALUES = 10, 40  # told of each place
ENOUGH = 10  # negatives of a text that is meant to have them
_NEGATION = re.compile(
    r"\b(?:no|not|none|nor|neither|never|without|absent|absence|exclude[sd]?|cannot|\w+n't|free of|negative for)\b"
)


@dataclass(frozen=True)
class Edit:
    """`there` edits make `original` to `replaced`, `back` edits the reverse."""

    original: str
    replaced: str
    there: int
    back: int

    @property
    def lopsided(self) -> float:
        """0: as often one way as the other; 1: one way alone."""
        return abs(self.there - self.back) / (self.there + self.back)

    @property
    def surprise(self) -> float:
        """In standard deviations of fair coins, so that one edit is not the worst offender."""
        return abs(self.there - self.back) / math.sqrt(self.there + self.back)


@dataclass(frozen=True)
class SlotBalance:
    """`values`: the commonest, each as original and as replaced; `one_way`: share of edits that no edit goes back."""

    pairs: int
    one_way: float
    distinct_values: int
    values: Mapping[str, tuple[int, int]]
    worst: Sequence[Edit]


@dataclass(frozen=True)
class Balance:
    """`negation`: share of pairs whose true text, and whose false text, holds one; by place."""

    slots: Mapping[str, SlotBalance]
    negation: Mapping[str, tuple[float, float]]
    certainty: Mapping[str, int]
    negatives: Mapping[str, Mapping[int, int]]

    def enough(self, of: str) -> tuple[int, int]:
        """How many texts have ENOUGH negatives, of how many."""
        counts = self.negatives[of]
        return sum(texts for n, texts in counts.items() if n >= ENOUGH), sum(counts.values())


def balance(found: ReleasedPairs) -> Balance:
    places: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in found.pairs:
        places[pair.place].append(pair)
    return Balance(
        {place: _slot(pairs) for place, pairs in sorted(places.items())},
        {place: _negations(pairs) for place, pairs in sorted(places.items())},
        dict(sorted(Counter(pair.certainty for pair in found.pairs).items())),
        {of: dict(sorted(counts.items())) for of, counts in found.negatives.items()},
    )


def has_negation(text: str) -> bool:
    return _NEGATION.search(text.lower().replace("’", "'")) is not None


def _negations(pairs: Sequence[Pair]) -> tuple[float, float]:
    """A true text counts once for each of its negatives, so that both shares are of the same number."""
    true, false = (sum(map(has_negation, texts)) for texts in zip(*((p.true, p.false) for p in pairs), strict=True))
    return true / len(pairs), false / len(pairs)


def _slot(pairs: Sequence[Pair]) -> SlotBalance:
    edits = Counter((pair.original, pair.replaced) for pair in pairs)
    both = [_edit(edits, *sorted(values)) for values in dict.fromkeys(map(frozenset, edits)) if len(values) == 2]
    originals, replaced = (Counter(values) for values in zip(*edits.elements(), strict=True))
    commonest = sorted(originals + replaced, key=lambda value: (-(originals[value] + replaced[value]), value))
    return SlotBalance(
        len(pairs),
        sum(abs(edit.there - edit.back) for edit in both) / len(pairs),
        len(commonest),
        {value: (originals[value], replaced[value]) for value in commonest[:VALUES]},
        sorted(
            (edit for edit in both if edit.lopsided > LOPSIDED),
            key=lambda edit: (-edit.surprise, edit.original, edit.replaced),
        )[:WORST],
    )


def _edit(edits: Counter[tuple[str, str]], one: str, other: str) -> Edit:
    """From the side that is left oftener."""
    there, back = edits[one, other], edits[other, one]
    return Edit(one, other, there, back) if there >= back else Edit(other, one, back, there)
