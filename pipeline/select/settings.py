"""What a corpus config says under `select`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pipeline.sources import FORBID_EXTRA

Split = Literal["train", "validation", "test"]


@dataclass(frozen=True, kw_only=True)
class SelectSettings:
    """Fractions of split units, and the rules by which a picture is left out."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    splits: Mapping[Split, float] = field(default_factory=lambda: {"train": 0.8, "validation": 0.1, "test": 0.1})
    min_side_px: int = 64  # of the stored picture's shorter side
    max_aspect: float = 10.0  # longer side / shorter side
    blank_std: float = 1.0  # grey levels; a picture that varies less shows nothing
    burned_in_annotation: Literal["exclude", "keep"] = "exclude"  # strokes in the pixels give the answer away

    def rules(self) -> Mapping[str, Any]:
        """What decides whether a picture is left out; splits are decided before."""
        return {
            "min_side_px": self.min_side_px,
            "max_aspect": self.max_aspect,
            "blank_std": self.blank_std,
            "burned_in_annotation": self.burned_in_annotation,
        }
