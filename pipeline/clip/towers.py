"""The two encoders: a transformers ViT and a BERT-like one, made at any size or loaded."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipeline.clip.settings import ImageTowerSettings, TextTowerSettings
from pipeline.clip.tokenizer import Tokens
from pipeline.clip.weights import place_of
from schemas.errors import WeightsError

MIDDLE, HALF_RANGE = 127.5, 127.5  # of 8 bits, to -1 .. 1: the normalisation that ViT was pretrained with
MLP = 4  # times the width
POOLER = "pooler."  # of what is loaded, not used here
NEEDED = ("vocab_size", "max_position_embeddings", "hidden_size")  # of a text tower's config
OFFSET = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}  # positions that a kind of text tower does not give to tokens


class ImageTower(nn.Module):
    """Pictures (n, 3, h, w) uint8 to tokens (n, 1 + patches, width): the class token, then patches row by row.

    Pictures of another side than the tower's get its position embeddings interpolated, so one tower serves global
    views and crops. Given `config`, of transformers, it is made as that says, whatever the settings' weights.
    """

    def __init__(self, settings: ImageTowerSettings, config: Any = None) -> None:
        from transformers import ViTConfig, ViTModel

        super().__init__()
        if settings.weights and config is None:
            self.vit = _loaded(settings.weights, "model.image.weights")
        else:
            config = config or ViTConfig(
                hidden_size=settings.width,
                num_hidden_layers=settings.depth,
                num_attention_heads=settings.heads,
                intermediate_size=MLP * settings.width,
                image_size=settings.side_px,
                patch_size=settings.patch_px,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            self.vit = _made(config)
        if not isinstance(self.vit, ViTModel):
            raise WeightsError(f"model.image.weights: a {type(self.vit).__name__}; a ViTModel is needed")
        if self.vit.config.patch_size != settings.patch_px:
            raise WeightsError(
                f"model.image.patch_px: {settings.patch_px}, but {settings.weights} has patches of "
                f"{self.vit.config.patch_size} px; say so"
            )
        self.width: int = self.vit.config.hidden_size
        self.patch_px: int = self.vit.config.patch_size
        self.side_px: int = self.vit.config.image_size

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        scaled = (pixels.float() - MIDDLE) / HALF_RANGE
        other = pixels.shape[-1] != self.side_px or pixels.shape[-2] != self.side_px
        found: torch.Tensor = self.vit(pixel_values=scaled, interpolate_pos_encoding=other).last_hidden_state
        return found


class TextTower(nn.Module):
    """Tokens (n, t) to (n, width): the mean over a text's tokens. `config` as the image tower takes it."""

    def __init__(self, settings: TextTowerSettings, vocabulary: int, config: Any = None) -> None:
        from transformers import BertConfig

        super().__init__()
        if settings.weights and config is None:
            self.bert = _loaded(settings.weights, "model.text.weights")
        else:
            config = config or BertConfig(
                vocab_size=vocabulary,
                hidden_size=settings.width,
                num_hidden_layers=settings.depth,
                num_attention_heads=settings.heads,
                intermediate_size=MLP * settings.width,
                max_position_embeddings=settings.tokens,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            self.bert = _made(config)
        if lacking := [name for name in NEEDED if not hasattr(self.bert.config, name)]:
            raise WeightsError(
                f"model.text.weights: a {type(self.bert).__name__} has no {lacking[0]}; an encoder of texts is needed"
            )
        if vocabulary > self.bert.config.vocab_size:
            raise WeightsError(
                f"model.text.weights: the tokenizer in {settings.weights} has {vocabulary} pieces, the encoder "
                f"{self.bert.config.vocab_size}"
            )
        most = _most_tokens(self.bert.config)
        if settings.tokens > most:
            raise WeightsError(f"model.text.tokens: {settings.tokens}, but {settings.weights} reads at most {most}")
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


def read_config(folder: Path) -> Any:
    """Of transformers, as `save_pretrained` wrote it. Raises WeightsError where there is none."""
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise WeightsError(f"{folder}: no config of a tower; take another checkpoint") from error


def _most_tokens(config: Any) -> int:
    return int(config.max_position_embeddings) - OFFSET.get(config.model_type, 0)


def _made(config: Any) -> Any:
    from transformers import AutoModel

    return _without_pooler(AutoModel.from_config(config))


def _without_pooler(model: Any) -> Any:
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return model


def _loaded(place: str, key: str) -> Any:
    """From a folder, or by a hub's name where it is in the local cache; safetensors alone, of any kind of encoder.

    Raises WeightsError, which names the config's key, where there is none, or where weights lack what the encoder has.
    """
    from transformers import AutoModel

    place = place_of(place, key)
    try:
        model, about = AutoModel.from_pretrained(
            place, local_files_only=True, use_safetensors=True, output_loading_info=True, dtype=torch.float32
        )
    except RuntimeError as error:
        raise WeightsError(f"{key}: the weights in {place!r} have other sizes than its config.json says") from error
    except (OSError, ValueError) as error:
        known = "a folder" if Path(place).is_dir() else "neither a folder nor in the local cache of the hub"
        raise WeightsError(
            f"{key}: no weights of an encoder in {place!r} ({known}); give a folder with config.json and "
            "model.safetensors"
        ) from error
    if missing := sorted(name for name in about["missing_keys"] if not name.startswith(POOLER)):
        raise WeightsError(f"{key}: the weights in {place!r} lack what a {type(model).__name__} has: {missing[0]}")
    return _without_pooler(model)
