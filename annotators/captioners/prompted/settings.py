"""What a model is shown of a picture, and how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from schemas.errors import ConfigError

FORBID_EXTRA: Mapping[str, Any] = {"extra": "forbid"}  # read by pydantic, which this room does not import


@dataclass(frozen=True, kw_only=True)
class WritingSettings:
    """All of it affects what is written. Pictures are shrunk to the given longest side and never enlarged."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    prompt: str = "findings-1"  # a file of annotators/captioners/prompts, or a path that ends in .yaml
    image_side_px: int = 768
    crop_side_px: int = 336  # of a region with its surroundings; 0 shows the whole picture alone
    crop_context: float = 0.25  # of the region's own sides, added all around
    jpeg_quality: int = 90
    regions_a_request: int = 8  # at most; a picture with more takes several requests
    max_tokens: int = 2048  # of one answer
    temperature: float = 0.0
    seed: int | None = None

    def writing_key(self) -> Mapping[str, Any]:
        """What of these settings enters the key of captions, the prompt's name excepted: its content does."""
        return {field.name: getattr(self, field.name) for field in fields(WritingSettings) if field.name != "prompt"}


def check_writing(settings: WritingSettings) -> None:
    """Raises ConfigError for the first value that makes no sense."""
    for name, least, most in (
        ("image_side_px", 32, 8192),
        ("crop_side_px", 0, 4096),
        ("crop_context", 0.0, 10.0),
        ("jpeg_quality", 1, 100),
        ("regions_a_request", 1, 256),
        ("max_tokens", 16, 1_000_000),
        ("temperature", 0.0, 2.0),
    ):
        value = getattr(settings, name)
        if not least <= value <= most:
            raise ConfigError(name, f"{value}; from {least:g} to {most:g} are possible")
