"""What labels themselves teach the picture tower of a training config: the ceiling of zero-shot AUC on its pictures.

No text takes part: the tower and a linear output for each modality, body part and category learn which states the
sources gave. Judged as zero-shot is judged, over the same cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from benchmarks.rows import Row
from flows.config.training import read_training
from pipeline.clip.evaluate.embedding import Known, without_pixels
from pipeline.clip.evaluate.zero_shot import Scored, ZeroShot
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import Sample, framed, sample_of
from pipeline.clip.settings import ImageTowerSettings
from pipeline.clip.towers import ImageTower

LEARNING_RATE, WARMUP, RESAMPLES, BATCH = 1e-3, 50, 1000, 64
STATES = {"present": 1.0, "absent": 0.0}
CellKey = tuple[str | None, str | None, str]


@dataclass(frozen=True)
class Split:
    """`pixels` (n, side, side, 3) uint8 and what is known of each picture."""

    pixels: npt.NDArray[np.uint8]
    known: tuple[Known, ...]

    @classmethod
    def read(cls, release: Path, split: str, side_px: int) -> "Split":
        rows = ReleaseRows(str(release), split)
        pixels = np.empty((len(rows), side_px, side_px, 3), np.uint8)
        known = []
        for i in range(len(rows)):
            sample = sample_of(rows[i])
            pixels[i] = framed(sample.picture, side_px)[0]
            known.append(Known(without_pixels(sample), ()))
        return cls(pixels, tuple(known))

    def batch(self, rows: npt.NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(self.pixels[rows]).permute(0, 3, 1, 2)

    def states(self, cells: Sequence[CellKey]) -> torch.Tensor:
        """(n, cells) float32, NaN where a state is not known."""
        place = {cell: i for i, cell in enumerate(cells)}
        found = np.full((len(self.known), len(cells)), np.nan, np.float32)
        for row, each in enumerate(self.known):
            for cell, state in _states(each.sample):
                if cell in place:
                    found[row, place[cell]] = state
        return torch.from_numpy(found)


class Labeller(nn.Module):
    """Pictures to a logit for each cell."""

    def __init__(self, settings: ImageTowerSettings, cells: int) -> None:
        super().__init__()
        self.tower = ImageTower(settings)
        self.head = nn.Linear(self.tower.width, cells)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.head(self.tower(pixels)[:, 0])
        return found


def measure(config: Path, releases: tuple[Path, Path], steps: int | None = None) -> Iterator[Row]:
    """Of releases with the splits train and test; as many steps as the config has, where none are said."""
    settings = read_training(config, (f"release={releases[0]}",))
    side, steps = settings.model.image.side_px, steps or settings.train.steps
    train, test = Split.read(releases[0], "train", side), Split.read(releases[1], "test", side)
    cells = sorted({cell for each in train.known for cell, _ in _states(each.sample)}, key=str)
    torch.manual_seed(0)
    model = Labeller(settings.model.image, len(cells))
    learn(model, train, train.states(cells), steps, settings.train.batch)
    for name, split in (("pictures of training", train), ("test", test)):
        judge = ZeroShot(split.known, RESAMPLES)
        found = judge.macro(scored(model, split, cells))
        if found.value is not None and found.low is not None and found.high is not None:
            what = f"labels as targets: macro AUC over {len(judge.counted)} cells, {name} (n {found.n}, {steps} steps)"
            yield Row(what, "AUC", [found.value, found.low, found.high], "higher", None, 0.5, "chance")


def learn(model: Labeller, split: Split, states: torch.Tensor, steps: int, batch: int) -> None:
    """AdamW, a short warm-up, then a cosine down to nothing; each picture once before any twice."""
    optimiser = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.05)
    random, order = np.random.default_rng(0), np.zeros(0, np.int64)
    for step in range(steps):
        if len(order) < batch:
            order = np.concatenate([order, random.permutation(len(split.known))])
        rows, order = order[:batch], order[batch:]
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / WARMUP) * (1 + np.cos(np.pi * step / steps)) / 2
        known = ~states[rows].isnan()
        loss = functional.binary_cross_entropy_with_logits(model(split.batch(rows))[known], states[rows][known])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def scored(model: Labeller, split: Split, cells: Sequence[CellKey]) -> Scored:
    """Of each category the logit of a picture's own modality and body part."""
    place = {cell: i for i, cell in enumerate(cells)}
    with torch.no_grad():
        starts = range(0, len(split.known), BATCH)
        parts = [model(split.batch(np.arange(s, min(s + BATCH, len(split.known))))).numpy() for s in starts]
    logits = np.concatenate(parts).astype(np.float64)
    found = {category: np.zeros(len(logits)) for _, _, category in cells}
    for row, each in enumerate(split.known):
        for cell, _ in _states(each.sample):
            if cell in place:
                found[cell[2]][row] = logits[row, place[cell]]
    return found


def _states(sample: Sample) -> Iterator[tuple[CellKey, float]]:
    for category, state in sample.states.items():
        if state in STATES:
            yield (sample.modality, sample.body_part, category), STATES[state]
