"""The training loop: stages, steps, logs, checkpoints. Everything of a step follows from the seed and its number."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch

from pipeline.clip import checkpoint
from pipeline.clip.batches import Batch, Sizes, batch_of
from pipeline.clip.checkpoint import Learner, State
from pipeline.clip.model import RegionClip
from pipeline.clip.objective import losses, total
from pipeline.clip.rows import Order, ReleaseRows
from pipeline.clip.samples import sample_of
from pipeline.clip.settings import Device, ModelSettings, RunSettings, StageSettings
from pipeline.clip.text_vectors import TextVectors
from pipeline.clip.tokenizer import Tokenizer, loaded_tokenizer, made_tokenizer
from schemas.errors import WrongRun

LEAST_RATE = 0.1  # of a stage's rate, at its end
TOWERS = ("image.", "text.")
BETAS = (0.9, 0.98)  # as CLIP
HOW = ("log_every", "checkpoint_every", "keep", "threads", "device")  # of a run, what its weights do not depend on


@dataclass(frozen=True)
class Step:
    """What a log line tells: `losses` are means since the last one, unweighted."""

    step: int
    stage: str
    losses: Mapping[str, float]
    learning_rate: float
    gradient_norm: float
    images_per_second: float
    gates: Mapping[str, float]


class Watch(Protocol):
    """Who is told how it goes."""

    def logged(self, step: Step) -> None: ...
    def saved(self, place: Path) -> None: ...


@dataclass(frozen=True)
class Training:
    """A run: what is trained, on what, and where it goes."""

    release: str
    split: str
    model: ModelSettings
    run: RunSettings
    folder: Path


def train(training: Training, watch: Watch) -> Path:
    """Goes on from the folder's last checkpoint, or starts; returns the last checkpoint.

    Raises WrongRun for other settings than the folder's, and where a loss or gradient is not a number or pixels do
    not decode, with the rows named.
    """
    run = training.run
    if run.threads:
        torch.set_num_threads(run.threads)
    device = device_of(run.device)
    rows = ReleaseRows(training.release, training.split)
    found = checkpoint.checkpoints(training.folder)
    state = State(0, training.model, lasting(run), rows.fingerprint, training.release, training.split)
    learner = _learner(training, rows, found, state, device)
    model, optimiser = learner.model, learner.optimiser
    done = checkpoint.resume(found[-1], model, optimiser) if found else 0
    place = found[-1] if found else training.folder
    model.train()
    encode = TextVectors(model, learner.tokenizer)
    log = _Log(run)
    for step, batch in batches(rows, training, done):
        stage, within = run.stage_at(step)
        rate = set_rates(optimiser, stage, within, run)
        torch.manual_seed(hash((run.seed, step)) % 2**63)  # of what drops out, so that a resumed run drops the same
        parts = losses(model, encode, batch, stage, turn=step)
        loss = total(parts, stage)
        _check(loss, "loss", batch, step)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), run.clip_norm)
        _check(norm, "norm of the gradient", batch, step)
        optimiser.step()
        log.add(parts, len(batch.image_ids))
        if line := log.line(step + 1, rate, float(norm), model):
            watch.logged(line)
        if (step + 1) % run.checkpoint_every == 0 or step + 1 == run.steps:
            place = checkpoint.save(training.folder, replace(state, step=step + 1), learner, run.keep)
            watch.saved(place)
    return place


def _learner(
    training: Training, rows: ReleaseRows, found: Sequence[Path], state: State, device: torch.device
) -> Learner:
    """New, or with tokenizer and towers as the last checkpoint has them; weights and moments are not yet loaded.

    Raises WrongRun where that is of other settings or rows than `state`.
    """
    settings = training.model
    if found:
        checkpoint.require(found[-1], state)
        tokenizer = loaded_tokenizer(found[-1] / checkpoint.TOKENIZER, settings.text.tokens)
        configs = checkpoint.tower_configs(found[-1])
    else:
        tokenizer, configs = tokenizer_of(settings, rows), None
    torch.manual_seed(training.run.seed)
    model = RegionClip(settings, tokenizer.size, configs).to(device)
    model.start_biases(training.run.batch, training.run.batch * settings.roi.regions)
    return Learner(model, tokenizer, optimiser_of(model, training.run), torch.from_numpy(rows.group_hashes()))


def device_of(device: Device) -> torch.device:
    """Raises WrongRun where cuda is asked for and is not there."""
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise WrongRun("device: cuda, but torch finds no CUDA device; say auto or cpu")
    return torch.device("cuda" if there and device != "cpu" else "cpu")


def tokenizer_of(model: ModelSettings, rows: ReleaseRows) -> Tokenizer:
    """The text tower's own where it is loaded; else made of the split's texts."""
    if model.text.weights:
        return loaded_tokenizer(model.text.weights, model.text.tokens)
    return made_tokenizer(rows.texts(), model.text.vocabulary, model.text.tokens)


def lasting(run: RunSettings) -> dict[str, Any]:
    """What must be the same for a run to go on."""
    return {name: value for name, value in asdict(run).items() if name not in HOW} | {
        "stages": [asdict(stage) for stage in run.stages]
    }


def optimiser_of(model: RegionClip, run: RunSettings) -> torch.optim.AdamW:
    """Two rates, of towers and of the rest, and weight decay for matrices alone: not for gates, scales and biases."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith(TOWERS), parameter.ndim >= 2), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "tower": tower, "weight_decay": run.weight_decay if decays else 0.0}
            for (tower, decays), parameters in sorted(groups.items(), key=lambda each: each[0])
        ],
        lr=0.0,
        betas=BETAS,
    )


def set_rates(optimiser: torch.optim.Optimizer, stage: StageSettings, within: int, run: RunSettings) -> float:
    """Of step `within` of its stage: up in a line, then down a cosine; returns the rate of what is no tower."""
    warm = min(run.warmup_steps, max(1, stage.steps // 4))
    if within < warm:
        share = (within + 1) / warm
    else:
        share = (
            LEAST_RATE + (1 - LEAST_RATE) * (1 + math.cos(math.pi * (within - warm) / max(1, stage.steps - warm))) / 2
        )
    rate = stage.learning_rate * share
    for group in optimiser.param_groups:
        group["lr"] = rate * (stage.towers_rate if group["tower"] else 1.0)
    return rate


def batches(rows: ReleaseRows, training: Training, first: int) -> Iterator[tuple[int, Batch]]:
    """From step `first` on, each with its number; the next one is made while the last one is learned from."""
    run, model = training.run, training.model
    kinds = rows.modalities() if run.alike > 1 else ()
    order = Order([group.rows for group in rows.groups], run.seed, run.batch, run.alike, kinds)
    sizes = Sizes(model.image.side_px, model.roi.crop_px, model.roi.regions)

    def made(step: int) -> Batch:
        samples = [sample_of(rows[number]) for number in order.rows_at(step)]
        return batch_of(samples, sizes, run.augment, (run.seed, step))

    with ThreadPoolExecutor(1) as pool:
        following: Future[Batch] | None = None
        for step in range(first, run.steps):
            batch = (following or pool.submit(made, step)).result()
            following = pool.submit(made, step + 1) if step + 1 < run.steps else None
            yield step, batch


def _check(value: torch.Tensor, what: str, batch: Batch, step: int) -> None:
    """Before the step is taken, so that no weight and no checkpoint is spoilt."""
    if not torch.isfinite(value):
        raise WrongRun(
            f"step {step}: the {what} is {value.item()}; lower train.stages.*.learning_rate, or look at the rows of "
            f"this batch: {', '.join(batch.image_ids)}"
        )


class _Log:
    """Adds up losses between two lines."""

    def __init__(self, run: RunSettings) -> None:
        self._run = run
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._images, self._begin = 0, time.monotonic()

    def add(self, parts: Mapping[str, torch.Tensor], images: int) -> None:
        for name, loss in parts.items():
            self._sums[name] = self._sums.get(name, 0.0) + loss.item()
            self._counts[name] = self._counts.get(name, 0) + 1
        self._images += images

    def line(self, done: int, rate: float, norm: float, model: RegionClip) -> Step | None:
        """Where one is due, after `done` steps."""
        if done % self._run.log_every and done != self._run.steps:
            return None
        means = {name: value / self._counts[name] for name, value in self._sums.items()}
        speed = self._images / max(time.monotonic() - self._begin, 1e-9)
        self._sums, self._counts, self._images, self._begin = {}, {}, 0, time.monotonic()
        return Step(done, self._run.stage_at(done - 1)[0].name, means, rate, norm, speed, gates(model))


def gates(model: RegionClip) -> dict[str, float]:
    """Of each block of the ROI processor, how far its two branches are open."""
    return {
        name.removeprefix("processor.blocks."): parameter.item()
        for name, parameter in model.named_parameters()
        if name.endswith("_gate")
    }
