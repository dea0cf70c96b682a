"""`medregion train`: reads the config, trains or goes on, says how it goes, leaves curves."""

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from flows.config.training import TrainingConfig, read_training
from flows.terminal import TERMINAL, say, tell
from pipeline.clip.checkpoint import checkpoints, read_state
from pipeline.clip.journal import CURVES, Journal
from pipeline.clip.settings import StageSettings
from pipeline.clip.train import Step, Training, train
from pipeline.locks import locked
from schemas.errors import StorageError

CONFIG = "train.yaml"  # as it was resolved, beside what came of it


@dataclass(frozen=True)
class TrainCommand:
    """The command line of `medregion train`."""

    config: Path
    run: str | None
    settings: tuple[str, ...]


def run(command: TrainCommand) -> None:
    config = read_training(command.config, command.settings)
    folder = Path(command.run or f"runs/{config.name}")
    training = Training(config.release, config.split, config.model, config.train, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}; name another folder with --run") from error
    with locked(folder):
        found = checkpoints(folder)
        done = read_state(found[-1]).step if found else 0
        say(f"training {config.name} in {folder}" + (f", from step {done}" if done else ""))
        for stage in config.train.stages:
            say(f"  {described(stage)}")
        with Journal(folder, done, _about(config)) as journal:
            place = train(training, Progress(journal, config, folder))
    tell(f"checkpoint  {place}")
    tell(f"curves      {folder / CURVES}")
    tell(f"evaluate    medregion evaluate EVALUATION.yaml --set checkpoint={place}")


def described(stage: StageSettings) -> str:
    """`region  300 steps  report 0.5, region 1, negatives 0.5; regions on; rate 0.001, towers 0.3 of it`."""
    weights = {name: getattr(stage, name) for name in ("report", "summary", "region", "negatives")}
    told = ", ".join(f"{name} {weight:g}" for name, weight in weights.items() if weight)
    regions = "on" if stage.roi else "off"
    rate = f"rate {stage.learning_rate:g}, towers {stage.towers_rate:g} of it"
    return f"{stage.name:<8} {stage.steps:>6} steps  {told}; regions {regions}; {rate}"


def _keep_config(config: TrainingConfig, folder: Path) -> None:
    (folder / CONFIG).write_text(
        yaml.safe_dump(json.loads(config.model_dump_json()), sort_keys=False), encoding="utf-8"
    )


def _about(config: TrainingConfig) -> dict[str, str]:
    image, text, roi = config.model.image, config.model.text, config.model.roi
    made = "{width} wide, {depth} layers, {heads} heads".format
    return {
        "name": config.name,
        "release": Path(config.release).name,
        "pictures": f"{image.side_px} px, patches of {image.patch_px} px; {image.weights or made(**vars(image))}",
        "texts": f"{text.tokens} tokens; {text.weights or made(**vars(text))}{', frozen' if text.frozen else ''}",
        "regions": f"{roi.branch}, crops of {roi.crop_px} px, up to {roi.regions} a picture",
        "batch": str(config.train.batch),
        "seed": str(config.train.seed),
    }


class Progress:
    """Lines go into the journal and, one upon the other where it is a terminal, to the person."""

    def __init__(self, journal: Journal, config: TrainingConfig, folder: Path) -> None:
        self._journal, self._config, self._folder = journal, config, folder
        self._begun = False

    def logged(self, step: Step) -> None:
        if not self._begun:
            _keep_config(self._config, self._folder)
            self._begun = True
        self._journal.add(step)
        steps = self._config.train.steps
        losses = " ".join(f"{name} {value:.3f}" for name, value in step.losses.items())
        line = f"{step.step}/{steps} {step.stage}: {losses} ({step.images_per_second:.0f} images/s)"
        if not TERMINAL.err.isatty():
            say(line)
            return
        TERMINAL.err.write(f"\r\x1b[K{line}" + ("\n" if step.step == steps else ""))
        TERMINAL.err.flush()

    def saved(self, place: Path) -> None:
        """Curves go up to here; checkpoints are told at the end."""
        self._journal.draw()
