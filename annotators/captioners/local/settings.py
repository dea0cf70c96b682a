"""How a local model runs."""

from dataclasses import dataclass
from typing import Literal

from schemas.errors import ConfigError

Precision = Literal["bfloat16", "float16", "float32"]


@dataclass(frozen=True, kw_only=True)
class LocalSettings:
    """`batch`: answers that are written at once. It, the device and threads reach an answer by rounding alone.

    A text that its schema does not bound ends after `letters_a_text` at the latest, so that a model ends that repeats
    itself; by then it has passed any limit of words.
    """

    dtype: Precision = "bfloat16"
    letters_a_text: int = 4000
    device: str = "auto"
    batch: int = 8
    threads: int = 1  # on a CPU


def check(settings: LocalSettings) -> None:
    """Raises ConfigError for a value that makes no sense; the device is looked for when the model is loaded."""
    for name, most in (("batch", 1024), ("threads", 1024), ("letters_a_text", 100_000)):
        value = getattr(settings, name)
        if not 1 <= value <= most:
            raise ConfigError(name, f"{value}; from 1 to {most} are possible")
