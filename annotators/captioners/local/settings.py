"""How a local model runs."""

from dataclasses import dataclass
from typing import Literal

from schemas.errors import ConfigError

Precision = Literal["bfloat16", "float16", "float32"]
BATCH_MOST = 1024


@dataclass(frozen=True, kw_only=True)
class LocalSettings:
    """`batch`: answers that are written at once. It and the device reach an answer only by the rounding of sums."""

    dtype: Precision = "bfloat16"
    device: str = "auto"
    batch: int = 8
    threads: int = 1  # on a CPU


def check(settings: LocalSettings) -> None:
    """Raises ConfigError for a value that makes no sense; the device is looked for when the model is loaded."""
    for name, most in (("batch", BATCH_MOST), ("threads", BATCH_MOST)):
        value = getattr(settings, name)
        if not 1 <= value <= most:
            raise ConfigError(name, f"{value}; from 1 to {most} are possible")
