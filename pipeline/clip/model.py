"""RegionMed-CLIP: one ViT for pictures and crops, a text tower, the ROI processor, and three places to meet texts."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import roi_align

from pipeline.clip.roi_processor import RoiProcessor
from pipeline.clip.settings import ModelSettings
from pipeline.clip.tokenizer import Tokens
from pipeline.clip.towers import ImageTower, TextTower

SCALE, BIAS = 10.0, -10.0  # of the sigmoid loss, as SigLIP has them for batches of 32,768 (Zhai et al. 2023)
SOFTMAX_SCALE = 1 / 0.07  # as CLIP
MOST_SCALE = 100.0
TEXTS_AT_ONCE = 64
FREQUENCIES = 4  # of the Fourier embedding, octaves


@dataclass(frozen=True)
class Views:
    """Pictures as the model takes them: `pixels` (n, 3, s, s) uint8; of k regions each, `boxes` (n, k, 4) float32 in
    pixels of these squares, `crops` (n, k, 3, c, c) uint8, and which of them are there, `valid` (n, k) bool.
    """

    pixels: torch.Tensor
    boxes: torch.Tensor
    crops: torch.Tensor
    valid: torch.Tensor

    def to(self, device: torch.device) -> "Views":
        return Views(*(each.to(device) for each in (self.pixels, self.boxes, self.crops, self.valid)))


@dataclass(frozen=True)
class Embedded:
    """Unit vectors: `z_global` and `z_global_roi` (n, e), `z_region` (n, k, e); of absent regions it means nothing."""

    z_global: torch.Tensor
    z_global_roi: torch.Tensor
    z_region: torch.Tensor


@dataclass(frozen=True)
class TowerConfigs:
    """What transformers knows of the two towers' shapes."""

    image: Any
    text: Any


class RegionClip(nn.Module):
    """`vocabulary` is the tokenizer's size, for a text tower that is made.

    Given `configs` the towers are made as these say, and no weights are looked for. Raises WeightsError where weights
    that the settings name are missing or do not fit.
    """

    def __init__(self, settings: ModelSettings, vocabulary: int, configs: TowerConfigs | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.image = ImageTower(settings.image, configs and configs.image)
        self.text = TextTower(settings.text, vocabulary, configs and configs.text)
        width, roi = self.image.width, settings.roi
        self.join = nn.Linear(2 * width, width) if roi.branch == "both" else nn.Identity()
        self.box = nn.Linear(8 * FREQUENCIES, width) if roi.fourier else None
        self.processor = RoiProcessor(width, self.image.vit.config.num_attention_heads, roi.depth)
        self.image_head = nn.Linear(width, settings.embedding, bias=False)
        self.region_head = nn.Linear(width, settings.embedding, bias=False)
        self.text_head = nn.Linear(self.text.width, settings.embedding, bias=False)
        sigmoid = settings.loss == "sigmoid"
        start = math.log(SCALE if sigmoid else SOFTMAX_SCALE)
        self.scale = nn.ParameterDict({name: nn.Parameter(torch.tensor(start)) for name in ("image", "region")})
        bias = {name: nn.Parameter(torch.tensor(BIAS)) for name in ("image", "region")} if sigmoid else {}
        self.bias = nn.ParameterDict(bias)

    @torch.no_grad()
    def start_biases(self, pictures: int, regions: int) -> None:
        """At the logarithm of the odds that a pair of a batch belongs together, for so many of each in a batch.

        With a bias far below that, false pairs weigh nothing until all cosines are near 1. Softmax has no bias.
        """
        for name, count in (("image", pictures), ("region", regions)):
            if name in self.bias:
                self.bias[name].fill_(-math.log(count))

    @property
    def configs(self) -> TowerConfigs:
        return TowerConfigs(self.image.vit.config, self.text.bert.config)

    def embed_images(self, views: Views, roi: bool = True) -> Embedded:
        """With `roi` off no region is looked at: z_global_roi is z_global, and z_region is empty (n, 0, e)."""
        tokens = self.image(views.pixels)
        glob, patches = tokens[:, 0], tokens[:, 1:]
        z_global = _unit(self.image_head(glob))
        if not roi:
            return Embedded(z_global, z_global, z_global.new_zeros(len(glob), 0, z_global.shape[1]))
        informed, regions = self.processor(glob, self._regions(patches, views), patches, views.valid)
        return Embedded(z_global, _unit(self.image_head(informed)), _unit(self.region_head(regions)))

    def text_states(self, tokens: Tokens) -> torch.Tensor:
        """(n, text width). Texts of like length are encoded together, so that little of it is padding."""
        lengths = tokens.mask.sum(dim=1)
        order = lengths.argsort(stable=True)
        parts = [self.text(_cut(tokens, rows, int(lengths[rows[-1]]))) for rows in torch.split(order, TEXTS_AT_ONCE)]
        return torch.cat(parts)[order.argsort()]

    def text_vectors(self, states: torch.Tensor) -> torch.Tensor:
        """Unit vectors (n, e)."""
        return _unit(self.text_head(states))

    def embed_texts(self, tokens: Tokens) -> torch.Tensor:
        """Unit vectors (n, e)."""
        return self.text_vectors(self.text_states(tokens))

    def logits(self, z: torch.Tensor, texts: torch.Tensor, of: str) -> torch.Tensor:
        """(n, m) of unit vectors (n, e) and (m, e); `of` names the pair of scale and bias: image or region."""
        return self._scaled(z @ texts.T, of)

    def paired_logits(self, z: torch.Tensor, texts: torch.Tensor, of: str) -> torch.Tensor:
        """(n,) of unit vectors (n, e) each, row by row."""
        return self._scaled((z * texts).sum(dim=-1), of)

    def _scaled(self, cosines: torch.Tensor, of: str) -> torch.Tensor:
        scaled: torch.Tensor = self.scale[of].exp().clamp(max=MOST_SCALE) * cosines
        return scaled + self.bias[of] if of in self.bias else scaled

    def _regions(self, patches: torch.Tensor, views: Views) -> torch.Tensor:
        """Features (n, k, w): zeros where a region is not there."""
        branch = self.settings.roi.branch
        valid = views.valid
        found = []
        if branch in ("align", "both"):
            found.append(self._aligned(patches, views))
        if branch in ("crop", "both"):
            crops = views.crops[valid]
            found.append(self.image(crops)[:, 0] if len(crops) else patches.new_zeros(0, patches.shape[-1]))
        joined: torch.Tensor = self.join(torch.cat(found, dim=-1))
        if self.box is not None:
            joined = joined + self.box(_fourier(views.boxes[valid] / views.pixels.shape[-1]))
        regions = joined.new_zeros(*valid.shape, self.image.width)
        regions[valid] = joined
        return regions

    def _aligned(self, patches: torch.Tensor, views: Views) -> torch.Tensor:
        """RoIAlign of the valid boxes on the grid of patches, to one cell each: (valid, w)."""
        side = views.pixels.shape[-1] // self.image.patch_px
        grid = patches.transpose(1, 2).reshape(len(patches), -1, side, side)
        rows = views.valid.nonzero()[:, :1].to(views.boxes.dtype)
        boxes = torch.cat([rows, views.boxes[views.valid]], dim=1).to(grid.dtype)
        cells: torch.Tensor = roi_align(grid, boxes, 1, 1 / self.image.patch_px, sampling_ratio=4, aligned=True)
        return cells[:, :, 0, 0]


def _cut(tokens: Tokens, rows: torch.Tensor, length: int) -> Tokens:
    return Tokens(tokens.ids[rows, :length], tokens.mask[rows, :length])


def _unit(x: torch.Tensor) -> torch.Tensor:
    return functional.normalize(x, dim=-1)


def _fourier(boxes: torch.Tensor) -> torch.Tensor:
    """Sines and cosines (n, 8 * FREQUENCIES) of boxes (n, 4) in shares of the picture's side."""
    waves = boxes[:, :, None] * (math.pi * 2.0 ** torch.arange(FREQUENCIES, device=boxes.device))
    return torch.cat([waves.sin(), waves.cos()], dim=-1).flatten(1)
