"""An evaluation config: which checkpoint, on which release."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from flows.config.read import read_settings
from pipeline.clip.evaluate.settings import EvaluationSettings
from schemas.errors import ConfigError


class EvaluationConfig(BaseModel):
    """`checkpoint` is a checkpoint or a run, whose last one is taken; `release` the folder of a release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    set: dict[str, str] = {}
    checkpoint: str
    release: str
    split: str = "test"
    evaluate: EvaluationSettings = EvaluationSettings()


def read_evaluation(path: Path, overrides: tuple[str, ...] = ()) -> EvaluationConfig:
    """Raises ConfigError with the place of the first thing that is wrong."""
    config = read_settings(EvaluationConfig, path, overrides)
    settings = config.evaluate
    for place, value, least, most in (
        ("evaluate.batch", settings.batch, 1, 100_000),
        ("evaluate.regions", settings.regions, 1, 100_000),
        ("evaluate.resamples", settings.resamples, 20, 1_000_000),
        ("evaluate.examples", settings.examples, 0, 1000),
        ("evaluate.draws", settings.draws, 1, 1000),
        ("evaluate.seed", settings.seed, 0, 1e9),
        ("evaluate.threads", settings.threads, 0, 1000),
    ):
        if not least <= value <= most:
            raise ConfigError(place, f"{value:g} is not from {least:g} to {most:g}")
    return config
