"""The judges: logistic regression on a vector, a small convolutional network on a picture; AUC with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from pipeline.bootstrap import auc

Vector = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

RESAMPLES = 400
TEST_SHARE = 0.4
FOLDS = 5


@dataclass(frozen=True)
class Auc:
    """Area under the ROC curve with its percentile bootstrap interval over patients; `n` the judged samples."""

    value: float
    low: float
    high: float
    n: int


def auc_within(scores: npt.NDArray[np.floating], positive: Bools, strata: npt.NDArray[np.int64]) -> float:
    """Mean of the AUCs within strata, weighted by their pairs: what tells the stratum tells nothing here."""
    total = weight = 0.0
    for stratum in np.unique(strata):
        chosen = strata == stratum
        pairs = float(positive[chosen].sum()) * float((~positive[chosen]).sum())
        if pairs:
            total += pairs * auc(scores[chosen], positive[chosen])
            weight += pairs
    return total / weight if weight else float("nan")


def interval(
    scores: npt.NDArray[np.floating], positive: Bools, patients: Sequence[str], strata: Sequence[str] | None = None
) -> Auc:
    """Resamples patients, not pictures; within `strata` where they are given."""
    names, member = np.unique(np.asarray(patients), return_inverse=True)
    within = np.unique(np.asarray(strata or [""] * len(scores)), return_inverse=True)[1].astype(np.int64)
    rows = [np.flatnonzero(member == i) for i in range(len(names))]
    random = np.random.default_rng(0)
    found = []
    for _ in range(RESAMPLES):
        chosen = np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])
        value = auc_within(scores[chosen], positive[chosen], within[chosen])
        if not np.isnan(value):
            found.append(value)
    low, high = np.percentile(found, [2.5, 97.5]) if found else (float("nan"), float("nan"))
    return Auc(auc_within(scores, positive, within), float(low), float(high), len(scores))


def is_test(patients: Sequence[str]) -> Bools:
    """A fixed share of the patients, the last ones of the list of their names."""
    names = np.unique(np.asarray(patients))
    chosen = np.random.default_rng(1).permutation(names)[: round(TEST_SHARE * len(names))]
    return np.isin(np.asarray(patients), chosen)


def cross_fitted(features: Vector, positive: Bools, patients: Sequence[str]) -> npt.NDArray[np.float32]:
    """Logits of every row by a logistic regression that saw no picture of its patient, in FOLDS folds."""
    names, member = np.unique(np.asarray(patients), return_inverse=True)
    fold = (np.random.default_rng(2).permutation(len(names)) % FOLDS)[member]
    scores = np.zeros(len(features), np.float32)
    for i in range(FOLDS):
        scores[fold == i] = logistic_scores(features, positive, fold == i)
    return scores


def logistic_scores(features: Vector, positive: Bools, test: Bools, decay: float = 1e-2) -> npt.NDArray[np.float32]:
    """Logits of the test rows; standardised features, ridge penalty, fitted by L-BFGS in double precision."""
    train = ~test
    one_thread()
    mean, std = features[train].mean(axis=0), features[train].std(axis=0) + 1e-6
    x = torch.from_numpy(((features - mean) / std).astype(np.float64))
    y = torch.from_numpy(positive[train].astype(np.float64))
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        logits = x[torch.from_numpy(train)] @ weights + bias
        loss = functional.binary_cross_entropy_with_logits(logits, y) + decay * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return np.asarray((x[torch.from_numpy(test)] @ weights + bias).detach().numpy(), np.float32)


def one_thread() -> None:
    """Modalities are judged side by side, in processes; threads of each would fight over the cores."""
    torch.set_num_threads(1)


class SmallNet(nn.Module):
    """Four strided convolutions, mean and maximum over the picture, one linear layer."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        widths = (3, 24, 48, 64, 64)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 3, stride=2 if i else 1, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for i, (a, b) in enumerate(pairwise(widths))
        )
        self.head = nn.Linear(2 * widths[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        found: torch.Tensor = self.head(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))
        return found


def network_scores(
    pixels: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], test: Bools, epochs: int = 14
) -> npt.NDArray[np.float32]:
    """Log-probabilities (test rows, classes) of a SmallNet; pictures (n, h, w, 3), each to zero mean, unit variance."""
    one_thread()
    torch.manual_seed(0)
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    x = (x - x.mean(dim=(1, 2, 3), keepdim=True)) / (x.std(dim=(1, 2, 3), keepdim=True) + 4)
    y, train = torch.from_numpy(labels), torch.from_numpy(np.flatnonzero(~test))
    net = SmallNet(int(labels.max()) + 1)
    batch = 64
    steps = epochs * (1 + (len(train) - 1) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    net.train()
    for _ in range(epochs):
        for chosen in torch.split(train[torch.randperm(len(train))], batch):
            if len(chosen) > 1 or steps == 1:
                flipped = x[chosen].flip(3) if torch.rand(1) < 0.5 else x[chosen]
                loss = functional.cross_entropy(net(flipped), y[chosen])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        parts = [net(part).log_softmax(dim=1) for part in torch.split(x[torch.from_numpy(test)], 256)]
    return np.asarray(torch.cat(parts).numpy(), np.float32)
