"""RT-DETR networks of transformers from files and to files: safetensors with their config, or the library's folders."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from transformers import (
    PreTrainedConfig,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrResNetConfig,
    RTDetrV2Config,
    RTDetrV2ForObjectDetection,
)

from annotators.quiet_transformers import check_complete, quiet
from annotators.weights import CONFIG_FILE, TENSORS_FILE, Weights, architecture, read_state, unfit, write_state
from schemas.errors import WeightsError

FAMILY = "rt-detr"
BACKBONE = "rt_detr_resnet"
NETWORKS: Mapping[str, tuple[Any, Any]] = {
    "rt_detr": (RTDetrConfig, RTDetrForObjectDetection),
    "rt_detr_v2": (RTDetrV2Config, RTDetrV2ForObjectDetection),
}
# Anchors are made for the picture that comes, as the library does without a fixed size; kernels are its own code only.
NOT_TAKEN = ("anchor_image_size", "disable_custom_kernels", "backbone_config")
# Second names of the decoder's heads, which older versions of the library wrote too.
NOT_NEEDED = ("class_embed.", "bbox_embed.")


@dataclass(frozen=True)
class RtDetrModel:
    """A detection network on the CPU, float32; `names[i]` is what its class i is called."""

    network: Any  # RTDetrForObjectDetection or RTDetrV2ForObjectDetection, which come untyped
    names: tuple[str, ...]

    @property
    def stride(self) -> int:
        """Pixels to which the side of an input must be divisible."""
        return int(max(self.network.config.feat_strides))

    @property
    def least_side_px(self) -> int:
        """The smallest input with a place for each of the network's queries."""
        strides, side = self.network.config.feat_strides, self.stride
        while sum((side // stride) ** 2 for stride in strides) < self.network.config.num_queries:
            side += self.stride
        return side


def load_rt_detr(weights: Weights) -> RtDetrModel:
    """From a file of `save_rt_detr`, or a folder with config.json and model.safetensors; nothing else is read.

    Raises WeightsError for what is unsafe, damaged or of another architecture.
    """
    described, state = _described(weights), _float(read_state(weights))
    try:
        config, kind = _config(described)
        with quiet(), torch.random.fork_rng(devices=[]):  # building draws random weights
            network, told = kind.from_pretrained(
                None,  # no name, so nothing to look up
                config=config,
                state_dict=state,
                dtype=torch.float32,
                local_files_only=True,
                ignore_mismatched_sizes=True,  # they are told of and refused below, with a name
                output_loading_info=True,
            )
        check_complete(told, _is_needed)
        model = RtDetrModel(network.eval().requires_grad_(False), tuple(config.id2label.values()))
        with torch.inference_mode():  # sizes that do not fit each other show only here
            network(torch.zeros(1, 3, model.least_side_px, model.least_side_px))
    except Exception as error:  # configs and builders fail in many ways on values that do not fit each other
        raise unfit(weights, error) from error
    return model


def build_rt_detr(described: Mapping[str, Any]) -> RtDetrModel:
    """A network with random weights from the library's config as a mapping; `id2label` names the classes.

    Raises ValueError or what the library does for a config that is none of these networks.
    """
    config, kind = _config(described)
    return RtDetrModel(kind(config).eval(), tuple(config.id2label.values()))


def save_rt_detr(network: Any, path: str | Path) -> str:
    """Writes a detection network of transformers, with its config, as one safetensors file; returns its sha256."""
    with tempfile.TemporaryDirectory(prefix="rt-detr-") as folder, quiet():
        network.save_pretrained(folder)  # names of tensors that any version of the library reads
        described = json.loads((Path(folder) / CONFIG_FILE).read_text("utf-8"))
        state = read_state(Weights(Path(folder) / TENSORS_FILE, ""))
    return write_state(_float(state), FAMILY, _shape(described), path)


def _described(weights: Weights) -> Mapping[str, Any]:
    if not weights.path.is_dir():
        described = architecture(weights, FAMILY)
        if described is None:
            raise WeightsError(
                f"weights {str(weights.path)!r} do not say their architecture; write them with save_rt_detr, "
                "or name the folder that save_pretrained wrote"
            )
        return described
    try:
        return dict(json.loads((weights.path / CONFIG_FILE).read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise WeightsError(f"weights {str(weights.path)!r} have a broken {CONFIG_FILE}") from error


def _config(described: Mapping[str, Any]) -> tuple[Any, Any]:
    """The config and the class of its network. Raises ValueError or KeyError for another family of networks."""
    shape = _shape(described)
    config, network = NETWORKS[shape.pop("model_type")]
    shape["backbone_config"] = RTDetrResNetConfig(**shape["backbone_config"])
    return config(**shape), network


def _shape(described: Mapping[str, Any]) -> dict[str, Any]:
    """Only what shapes the network, from a foreign config.

    Anything else there could name code, kernels or backbones that the library would fetch, or who trained it where.
    """
    kind, backbone = str(described.get("model_type")), described.get("backbone_config") or {}
    if kind not in NETWORKS:
        raise ValueError(f"a model of type {kind!r} is no {' or '.join(NETWORKS)}")
    if backbone.get("model_type") != BACKBONE:
        raise ValueError(f"a backbone of type {backbone.get('model_type')!r} is no {BACKBONE}")
    names = described["id2label"]
    return {
        **_taken(NETWORKS[kind][0], described),
        "model_type": kind,
        "id2label": {str(i): str(names[str(i)]) for i in range(len(names))},
        "backbone_config": {
            **_taken(RTDetrResNetConfig, backbone),
            **{key: backbone[key] for key in ("model_type", "out_features", "out_indices") if key in backbone},
        },
    }


def _taken(config: Any, described: Mapping[str, Any]) -> dict[str, Any]:
    own = {field.name for field in fields(config)} - {field.name for field in fields(PreTrainedConfig)}
    return {key: described[key] for key in sorted(own.difference(NOT_TAKEN)) if key in described}


def _is_needed(name: str) -> bool:
    """Counters of training are not."""
    return not name.startswith(NOT_NEEDED) and not name.endswith(".num_batches_tracked")


def _float(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
