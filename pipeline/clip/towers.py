"""The two encoders: a transformers ViT and a transformers BERT, made at any size or loaded."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipeline.clip.settings import ImageTowerSettings, TextTowerSettings
from pipeline.clip.tokenizer import Tokens
from schemas.errors import WeightsError

MIDDLE, HALF_RANGE = 127.5, 127.5  # of 8 bits, to -1 .. 1: the normalisation that ViT was pretrained with
MLP = 4  # times the width


class ImageTower(nn.Module):
    """Pictures (n, 3, h, w) uint8 to tokens (n, 1 + patches, width): the class token, then patches row by row.

    Pictures of another side than the tower's get its position embeddings interpolated, so one tower serves global
    views and crops.
    """

    def __init__(self, settings: ImageTowerSettings) -> None:
        from transformers import ViTConfig, ViTModel

        super().__init__()
        if settings.weights:
            self.vit = _loaded(ViTModel, settings.weights, "model.image.weights", add_pooling_layer=False)
        else:
            config = ViTConfig(
                hidden_size=settings.width,
                num_hidden_layers=settings.depth,
                num_attention_heads=settings.heads,
                intermediate_size=MLP * settings.width,
                image_size=settings.side_px,
                patch_size=settings.patch_px,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            self.vit = ViTModel(config, add_pooling_layer=False)
        self.width: int = self.vit.config.hidden_size
        self.patch_px: int = self.vit.config.patch_size
        self.side_px: int = self.vit.config.image_size

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        scaled = (pixels.float() - MIDDLE) / HALF_RANGE
        other = pixels.shape[-1] != self.side_px or pixels.shape[-2] != self.side_px
        found: torch.Tensor = self.vit(pixel_values=scaled, interpolate_pos_encoding=other).last_hidden_state
        return found


class TextTower(nn.Module):
    """Tokens (n, t) to (n, width): the mean over a text's tokens."""

    def __init__(self, settings: TextTowerSettings, vocabulary: int) -> None:
        from transformers import BertConfig, BertModel

        super().__init__()
        if settings.weights:
            self.bert = _loaded(BertModel, settings.weights, "model.text.weights", add_pooling_layer=False)
        else:
            config = BertConfig(
                vocab_size=vocabulary,
                hidden_size=settings.width,
                num_hidden_layers=settings.depth,
                num_attention_heads=settings.heads,
                intermediate_size=MLP * settings.width,
                max_position_embeddings=settings.tokens,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            self.bert = BertModel(config, add_pooling_layer=False)
        self.width: int = self.bert.config.hidden_size
        self.frozen = settings.frozen
        if settings.frozen:
            self.bert.requires_grad_(False)

    def train(self, mode: bool = True) -> "TextTower":
        """A frozen encoder never drops anything out."""
        super().train(mode)
        if self.frozen:
            self.bert.eval()
        return self

    def forward(self, tokens: Tokens) -> torch.Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            states = self.bert(input_ids=tokens.ids, attention_mask=tokens.mask).last_hidden_state
        weights = tokens.mask.unsqueeze(-1).to(states.dtype)
        mean: torch.Tensor = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return mean


def _loaded(kind: Any, place: str, key: str, **options: Any) -> Any:
    """From a folder, or by a hub's name where it is in the local cache; safetensors alone.

    Raises WeightsError, which names the config's key, where there is none.
    """
    try:
        return kind.from_pretrained(place, local_files_only=True, use_safetensors=True, **options)
    except (OSError, ValueError) as error:
        known = "a folder" if Path(place).is_dir() else "neither a folder nor in the local cache of the hub"
        raise WeightsError(
            f"{key}: no weights of a {kind.__name__} in {place!r} ({known}); give a folder with config.json and "
            "model.safetensors"
        ) from error
