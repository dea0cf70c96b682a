"""Which detectors look at a picture, in which order, and who draws masks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, ClassVar, Literal

from annotators.weights import sha256_of
from pipeline.sources import FORBID_EXTRA, LabelSettings


@dataclass(frozen=True, kw_only=True)
class DetectorSettings:
    """`given`: what came with the source. `classical`: unlabelled areas. `yolo`: an ultralytics model by path."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    name: Literal["given", "classical", "yolo"]
    only_where_empty: bool = False  # look only at pictures on which the detectors before found nothing
    weights: str | None = None
    sha256: str | None = None
    labels: Mapping[str, LabelSettings] = field(default_factory=dict)  # the model's classes
    confidence: float = 0.25
    iou: float = 0.7  # of two boxes of a model, from which the lesser goes
    image_side_px: int = 640
    most: int = 100  # proposals a picture
    batch: int = 8
    device: str = "auto"
    threads: int = 1  # on a CPU the last digits of boxes depend on it, so it is part of the key

    def key(self) -> Mapping[str, Any]:
        """What affects the boxes; the weights by their checksum."""
        labels = {label: vars(setting) for label, setting in self.labels.items()}
        kept = ("name", "only_where_empty", "confidence", "iou", "image_side_px", "most", "threads")
        return {"labels": labels, "model": model_key(self.weights), **{name: getattr(self, name) for name in kept}}


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
        kept = {name: getattr(self, name) for name in ("name", "framing", "threads")}
        return {"model": model_key(self.weights), **kept}


def model_key(weights: str | None) -> Mapping[str, str] | None:
    """Weights by their checksum, and the libraries that run them."""
    if weights is None:
        return None
    libraries = {name: version(name) for name in ("torch", "ultralytics", "segment-anything")}
    return {"sha256": sha256_of(weights), **libraries}


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
