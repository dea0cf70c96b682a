"""What an evaluation config says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pipeline.clip.settings import Device
from pipeline.sources import FORBID_EXTRA


@dataclass(frozen=True, kw_only=True)
class EvaluationSettings:
    """`regions` are embedded of one picture, at most; `resamples` of the bootstrap; `examples` drawn in the page.

    `draws` of random weights are the floor of zero-shot, since one draw can score well by luck; of all else the first.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    batch: int = 64
    regions: int = 16
    resamples: int = 1000
    draws: int = 8
    seed: int = 0  # of the first of the random weights
    threads: int = 0
    device: Device = "auto"
    examples: int = 6
