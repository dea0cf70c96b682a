"""What a person may ask of the generator."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from schemas.taxonomy.modalities import modalities

Part = Literal["train", "test"]


@dataclass(frozen=True)
class Noise:
    """How supervision departs from truth: shares of regions left out, of findings that the report leaves out, of
    labels swapped for a partner's, and the standard deviation of box edges in units of the box's side.
    """

    omit_boxes: float = 0.0
    omit_mentions: float = 0.0
    wrong_label: float = 0.0
    jitter_boxes: float = 0.0


@dataclass(frozen=True)
class PhantomSettings:
    """`part` train leaves out the held-out combinations and the held-out scanner; test has both.

    `confound` is the share of pictures whose site style is tied to disease in train and to its absence in test.
    """

    count: int
    seed: int = 0
    size_px: int = 256
    part: Part = "train"
    confound: float = 0.0
    modalities: tuple[str, ...] = field(default_factory=lambda: tuple(each.id for each in modalities()))
    supervision: Noise = field(default_factory=Noise)

    def as_json(self) -> Mapping[str, Any]:
        return asdict(self)
