"""What a run keeps: weights and optimiser as safetensors, where it stands as JSON; nothing is ever unpickled.

RUN/checkpoints/00001200/{model,optimiser}.safetensors, state.json, tokenizer/
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from pipeline.clip.model import RegionClip
from pipeline.clip.settings import (
    ImageTowerSettings,
    ModelSettings,
    RegionSettings,
    TextTowerSettings,
)  # fmt: skip
from pipeline.clip.tokenizer import Tokenizer, loaded_tokenizer
from pipeline.commit import TEMPORARY, sync_folder
from schemas.errors import WeightsError, WrongRun

VERSION = 1
CHECKPOINTS, STATE, MODEL, OPTIMISER, TOKENIZER = (
    "checkpoints", "state.json", "model.safetensors", "optimiser.safetensors", "tokenizer",
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """`step` steps are done; `run` is what must be the same to go on, `data` the fingerprint of the rows."""

    step: int
    model: ModelSettings
    run: Mapping[str, Any]
    data: str


def save(
    folder: Path, state: State, model: RegionClip, tokenizer: Tokenizer, optimiser: torch.optim.Optimizer, keep: int
) -> Path:
    """Appears whole under its step; of older ones the last `keep` stay."""
    place = folder / CHECKPOINTS / f"{state.step:08}"
    unfinished = place.with_name(f".{place.name}.{os.getpid()}{TEMPORARY}")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / TOKENIZER).mkdir(parents=True)
    save_file(_contiguous(model.state_dict()), unfinished / MODEL)
    save_file(_optimiser_tensors(model, optimiser), unfinished / OPTIMISER)
    tokenizer.save(unfinished / TOKENIZER)
    told = {"version": VERSION, "step": state.step, "data": state.data, "model": asdict(state.model), "run": state.run}
    (unfinished / STATE).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(place, ignore_errors=True)
    unfinished.rename(place)
    sync_folder(place.parent)
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
        return State(told["step"], model, told["run"], told["data"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{checkpoint}/{STATE}: not readable ({type(error).__name__}); take another checkpoint"
        ) from error


def load_model(checkpoint: Path) -> tuple[RegionClip, Tokenizer, State]:
    """In evaluation mode, on the processor; no weights but the checkpoint's own are looked for."""
    state = read_state(checkpoint)
    tokenizer = loaded_tokenizer(checkpoint / TOKENIZER, state.model.text.tokens)
    model = RegionClip(state.model, tokenizer.size)
    _load_weights(model, checkpoint)
    return model.eval(), tokenizer, state


def _load_weights(model: RegionClip, checkpoint: Path) -> None:
    try:
        model.load_state_dict(load_file(checkpoint / MODEL))
    except (OSError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{checkpoint}/{MODEL}: not the weights of its {STATE}; take another checkpoint") from error


def resume(checkpoint: Path, model: RegionClip, optimiser: torch.optim.Optimizer, expected: State) -> int:
    """Loads weights and moments; returns how many steps are done.

    Raises WrongRun where the checkpoint is of other settings or rows than `expected`.
    """
    state = read_state(checkpoint)
    pairs = {
        "model": (state.model, expected.model),
        "run": (state.run, expected.run),
        "release": (state.data, expected.data),
    }
    if differing := [name for name, (one, other) in pairs.items() if one != other]:
        what = " and another ".join(differing)
        raise WrongRun(f"{checkpoint} was trained with another {what}; name another folder, or restore it")
    _load_weights(model, checkpoint)
    _load_moments(model, optimiser, load_file(checkpoint / OPTIMISER))
    return state.step


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
