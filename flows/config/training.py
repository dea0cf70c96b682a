"""A training config: which release, what model, which stages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from flows.config.read import read_settings
from pipeline.clip.settings import ImageTowerSettings, ModelSettings, RunSettings, TextTowerSettings
from schemas.errors import ConfigError


class TrainingConfig(BaseModel):
    """`release` is the folder of a release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    set: dict[str, str] = {}
    release: str
    split: str = "train"
    model: ModelSettings = ModelSettings()
    train: RunSettings = RunSettings()


def read_training(path: Path, overrides: tuple[str, ...] = ()) -> TrainingConfig:
    """Raises ConfigError with the place of the first thing that is wrong."""
    config = read_settings(TrainingConfig, path, overrides)
    for place, value, least, most in _ranges(config):
        if not least <= value <= most:
            raise ConfigError(place, f"{value:g} is not from {least:g} to {most:g}")
    for place, problem in _misfits(config):
        raise ConfigError(place, problem)
    return config


def _ranges(config: TrainingConfig) -> Iterator[tuple[str, float, float, float]]:
    """Numbers that would fail late, or give nonsense: place, value, least and greatest."""
    image, text, roi, run = config.model.image, config.model.text, config.model.roi, config.train
    for name, tower in _made_towers(config):
        for field in ("width", "depth", "heads"):
            yield f"model.{name}.{field}", getattr(tower, field), 1, 100_000
    yield "model.image.side_px", image.side_px, 8, 4096
    yield "model.image.patch_px", image.patch_px, 1, image.side_px
    yield "model.text.tokens", text.tokens, 4, 512
    yield "model.text.vocabulary", text.vocabulary, 100, 1_000_000
    yield "model.roi.regions", roi.regions, 1, 1000
    yield "model.roi.depth", roi.depth, 1, 100
    yield "model.roi.crop_px", roi.crop_px, image.patch_px, 4096
    yield "model.embedding", config.model.embedding, 1, 100_000
    yield "train.batch", run.batch, 2, 1_000_000
    yield "train.alike", run.alike, 1, run.batch
    for field in ("log_every", "checkpoint_every", "keep"):
        yield f"train.{field}", getattr(run, field), 1, 1e9
    for field in ("seed", "warmup_steps", "threads"):
        yield f"train.{field}", getattr(run, field), 0, 1e9
    yield "train.clip_norm", run.clip_norm, 1e-9, 1e9
    yield "train.weight_decay", run.weight_decay, 0, 10
    for field in ("drop_boxes", "random_boxes", "brightness", "contrast"):
        yield f"train.augment.{field}", getattr(run.augment, field), 0, 1
    yield "train.augment.jitter", run.augment.jitter, 0, 5
    for i, stage in enumerate(run.stages):
        yield f"train.stages.{i}.steps", stage.steps, 1, 1e9
        yield f"train.stages.{i}.learning_rate", stage.learning_rate, 0, 10
        yield f"train.stages.{i}.towers_rate", stage.towers_rate, 0, 100


def _made_towers(config: TrainingConfig) -> Iterator[tuple[str, ImageTowerSettings | TextTowerSettings]]:
    """Those whose sizes are the config's."""
    if not config.model.image.weights:
        yield "image", config.model.image
    if not config.model.text.weights:
        yield "text", config.model.text


def _misfits(config: TrainingConfig) -> Iterator[tuple[str, str]]:
    image, text, roi = config.model.image, config.model.text, config.model.roi
    if not config.train.stages:
        yield "train.stages", "no stage; at least one is needed"
    for name, tower in _made_towers(config):
        if tower.width % tower.heads:
            yield f"model.{name}.heads", f"{tower.heads} does not divide the width {tower.width}"
    for place, side in (("model.image.side_px", image.side_px), ("model.roi.crop_px", roi.crop_px)):
        if side % image.patch_px:
            yield place, f"{side} is no multiple of model.image.patch_px {image.patch_px}"
    if text.frozen and not text.weights:
        yield "model.text.frozen", "a tower that is made has to learn; give model.text.weights"
    for i, stage in enumerate(config.train.stages):
        weights = (stage.report, stage.summary, stage.region, stage.negatives)
        if min(weights) < 0 or not any(weights):
            yield f"train.stages.{i}", "give report, summary, region or negatives a weight above 0, and none below"
        if (stage.region or stage.negatives) and not stage.roi:
            yield f"train.stages.{i}.roi", "region texts need regions; say roi: true"
