"""Detectors and segmenters from their settings; a process loads each of them once."""

from functools import lru_cache

from annotators.proposal import Detector, Proposal, Segmenter
from annotators.weights import Weights, read_weights
from pipeline.annotate.settings import AnnotateSettings, DetectorSettings, SegmenterSettings
from schemas.errors import ConfigError
from schemas.taxonomy.labels import resolve_label

_LOADED: dict[str, Detector] = {}


def check_models(settings: AnnotateSettings) -> None:
    """Reads what the config says of weights, so that a wrong run ends before anything is written.

    Raises ConfigError where a model has no weights, WeightsError where they are missing, altered or unsafe.
    """
    for i, of_detector in enumerate(settings.detectors):
        if of_detector.name in ("yolo", "rt-detr"):
            _weights(of_detector, f"annotate.detectors.{i}")
            detector(of_detector)
    if settings.segmenter.name == "sam":
        _weights(settings.segmenter, "annotate.segmenter")
        segmenter(settings.segmenter)


def detector(settings: DetectorSettings) -> Detector:
    """Of every name but `given`, which is no model."""
    known = repr(settings)
    if known not in _LOADED:
        _LOADED[known] = _loaded(settings)
    return _LOADED[known]


def _loaded(settings: DetectorSettings) -> Detector:
    if settings.name == "classical":
        return _classical(settings)
    return _yolo(settings) if settings.name == "yolo" else _rt_detr(settings)


def _classical(settings: DetectorSettings) -> Detector:
    from annotators.detectors.classical import ClassicalDetector, ClassicalSettings

    return ClassicalDetector(ClassicalSettings(most=settings.most))


def _yolo(settings: DetectorSettings) -> Detector:
    from annotators.detectors.yolo import YoloDetector, YoloSettings

    said = YoloSettings(
        labels=_labels(settings),
        confidence=settings.confidence,
        iou=settings.iou,
        image_side_px=settings.image_side_px,
        most=settings.most,
        batch=settings.batch,
        device=settings.device,
        threads=settings.threads,
    )
    return YoloDetector(_weights(settings, "annotate.detectors"), said)


def _rt_detr(settings: DetectorSettings) -> Detector:
    from annotators.detectors.rt_detr import RtDetrDetector, RtDetrSettings

    said = RtDetrSettings(
        labels=_labels(settings),
        confidence=settings.confidence,
        image_side_px=settings.image_side_px,
        most=settings.most,
        batch=settings.batch,
        device=settings.device,
        threads=settings.threads,
    )
    return RtDetrDetector(_weights(settings, "annotate.detectors"), said)


def _labels(settings: DetectorSettings) -> dict[str, tuple[str, str | None]]:
    return {label: (label, meaning.kind) for label, meaning in settings.labels.items()}


@lru_cache(maxsize=1)
def segmenter(settings: SegmenterSettings) -> Segmenter:
    if settings.name == "ellipse":
        from annotators.segmenters.ellipse import EllipseSegmenter

        return EllipseSegmenter()
    from annotators.segmenters.sam import SamSegmenter, SamSettings

    said = SamSettings(framing=settings.framing, batch=settings.batch, device=settings.device, threads=settings.threads)
    return SamSegmenter(_weights(settings, "annotate.segmenter"), said)


def _weights(settings: DetectorSettings | SegmenterSettings, place: str) -> Weights:
    if settings.weights is None:
        raise ConfigError(f"{place}.weights", f"{settings.name} needs the path of its weights")
    return read_weights(settings.weights, settings.sha256, f"{place}.weights")


def resolve_class(proposal: Proposal, settings: DetectorSettings) -> tuple[str | None, str | None]:
    """(name, category) of a proposal: as the config says, else as the taxonomy knows the label; else nothing."""
    if proposal.kind is None:
        return None, None
    meaning, known = settings.labels.get(proposal.label), resolve_label(proposal.label)
    name = (meaning.name if meaning else None) or (known.name if known else proposal.label)
    category = (meaning.category if meaning else None) or (known.category if known else None)
    return name, category
