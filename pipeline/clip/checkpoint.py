"""What a run keeps: weights and optimiser as safetensors, where it stands as JSON; nothing is ever unpickled.

RUN/checkpoints/00001200/{model,optimiser}.safetensors, state.json, tokenizer/, {image,text}_tower/config.json
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from pipeline.clip.model import RegionClip, TowerConfigs
from pipeline.clip.settings import (
    ImageTowerSettings,
    ModelSettings,
    RegionSettings,
    TextTowerSettings,
)  # fmt: skip
from pipeline.clip.tokenizer import Tokenizer, loaded_tokenizer
from pipeline.clip.towers import read_config
from pipeline.commit import TEMPORARY, sync
from schemas.errors import StorageError, WeightsError, WrongRun

VERSION = 2
CHECKPOINTS, STATE, MODEL, OPTIMISER = "checkpoints", "state.json", "model.safetensors", "optimiser.safetensors"
GROUPS = "groups"
TOKENIZER, IMAGE_TOWER, TEXT_TOWER = "tokenizer", "image_tower", "text_tower"


@dataclass(frozen=True)
class State:
    """`step` steps are done; `run` is what must be the same to go on, `data` the fingerprint of the rows.

    `release` and `split` name where these were; what is the same elsewhere is the same.
    """

    step: int
    model: ModelSettings
    run: Mapping[str, Any]
    data: str
    release: str = ""
    split: str = ""


@dataclass(frozen=True)
class Learner:
    """What a checkpoint keeps of a run; `groups` (n,) int64 hashes of the groups that were learned from."""

    model: RegionClip
    tokenizer: Tokenizer
    optimiser: torch.optim.Optimizer
    groups: torch.Tensor


def save(folder: Path, state: State, learner: Learner, keep: int) -> Path:
    """Appears whole under its step; of older ones the last `keep` stay. Raises StorageError for a full disk."""
    try:
        return _saved(folder, state, learner, keep)
    except (OSError, SafetensorError) as error:
        raise StorageError(f"{folder}: {error}; free space or change permissions, then run again") from error


def _saved(folder: Path, state: State, learner: Learner, keep: int) -> Path:
    model = learner.model
    place = folder / CHECKPOINTS / f"{state.step:08}"
    for left in place.parent.glob(f".*{TEMPORARY}"):  # of a run that was killed; one run a folder has the lock
        shutil.rmtree(left)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}{TEMPORARY}")
    (unfinished / TOKENIZER).mkdir(parents=True)
    save_file(_contiguous(model.state_dict()), unfinished / MODEL)
    save_file(_optimiser_tensors(model, learner.optimiser), unfinished / OPTIMISER)
    save_file({GROUPS: learner.groups}, unfinished / f"{GROUPS}.safetensors")
    learner.tokenizer.save(unfinished / TOKENIZER)
    model.configs.image.save_pretrained(unfinished / IMAGE_TOWER)
    model.configs.text.save_pretrained(unfinished / TEXT_TOWER)
    told = {"version": VERSION, **asdict(state)}
    (unfinished / STATE).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for path in (*unfinished.rglob("*"), unfinished):
        sync(path)
    shutil.rmtree(place, ignore_errors=True)
    unfinished.rename(place)
    sync(place.parent)
    for old in checkpoints(folder)[:-keep]:
        shutil.rmtree(old)
    return place


def checkpoints(folder: Path) -> list[Path]:
    """Of a run, the oldest first."""
    found = (folder / CHECKPOINTS).glob("[0-9]*") if (folder / CHECKPOINTS).is_dir() else ()
    return sorted(path for path in found if (path / STATE).is_file())


def latest(place: Path) -> Path:
    """The checkpoint that a path names: itself, or the last one of a run. Raises WeightsError where there is none."""
    if (place / STATE).is_file():
        return place
    if found := checkpoints(place):
        return found[-1]
    raise WeightsError(f"{place}: no checkpoint; give a folder that `medregion train` wrote")


def read_state(checkpoint: Path) -> State:
    """Raises WeightsError for what is no checkpoint of this version."""
    try:
        told = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise WeightsError(f"{checkpoint}: a checkpoint of version {told['version']}; this program reads {VERSION}")
        sizes = dict(told["model"])
        model = ModelSettings(
            image=ImageTowerSettings(**sizes.pop("image")),
            text=TextTowerSettings(**sizes.pop("text")),
            roi=RegionSettings(**sizes.pop("roi")),
            **sizes,
        )
        return State(told["step"], model, told["run"], told["data"], told["release"], told["split"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{checkpoint}/{STATE}: not readable ({type(error).__name__}); take another checkpoint"
        ) from error


def trained_groups(checkpoint: Path) -> torch.Tensor:
    """(n,) int64, as `ReleaseRows.group_hashes` gives them. Raises WeightsError where a checkpoint has none."""
    return _tensors(checkpoint / f"{GROUPS}.safetensors")[GROUPS]


def load_model(checkpoint: Path) -> tuple[RegionClip, Tokenizer, State]:
    """In evaluation mode, on the processor; no weights but the checkpoint's own are looked for."""
    state = read_state(checkpoint)
    tokenizer = loaded_tokenizer(checkpoint / TOKENIZER, state.model.text.tokens)
    model = RegionClip(state.model, tokenizer.size, tower_configs(checkpoint))
    _load_weights(model, checkpoint)
    return model.eval(), tokenizer, state


def tower_configs(checkpoint: Path) -> TowerConfigs:
    """Raises WeightsError where there are none."""
    return TowerConfigs(read_config(checkpoint / IMAGE_TOWER), read_config(checkpoint / TEXT_TOWER))


def _load_weights(model: RegionClip, checkpoint: Path) -> None:
    try:
        model.load_state_dict(_tensors(checkpoint / MODEL))
    except RuntimeError as error:
        raise WeightsError(f"{checkpoint}/{MODEL}: not the weights of its {STATE}; take another checkpoint") from error


def require(checkpoint: Path, expected: State) -> None:
    """Raises WrongRun where the checkpoint is of other settings or rows than `expected`."""
    state = read_state(checkpoint)
    pairs = {
        "model": (state.model, expected.model),
        "run": (state.run, expected.run),
        "release": (state.data, expected.data),
    }
    if differing := [name for name, (one, other) in pairs.items() if one != other]:
        what = " and another ".join(differing)
        raise WrongRun(f"{checkpoint} was trained with another {what}; name another folder, or restore it")


def resume(checkpoint: Path, model: RegionClip, optimiser: torch.optim.Optimizer) -> int:
    """Loads weights and moments; returns how many steps are done. Raises WeightsError for what does not fit."""
    _load_weights(model, checkpoint)
    _load_moments(model, optimiser, _tensors(checkpoint / OPTIMISER))
    return read_state(checkpoint).step


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        found: dict[str, torch.Tensor] = load_file(path)
    except (OSError, ValueError, SafetensorError) as error:
        raise WeightsError(f"{path}: missing or damaged; take another checkpoint") from error
    return found


def _contiguous(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}


def _optimiser_tensors(model: RegionClip, optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """By the parameter's name and the moment's: `text_head.weight/exp_avg`."""
    return _contiguous(
        {
            f"{name}/{moment}": torch.as_tensor(value)
            for name, parameter in model.named_parameters()
            for moment, value in optimiser.state.get(parameter, {}).items()
        }
    )


def _load_moments(model: RegionClip, optimiser: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]) -> None:
    parameters = dict(model.named_parameters())
    for key, tensor in tensors.items():
        name, _, moment = key.rpartition("/")
        parameter = parameters[name]
        optimiser.state[parameter][moment] = tensor if moment == "step" else tensor.to(parameter.device)
