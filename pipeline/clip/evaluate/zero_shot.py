"""Zero-shot AUC of categories, within one modality and body part, over pictures whose state is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from annotators.captioners.templates import phrases
from pipeline.bootstrap import (
    LEAST_GROUPS,
    Bools,
    Figure,
    Floats,
    Rows,
    Statistic,
    auc,
    figure,
    figure_of_draws,
    too_few,
)
from pipeline.clip.evaluate.embedding import Known, Vectors, embed_texts
from pipeline.clip.model import RegionClip
from pipeline.clip.tokenizer import Tokenizer
from schemas.taxonomy.csv_table import read_rows

# Present against absent, in words apart from the writer's; the name of the category alone; the writer's own sentences.
PAIR, LABEL, WRITER = "pair", "label", "writer's"
Prompts = tuple[list[str], list[str]]  # toward a category, and away from it
Scored = dict[str, Floats]  # (n,) of each category


PROMPT_KINDS = ("present", "absent", "label")


@dataclass(frozen=True)
class Cell:
    """Rows of one modality, body part and category whose state is present or absent."""

    modality: str
    body_part: str
    category: str
    rows: tuple[int, ...]
    positive: tuple[bool, ...]

    def enough(self, groups: Sequence[str]) -> bool:
        sides = [
            {groups[row] for row, p in zip(self.rows, self.positive, strict=True) if p is side}
            for side in (True, False)
        ]
        return min(map(len, sides)) >= LEAST_GROUPS

    @property
    def name(self) -> str:
        return f"{self.modality}, {self.body_part}: {self.category}"


def cells(pictures: Sequence[Known]) -> list[Cell]:
    """All, in a fixed order, too small ones too."""
    members: dict[tuple[str, str, str], list[tuple[int, bool]]] = defaultdict(list)
    for row, known in enumerate(pictures):
        for category, state in known.sample.states.items():
            if state in ("present", "absent"):
                key = (known.sample.modality or "unknown", known.sample.body_part or "unknown", category)
                members[key].append((row, state == "present"))
    return [
        Cell(*key, tuple(row for row, _ in pairs), tuple(positive for _, positive in pairs))
        for key, pairs in sorted(members.items())
    ]


def prompts(category: str, by: str, bases: Sequence[str]) -> Iterator[Prompts]:
    """Sets of sentences whose scores are averaged: paraphrases, or what the writer says of labels on each basis."""
    thing = phrases("labels", "categories")[category]
    if by == WRITER:
        for basis in bases:
            said = (phrases("labels", state, basis) for state in ("present", "absent"))
            toward, away = ([_sentence(each.format(list=thing)) for each in templates] for templates in said)
            yield toward, away
        return
    table = read_rows("pipeline.clip.evaluate", "prompts")
    for number in sorted({int(row["paraphrase"]) for row in table}):
        rows = [row for row in table if int(row["paraphrase"]) == number]
        texts = {kind: [_sentence(row[kind].format(thing=thing)) for row in rows] for kind in PROMPT_KINDS}
        yield (texts["label"], []) if by == LABEL else (texts["present"], texts["absent"])


def scores(model: RegionClip, tokenizer: Tokenizer, z: Vectors, sets: Iterable[Prompts]) -> Floats:
    """(n,): the mean over sets of how much nearer pictures lie to the one side than to the other."""

    def near(texts: Sequence[str]) -> Floats:
        return np.asarray((z @ embed_texts(model, tokenizer, texts).T).mean(axis=1), np.float64)

    found = [near(toward) - near(away) if away else near(toward) for toward, away in sets]
    return np.asarray(np.mean(found, axis=0), np.float64) if found else np.zeros(len(z))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _auc_of(values: Floats, positive: Bools, rows: Rows) -> float:
    return auc(values[rows], positive[rows])


class ZeroShot:
    """AUCs of vectors against the cells of a split."""

    def __init__(self, pictures: Sequence[Known], resamples: int) -> None:
        self.groups = [known.sample.group_id for known in pictures]
        self.cells = cells(pictures)
        self.counted = [cell for cell in self.cells if cell.enough(self.groups)]
        self._arrays = [(np.array(cell.rows, np.int64), np.array(cell.positive, np.bool_)) for cell in self.counted]
        self.resamples = resamples
        self._bases = sorted({basis for known in pictures for basis in known.sample.bases})

    def scored(self, model: RegionClip, tokenizer: Tokenizer, z: Vectors, by: str) -> Scored:
        """Of each category that any cell asks for, (n,)."""
        asked = sorted({cell.category for cell in self.counted})
        return {category: scores(model, tokenizer, z, prompts(category, by, self._bases)) for category in asked}

    def each(self, scored: Scored) -> Iterator[tuple[Cell, Figure]]:
        """A figure a cell; too few groups where it has fewer than LEAST_GROUPS a side."""
        counted = {id(cell): arrays for cell, arrays in zip(self.counted, self._arrays, strict=True)}
        for cell in self.cells:
            groups = [self.groups[row] for row in cell.rows]
            if id(cell) not in counted:
                yield cell, too_few(len(cell.rows), len(set(groups)))
                continue
            rows, positive = counted[id(cell)]
            yield cell, figure(partial(_auc_of, scored[cell.category][rows], positive), groups, self.resamples)

    def macro(self, *draws: Scored) -> Figure:
        """The mean of AUCs over cells with enough groups; of several draws of weights, their mean.

        Groups are resampled over all cells at once.
        """
        return self._figure([partial(self._macro, scored) for scored in draws])

    def lead(self, ours: Scored, *draws: Scored) -> Figure:
        """How far our macro lies above that of the others, paired."""

        def above(scored: Scored, rows: Rows) -> float:
            return self._macro(ours, rows) - self._macro(scored, rows)

        return self._figure([partial(above, scored) for scored in draws])

    def _figure(self, draws: Sequence[Statistic]) -> Figure:
        return figure_of_draws(draws, self.groups, self.resamples) if self.counted else too_few(0, 0)

    def _macro(self, scored: Scored, rows: Rows) -> float:
        times = np.bincount(rows, minlength=len(self.groups))
        found = []
        for cell, (members, positive) in zip(self.counted, self._arrays, strict=True):
            repeated = np.repeat(np.arange(len(members)), times[members])
            value = auc(scored[cell.category][members][repeated], positive[repeated])
            if not np.isnan(value):
                found.append(value)
        return float(np.mean(found)) if found else float("nan")
