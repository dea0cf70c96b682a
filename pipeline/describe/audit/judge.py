"""How often each blind classifier finds the true text, on patients that none of them was fitted on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipeline.bootstrap import Figure, mean
from pipeline.describe.audit.balance import Balance, balance
from pipeline.describe.audit.blind import KINDS, fit_blind, right
from pipeline.describe.audit.pairs import Pair, ReleasedPairs, fold_of
from pipeline.describe.audit.preferences import Floats
from pipeline.describe.audit.telling import TOLD, Telling, most_telling

BOUND = 0.55  # of the upper end of an interval
HELD_FROM = 500  # judged groups of a slot; all slots together are always held to the bound
CLAIMED_FROM = 2000  # judged groups; with fewer, texts within the bound are not called indistinguishable
RESAMPLES = 1000
ALL = "all"
TELLING = 8  # of a slot


@dataclass(frozen=True)
class Judged:
    """`figure`: the share of pairs whose true text scores higher, ties by half, so that 0.5 is chance."""

    place: str
    kind: str
    figure: Figure

    @property
    def held(self) -> bool:
        """Whether the bound must be met here; too few groups bound nothing."""
        return self.figure.value is not None and (self.place == ALL or self.figure.groups >= HELD_FROM)

    @property
    def exceeded(self) -> bool:
        return self.held and self.figure.high is not None and self.figure.high > BOUND


@dataclass(frozen=True)
class Audit:
    """`rows`: place by place, all first; `telling` of some kinds, by place."""

    about: dict[str, Any]
    rows: Sequence[Judged]
    telling: dict[str, dict[str, list[Telling]]]
    balance: Balance

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(row.place for row in self.rows))

    def of(self, place: str) -> list[Judged]:
        """In the order of KINDS."""
        return [row for row in self.rows if row.place == place]

    @property
    def exceeded(self) -> list[Judged]:
        return [row for row in self.rows if row.exceeded]


def audit(found: ReleasedPairs, seed: int, say: Callable[[str], None], resamples: int = RESAMPLES) -> Audit:
    """Fits on each half of the patients and judges on the other; a function of pairs and seed."""
    folds = [[pair for pair in found.pairs if fold_of(pair.group_id) == fold] for fold in (0, 1)]
    judged = [*folds[1], *folds[0]]
    scores: dict[str, Floats] = {}
    telling: dict[str, dict[str, list[Telling]]] = {}
    for kind, looked in KINDS.items():
        say(f"fitting {kind}: {looked.about}")
        first, second = (fit_blind(fold, kind, seed) for fold in folds)
        scores[kind] = np.concatenate([right(first.margins(folds[1])), right(second.margins(folds[0]))])
        if kind in TOLD:
            telling[kind] = most_telling(first, TOLD[kind], folds[1], TELLING)
    numbers = {
        "seed": seed,
        "patients": found.patients,
        "patients of the release": found.all_patients,
        "pairs": len(found.pairs),
        "patients judged": len({pair.group_id for pair in judged}),
    }
    return Audit(numbers, _rows(judged, scores, resamples), telling, balance(found))


def _rows(judged: Sequence[Pair], scores: dict[str, Floats], resamples: int) -> list[Judged]:
    members: dict[str, list[int]] = {ALL: list(range(len(judged)))}
    for names in ([pair.place for pair in judged], [f"kind {pair.kind}" for pair in judged]):
        for i, name in sorted(enumerate(names), key=lambda numbered: numbered[1]):
            members.setdefault(name, []).append(i)
    rows = []
    for place, chosen in members.items():
        groups = [judged[i].group_id for i in chosen]
        rows += [Judged(place, kind, mean(score[chosen], groups, resamples)) for kind, score in scores.items()]
    return rows


def as_json(found: Audit) -> dict[str, Any]:
    return {
        "about": found.about,
        "bound": BOUND,
        "held from judged groups of a slot": HELD_FROM,
        "classifiers": {name: kind.about for name, kind in KINDS.items()},
        "rows": [
            {
                "place": row.place,
                "classifier": row.kind,
                **asdict(row.figure),
                "held": row.held,
                "exceeded": row.exceeded,
            }
            for row in found.rows
        ],
        "telling": {
            kind: {place: [asdict(each) for each in told] for place, told in places.items()}
            for kind, places in found.telling.items()
        },
        "balance": asdict(found.balance),
    }
