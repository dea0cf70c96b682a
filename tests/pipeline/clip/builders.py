"""Tiny models and inputs."""

from pathlib import Path

import torch

from pipeline.clip.model import RegionClip, Views
from pipeline.clip.settings import ImageTowerSettings, ModelSettings, RegionSettings, TextTowerSettings
from pipeline.clip.tokenizer import Tokenizer, Tokens, made_tokenizer

SENTENCES = ("A small nodule in the left lung.", "No nodule is seen.", "A large mass in the right lung.", "Two cysts.")


class Silent:
    """A watch that says nothing."""

    def logged(self, step: object) -> None: ...
    def saved(self, place: Path) -> None: ...


def tiny_settings(**roi: object) -> ModelSettings:
    """A ViT of 8 patches a side and a BERT of one layer."""
    return ModelSettings(
        image=ImageTowerSettings(side_px=32, patch_px=4, width=16, depth=1, heads=2),
        text=TextTowerSettings(width=16, depth=1, heads=2, tokens=24, vocabulary=200),
        roi=RegionSettings(**{"regions": 3, "crop_px": 16, **roi}),  # type: ignore[arg-type]
        embedding=12,
    )


def tiny_tokenizer() -> Tokenizer:
    return made_tokenizer(SENTENCES, 200, 24)


def tiny_model(seed: int = 0, **roi: object) -> RegionClip:
    torch.manual_seed(seed)
    return RegionClip(tiny_settings(**roi), tiny_tokenizer().size).eval()


def some_views(count: int = 3, regions: int = 3, seed: int = 1, valid: float = 0.6) -> Views:
    random = torch.Generator().manual_seed(seed)
    corners = torch.rand(count, regions, 2, generator=random) * 20
    sizes = 3 + torch.rand(count, regions, 2, generator=random) * 9
    return Views(
        torch.randint(0, 256, (count, 3, 32, 32), generator=random, dtype=torch.uint8),
        torch.cat([corners, corners + sizes], dim=-1),
        torch.randint(0, 256, (count, regions, 3, 16, 16), generator=random, dtype=torch.uint8),
        torch.rand(count, regions, generator=random) < valid,
    )


def some_tokens() -> Tokens:
    return tiny_tokenizer()(SENTENCES)
