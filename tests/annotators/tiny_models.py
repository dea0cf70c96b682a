"""Real architectures, tiny and with random weights: what a test of anything that runs models saves on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from annotators.detectors.yolo_library import tasks
from annotators.detectors.yolo_model import YoloModel, build_yolo, save_safetensors
from annotators.inference import cpu_threads
from annotators.proposal import Picture
from annotators.segmenters.sam_model import SamArchitecture, build_sam, save_sam

TINY_YOLO_SIDE_PX = 128
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
