"""What a training config says: the model's sizes, its stages, the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pipeline.sources import FORBID_EXTRA

Branch = Literal["align", "crop", "both"]
LossKind = Literal["sigmoid", "softmax"]
Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, kw_only=True)
class ImageTowerSettings:
    """A transformers ViT: made at these sizes, or, where `weights` names a folder, a hub's model or
    `package:NAME/FOLDER`, loaded from there at that one's sizes. `patch_px` then has to be its own; to another
    `side_px` its positions are interpolated.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    weights: str | None = None
    side_px: int = 224  # pictures are fitted into this square
    patch_px: int = 16
    width: int = 768
    depth: int = 12
    heads: int = 12


@dataclass(frozen=True, kw_only=True)
class TextTowerSettings:
    """A transformers BERT: made at these sizes with a vocabulary of the training texts; or any encoder of texts, loaded
    with its own.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    weights: str | None = None
    frozen: bool = False  # only the projection learns
    tokens: int = 96  # longest text; what is longer is cut
    vocabulary: int = 4000  # pieces of a made one
    width: int = 768
    depth: int = 12
    heads: int = 12


@dataclass(frozen=True, kw_only=True)
class RegionSettings:
    """`branch`: a region's feature is cut from the picture's patches (align), from its own crop, or joined of both."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    branch: Branch = "both"
    regions: int = 6  # of one picture and step, at most
    crop_px: int = 96  # a multiple of the patch
    depth: int = 1  # blocks of the ROI processor
    fourier: bool = False  # tells the box itself, so that words of place and size come for free


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    image: ImageTowerSettings = ImageTowerSettings()
    text: TextTowerSettings = TextTowerSettings()
    roi: RegionSettings = RegionSettings()
    embedding: int = 512
    loss: LossKind = "sigmoid"


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """One stage: its steps, which losses act with which weight, and how fast things learn.

    `report`, `summary`: with z_global, and with z_global_roi as well where `roi` is on. `region`: region texts with
    z_region. `negatives`: each text against its own false versions. `towers_rate` multiplies the rate of both towers.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    name: str
    steps: int
    report: float = 0.0
    summary: float = 0.0
    region: float = 0.0
    negatives: float = 0.0
    roi: bool = False
    learning_rate: float = 5e-4
    towers_rate: float = 1.0


@dataclass(frozen=True, kw_only=True)
class AugmentSettings:
    """What is done to boxes so that having boxes, or their exact edges, tells nothing; and to pixels."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    shuffle: bool = True  # which regions of a picture with too many are taken, and in which order
    drop_boxes: float = 0.3  # of pictures: all boxes of one
    random_boxes: float = 0.5  # of pictures: boxes of nothing in particular join
    jitter: float = 0.1  # standard deviation of an edge, in units of the box's side
    brightness: float = 0.1
    contrast: float = 0.1


def _stages() -> tuple[StageSettings, ...]:
    """The four of the design, for a corpus of half a million pictures and batches of 256."""
    return (
        StageSettings(name="warmup", steps=4000, report=1.0),
        StageSettings(name="refine", steps=4000, report=1.0, summary=0.5),
        StageSettings(
            name="region", steps=8000, report=0.5, summary=0.5, region=1.0, negatives=0.5, roi=True, towers_rate=0.3
        ),
        StageSettings(name="joint", steps=8000, report=1.0, summary=0.5, region=1.0, negatives=0.5, roi=True),
    )


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The run itself: how long, how often it says and keeps something."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    stages: tuple[StageSettings, ...] = field(default_factory=_stages)
    batch: int = 256
    alike: int = (
        1  # pictures of one modality that follow each other, so that a batch tells them apart by more than that
    )
    seed: int = 0
    weight_decay: float = 0.05
    warmup_steps: int = 200  # of each stage; then the rate falls along a cosine to a tenth
    clip_norm: float = 1.0
    augment: AugmentSettings = AugmentSettings()
    log_every: int = 20
    checkpoint_every: int = 1000
    keep: int = 2  # checkpoints
    threads: int = 0  # of the processor; 0: as torch decides
    device: Device = "auto"

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def stage_at(self, step: int) -> tuple[StageSettings, int]:
        """The stage of a step, counted from 0, and how many of its steps are done."""
        for stage in self.stages:
            if step < stage.steps:
                return stage, step
            step -= stage.steps
        return self.stages[-1], self.stages[-1].steps
