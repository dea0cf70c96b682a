"""Real architectures, tiny and with random weights: what a test of anything that runs models saves on the spot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from annotators.detectors.rt_detr_model import RtDetrModel, build_rt_detr, save_rt_detr
from annotators.detectors.yolo_library import tasks
from annotators.detectors.yolo_model import YoloModel, build_yolo, save_safetensors
from annotators.inference import cpu_threads
from annotators.proposal import Picture
from annotators.segmenters.sam_model import SamArchitecture, build_sam, save_sam

TINY_YOLO_SIDE_PX = 128
TINY_RT_DETR_SIDE_PX = 128
TINY_RT_DETR: Mapping[str, Any] = {
    "model_type": "rt_detr",
    "backbone_config": {
        "model_type": "rt_detr_resnet",
        "embedding_size": 8,
        "hidden_sizes": [8, 16, 24, 32],
        "depths": [1, 1, 1, 1],
        "layer_type": "basic",
        "out_features": ["stage2", "stage3", "stage4"],
    },
    "encoder_in_channels": [16, 24, 32],
    "decoder_in_channels": [32, 32, 32],
    **dict.fromkeys(("d_model", "encoder_hidden_dim", "encoder_ffn_dim", "decoder_ffn_dim"), 32),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads", "decoder_layers"), 2),
    "num_queries": 30,
    "num_denoising": 4,
}
TINY_SAM = SamArchitecture(
    image_size=128,
    encoder_embed_dim=32,
    encoder_depth=2,
    encoder_num_heads=2,
    encoder_global_attn_indexes=(1,),
    window_size=3,  # does not divide the 8 x 8 grid, so windows are padded as in the published models
    prompt_embed_dim=32,
    decoder_num_heads=2,
    decoder_mlp_dim=64,
    iou_head_hidden_dim=32,
)


def make_picture(height: int = 96, width: int = 128, *, seed: int = 0, grey: bool = False) -> Picture:
    """Soft random clouds over the whole range of grey levels, the same for the same arguments."""
    channels = 1 if grey else 3
    coarse = np.random.default_rng(seed).random((channels, 6, 8), dtype=np.float32)
    clouds = torch.nn.functional.interpolate(torch.from_numpy(coarse)[None], (height, width), mode="bicubic")[0]
    levels = ((clouds - clouds.min()) / (clouds.max() - clouds.min()) * 255).to(torch.uint8)
    return levels[0].numpy() if grey else np.ascontiguousarray(levels.permute(1, 2, 0).numpy())


def tiny_yolo(names: Sequence[str] = ("a", "b", "c"), yaml_name: str = "yolo11n.yaml") -> YoloModel:
    """A network of ultralytics' own layers, a sixteenth as wide, that finds some boxes in most pictures."""
    yaml = dict(tasks().yaml_model_load(yaml_name))
    yaml |= {"scales": {"t": [0.25, 0.0625, 256]}, "scale": "t"}
    with cpu_threads(1), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = build_yolo(yaml, tuple(names))
        _liven(model.network)
    return model


def _liven(network: Any) -> None:
    """Norms measured on pictures, and classes less shy: untrained, a network says the same everywhere."""
    pictures = [make_picture(TINY_YOLO_SIDE_PX, TINY_YOLO_SIDE_PX, seed=seed) for seed in range(4)]
    batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    head = network.model[-1]
    with torch.no_grad():
        network.train()
        for layer in network.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.momentum = 1.0
        network(batch)
        for branches in (head.cv3, getattr(head, "one2one_cv3", None) or []):
            for branch in branches:
                branch[-1].weight *= 2
                branch[-1].bias.fill_(-2.0)
    network.eval()


def save_tiny_yolo(path: str | Path, names: Sequence[str] = ("a", "b", "c")) -> str:
    """A safetensors file for `YoloDetector`, best looked through at TINY_YOLO_SIDE_PX; returns its sha256."""
    return save_safetensors(tiny_yolo(names).network, path)


def tiny_rt_detr(names: Sequence[str] = ("a", "b", "c"), **changed: Any) -> RtDetrModel:
    """A network of transformers' own layers that finds some boxes in every picture; `changed` keys of its config."""
    described = {**TINY_RT_DETR, "id2label": {str(i): name for i, name in enumerate(names)}, **changed}
    with cpu_threads(1), torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(5)
        model = build_rt_detr(described)
        for name, layer in model.network.named_modules():
            if name.endswith("norm") and hasattr(layer, "running_mean"):
                layer.weight.fill_(1)  # the library starts from nearly 0: untrained, every picture would look the same
        for boxes, classes in zip(*_heads(model.network), strict=True):
            boxes.layers[-1].weight.normal_(std=0.3)
            classes.weight.mul_(3)
            classes.bias.fill_(-1)
    return model


def _heads(network: Any) -> tuple[Any, Any]:
    return network.model.decoder.bbox_embed, network.model.decoder.class_embed


def save_tiny_rt_detr(path: str | Path, names: Sequence[str] = ("a", "b", "c")) -> str:
    """A safetensors file for `RtDetrDetector`, best looked through at TINY_RT_DETR_SIDE_PX; returns its sha256."""
    return save_rt_detr(tiny_rt_detr(names).network, path)


def tiny_sam() -> Any:
    """A network of segment_anything's own layers that draws patchy masks, some of them empty."""
    with cpu_threads(1), torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        sam = build_sam(TINY_SAM)
    for head in sam.mask_decoder.output_hypernetworks_mlps:
        head.layers[-1].weight *= 300  # untrained logits are near 0: then no mask is stable
    return sam


def save_tiny_sam(path: str | Path) -> str:
    """A safetensors file for `SamSegmenter`; returns its sha256."""
    return save_sam(tiny_sam(), TINY_SAM, path)
