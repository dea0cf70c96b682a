"""YOLO networks from files and to files: safetensors with their YAML, or ultralytics' own checkpoints."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from annotators.detectors.yolo_library import tasks
from annotators.weights import Weights, architecture, read_state, refused, unfit, write_state
from schemas.errors import WeightsError

FAMILY = "ultralytics"
HEADS = ("Detect", "v10Detect")  # heads of boxes alone: not masks, poses, turned boxes or transformers
ACTIVATION = re.compile(r"(torch\.)?nn\.[A-Za-z0-9]+\([\w\s.,=]*\)")
LAYER_HOMES = ("ultralytics.nn.modules.", "torch.nn.modules.")
FETCHES = ("TorchVision",)  # layers that download weights of their own


@dataclass(frozen=True)
class YoloModel:
    """A detection network on the CPU, float32, not fused; `names[i]` is what its class i is called."""

    network: Any  # ultralytics.nn.tasks.DetectionModel, which has no types
    names: tuple[str, ...]

    @property
    def stride(self) -> int:
        """Pixels to which the side of an input must be divisible."""
        return int(self.network.stride.max())


def load_yolo(weights: Weights) -> YoloModel:
    """Raises WeightsError for a file that is unsafe, damaged or no detection network."""
    if weights.path.suffix == ".safetensors":
        return _from_safetensors(weights)
    return _checked(_from_checkpoint(weights), weights)


def build_yolo(yaml: Mapping[str, Any], names: tuple[str, ...]) -> YoloModel:
    """A network with random weights from ultralytics' YAML as a mapping; `names` sets the number of classes.

    Raises ValueError for a YAML that names anything but layers.
    """
    _check_yaml(yaml)
    channels = int(yaml.get("channels", 3))
    network = tasks().DetectionModel({**yaml, "nc": len(names)}, ch=channels, nc=len(names), verbose=False)
    network.names = dict(enumerate(names))
    return YoloModel(network.float().eval(), names)


def save_safetensors(model: Any, path: str | Path) -> str:
    """Writes an ultralytics `YOLO` or `DetectionModel` with its YAML and names; returns the file's sha256.

    Raises WeightsError where layers were fused for inference, since the YAML no longer describes them.
    """
    network = model if isinstance(model, tasks().DetectionModel) else model.model
    if network.is_fused():
        raise WeightsError("this network is fused for inference; save it before it predicts")
    kept = {key: value for key, value in network.yaml.items() if key != "yaml_file"}  # a path of who trained it
    shape = {"names": [network.names[i] for i in range(len(network.names))], "yaml": kept}
    state = {
        name: value.float() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    return write_state(state, FAMILY, shape, path)


def _from_safetensors(weights: Weights) -> YoloModel:
    shape = architecture(weights, FAMILY)
    if shape is None:
        raise WeightsError(
            f"weights {str(weights.path)!r} do not say their architecture; write them with save_safetensors"
        )
    state = read_state(weights)
    try:
        with torch.random.fork_rng(devices=[]):  # building draws random weights, which no one else should notice
            model = build_yolo(shape["yaml"], tuple(shape["names"]))
        model.network.load_state_dict(state)
    except Exception as error:  # the builder fails in many ways on a YAML that is none
        raise unfit(weights, error) from error
    return _checked(model.network, weights)


def _from_checkpoint(weights: Weights) -> Any:
    """Reads through a link of a plain name.

    The library reads `yolov5s.pt` as `yolov5su.pt`, drops quotes from paths, and downloads what it then misses.
    """
    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        raise WeightsError("this torch cannot load checkpoints safely; convert the weights to safetensors")
    with tempfile.TemporaryDirectory(prefix="yolo-weights-") as folder:
        link = Path(folder) / "weights.pt"
        link.symlink_to(weights.path.resolve())
        try:
            checkpoint, _ = tasks().torch_safe_load(str(link), safe_only=True)
            network = checkpoint.get("ema") or checkpoint["model"]
            return network.float().eval()
        except Exception as error:  # as for any foreign file
            raise refused(weights, error) from error


def _checked(network: Any, weights: Weights) -> YoloModel:
    head = type(network.model[-1]).__name__ if isinstance(network, tasks().DetectionModel) else type(network).__name__
    if head not in HEADS:
        raise WeightsError(f"weights {str(weights.path)!r} end in {head}; a model that detects boxes is needed")
    channels, count = int(network.yaml.get("channels", 3)), int(network.model[-1].nc)
    names = tuple(str(network.names[i]) for i in sorted(network.names))
    if channels != 3 or len(names) != count:
        raise WeightsError(
            f"weights {str(weights.path)!r}: {channels} channels, {count} classes with {len(names)} names; "
            "a model of 3 channels that names each class is needed"
        )
    return YoloModel(network.eval(), names)


def _check_yaml(yaml: Mapping[str, Any]) -> None:
    """Only layers and activations.

    The library looks names up among all that it imports, whole models included, and evaluates activations.
    """
    activation = yaml.get("activation")
    if activation is not None and not ACTIVATION.fullmatch(str(activation)):
        raise ValueError(f"activation {activation!r} is no torch.nn layer")
    for _from, _count, name, _arguments in [*yaml["backbone"], *yaml["head"]]:
        home, _, layer = str(name).rpartition(".")
        owner = {"": tasks(), "nn": torch.nn}.get(home)
        found = getattr(owner, layer, None)
        is_layer = isinstance(found, type) and issubclass(found, torch.nn.Module)
        if not is_layer or not found.__module__.startswith(LAYER_HOMES) or layer in FETCHES:
            raise ValueError(f"{name!r} is no permitted layer")
