"""What a corpus config says under `describe`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pipeline.sources import FORBID_EXTRA


@dataclass(frozen=True, kw_only=True)
class DescribeSettings:
    """All facts are recorded; the limits are of what is said, so that a picture with hundreds of cells stays short."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    writer: Literal["rules"] = "rules"
    negatives_per_region: int = 10  # at most; fewer where the facts allow no more
    negatives_per_report: int = 10  # at most
    regions_with_negatives: int = 64  # at most, of one picture
    names_per_report: int = 12  # at most; the others are counted among the facts alone
    relations_per_report: int = 2  # at most
