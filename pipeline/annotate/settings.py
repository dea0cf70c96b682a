"""Which detectors look at a picture, in which order, and who draws masks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, ClassVar, Literal

from annotators.weights import sha256_of
from pipeline.sources import FORBID_EXTRA, LabelSettings
from schemas.taxonomy.csv_table import tables_hash


@dataclass(frozen=True, kw_only=True)
class DetectorSettings:
    """`given`: what came with the source. `classical`: unlabelled areas. The others: a model by path.

    `yolo` is run by ultralytics, `rt-detr` by transformers.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    name: Literal["given", "classical", "yolo", "rt-detr"]
    only_where_empty: bool = False  # look only at pictures on which the detectors before found nothing
    weights: str | None = None
    sha256: str | None = None
    labels: Mapping[str, LabelSettings] = field(default_factory=dict)  # the model's classes
    confidence: float = 0.25
    iou: float = 0.7  # of two boxes of `yolo`, from which the lesser goes
    image_side_px: int = 640
    most: int = 100  # proposals a picture
    batch: int = 8
    device: str = "auto"
    threads: int = 1  # on a CPU the last digits of boxes depend on it, so it is part of the key

    def key(self) -> Mapping[str, Any]:
        """What affects the boxes: of each detector its own settings, libraries and tables of words."""
        known: dict[str, Any] = {"name": self.name, "only_where_empty": self.only_where_empty}
        if self.name == "classical":
            return {**known, "most": self.most, "libraries": versions("opencv-python")}
        if self.name in ("yolo", "rt-detr"):
            kept, libraries = ["confidence", "image_side_px", "most", "threads"], ["torch", "transformers"]
            if self.name == "yolo":
                kept, libraries = [*kept, "iou"], ["torch", "torchvision", "ultralytics", "opencv-python"]
            return {
                **known,
                **{name: getattr(self, name) for name in kept},
                "labels": {label: vars(setting) for label, setting in self.labels.items()},
                "words": tables_hash(("schemas.taxonomy", "labels"), ("schemas.lexicon", "findings")),
                "weights": weights_key(self.weights),
                "libraries": versions(*libraries),
            }
        return known


@dataclass(frozen=True, kw_only=True)
class SegmenterSettings:
    """`ellipse`: inscribed in the box, without weights. `sam`: a segment-anything model by path."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    name: Literal["ellipse", "sam"] = "ellipse"
    weights: str | None = None
    sha256: str | None = None
    framing: Literal["sam", "medsam"] = "sam"  # how the weights were trained to see a picture
    batch: int = 4
    device: str = "auto"
    threads: int = 1

    def key(self) -> Mapping[str, Any]:
        """What affects the masks."""
        if self.name == "ellipse":
            return {"name": self.name}
        return {
            **{name: getattr(self, name) for name in ("name", "framing", "threads")},
            "weights": weights_key(self.weights),
            "libraries": versions("torch", "segment-anything", "pillow"),
        }


def weights_key(weights: str | None) -> str | None:
    """The checksum of a model's weights; where they lie is no part of a key."""
    return None if weights is None else sha256_of(weights)


def versions(*packages: str) -> Mapping[str, str]:
    return {package: version(package) for package in packages}


@dataclass(frozen=True, kw_only=True)
class AnnotateSettings:
    """The section `annotate` of a corpus config."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    detectors: tuple[DetectorSettings, ...] = (
        DetectorSettings(name="given"),
        DetectorSettings(name="classical", only_where_empty=True, most=4),
    )
    segmenter: SegmenterSettings = SegmenterSettings()
    overlap: float = 0.5  # a later detector's box with at least this IoU to an earlier one says nothing new
