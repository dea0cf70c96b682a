from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.detectors.found import rounded_outward
from annotators.detectors.yolo import YoloDetector, YoloSettings, letterbox
from annotators.detectors.yolo_model import load_yolo, save_safetensors
from annotators.proposal import Picture, as_rgb
from annotators.weights import Weights, read_weights
from schemas.boxes import is_valid
from schemas.errors import ConfigError
from tests.annotators.detectors.test_yolo_model import save_checkpoint
from tests.annotators.tiny_models import TINY_YOLO_SIDE_PX, make_picture, save_tiny_yolo, tiny_yolo

PICTURES = [make_picture(), make_picture(50, 200, seed=1), make_picture(300, 200, seed=2, grey=True)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    path = tmp_path_factory.mktemp("yolo") / "tiny.safetensors"
    sha256 = save_tiny_yolo(path)
    return read_weights(str(path), sha256)


def make_detector(weights: Weights, **changed: Any) -> YoloDetector:
    return YoloDetector(weights, YoloSettings(**{"image_side_px": TINY_YOLO_SIDE_PX, "device": "cpu", **changed}))


def predicted(network: Any, pictures: list[Picture], **changed: Any) -> list[np.ndarray[Any, Any]]:
    """What ultralytics' own predictor says, one picture at a time: (n, 6) float32."""
    from ultralytics.models.yolo.detect import DetectionPredictor

    quiet = {"rect": False, "verbose": False, "save": False, "device": "cpu", "imgsz": TINY_YOLO_SIDE_PX}
    predictor = DetectionPredictor(overrides={**quiet, **changed})
    bgr = [np.ascontiguousarray(as_rgb(picture)[..., ::-1]) for picture in pictures]
    return [predictor(source=[picture], model=network)[0].boxes.data.numpy() for picture in bgr]


@pytest.mark.parametrize("yaml_name", ["yolov8n.yaml", "yolo11n.yaml", "yolo26n.yaml"])
def test_it_finds_what_the_library_itself_predicts(tmp_path: Path, yaml_name: str) -> None:
    """The three differ in layers; the last has a second head."""
    model, path = tiny_yolo(yaml_name=yaml_name), tmp_path / "tiny.safetensors"
    sha256 = save_safetensors(model.network, path)
    detector = make_detector(read_weights(str(path), sha256), most=20)
    expected = predicted(model.network, PICTURES, conf=0.25, iou=0.7, max_det=20)
    assert sum(len(rows) for rows in expected) > 10
    for found, rows in zip(detector.find(PICTURES), expected, strict=True):
        np.testing.assert_allclose(found, rows, rtol=0, atol=1e-3)


def test_boxes_do_not_depend_on_the_pictures_beside(weights: Weights) -> None:
    detector = make_detector(weights, batch=8)
    together = detector.detect(PICTURES)
    assert together == [detector.detect([picture])[0] for picture in PICTURES]
    assert together == make_detector(weights, batch=2).detect(PICTURES)
    assert detector.detect([]) == []


def test_of_two_heads_a_checkpoint_cannot_choose_the_other(tmp_path: Path) -> None:
    network = tiny_yolo(yaml_name="yolo26n.yaml").network
    save_checkpoint(network, tmp_path / "plain.pt")
    network.end2end = True
    save_checkpoint(network, tmp_path / "flagged.pt")
    plain, flagged = (make_detector(read_weights(str(tmp_path / f"{name}.pt"), None)) for name in ("plain", "flagged"))
    assert plain.detect(PICTURES) == flagged.detect(PICTURES)


def test_a_checkpoint_with_only_a_head_that_suppresses_by_itself_is_taken(tmp_path: Path) -> None:
    network = tiny_yolo(yaml_name="yolo26n.yaml").network
    network.end2end = True
    save_checkpoint(network.fuse(verbose=False), tmp_path / "a.pt")
    weights = read_weights(str(tmp_path / "a.pt"), None)
    expected = predicted(load_yolo(weights).network, PICTURES, conf=0.25, max_det=20)
    for found, rows in zip(make_detector(weights, most=20).find(PICTURES), expected, strict=True):
        np.testing.assert_allclose(found, rows, rtol=0, atol=1e-3)
    many = make_detector(weights, most=320, confidence=0).find(PICTURES[:1])
    assert [len(rows) for rows in many] == [320]  # the head gives 300 unless told


def test_grey_and_its_copy_in_colour_are_the_same_picture(weights: Weights) -> None:
    grey = make_picture(90, 70, grey=True)
    one, other = make_detector(weights).detect([grey, as_rgb(grey)])
    assert one == other
    assert one


def test_proposals_are_the_rounded_findings_best_first(weights: Weights) -> None:
    detector = make_detector(weights, most=7)
    for picture, rows, proposals in zip(PICTURES, detector.find(PICTURES), detector.detect(PICTURES), strict=True):
        assert 0 < len(proposals) <= len(rows) <= 7
        assert is_valid([p.box_xyxy for p in proposals], (picture.shape[1], picture.shape[0])).all()
        assert [p.score for p in proposals] == sorted((p.score for p in proposals), key=lambda s: -(s or 0))
        names = [detector.names[int(index)] for index in rows[:, 5]]
        boxes = map(tuple, rounded_outward(rows[:, :4]).tolist())
        assert {(p.box_xyxy, p.label) for p in proposals} == set(zip(boxes, names, strict=True))


def test_classes_get_the_label_and_kind_of_the_settings(weights: Weights) -> None:
    plain = make_detector(weights).detect(PICTURES)
    assert {p.kind for proposals in plain for p in proposals} == {None}
    assert {p.label for proposals in plain for p in proposals} <= {"a", "b", "c"}
    labels = {"a": ("white blood cell", "cell"), "b": ("white blood cell", "cell")}
    named = make_detector(weights, labels=labels).detect(PICTURES)
    said = {(p.label, p.kind) for proposals in named for p in proposals}
    assert said <= {("white blood cell", "cell"), ("c", None)}
    assert ("white blood cell", "cell") in said
    for proposals in named:
        assert len({(p.box_xyxy, p.label) for p in proposals}) == len(proposals)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"image_side_px": 100}, r"^image_side_px: must be a multiple of 32; the nearest is 96"),
        ({"image_side_px": 0}, r"^image_side_px: .* nearest is 32"),
        ({"labels": {"d": ("d", None)}}, r"^labels\.d: the model knows no such class; it knows a, b, c"),
        ({"device": "cuda:99"}, r"^device: "),
    ],
)
def test_settings_that_do_not_fit_are_a_wrong_config(weights: Weights, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_detector(weights, **changed)


def test_a_higher_confidence_keeps_the_surer_proposals(weights: Weights) -> None:
    loose = make_detector(weights, most=300).detect(PICTURES)
    strict = make_detector(weights, most=300, confidence=0.6).detect(PICTURES)
    for many, few in zip(loose, strict, strict=True):
        assert few == [p for p in many if (p.score or 0) > 0.6]
    assert make_detector(weights, confidence=1.0).detect(PICTURES) == [[], [], []]


def test_the_thread_count_of_the_process_is_left_alone(weights: Weights) -> None:
    before = torch.get_num_threads()
    make_detector(weights, threads=before + 1).detect(PICTURES[:1])
    assert torch.get_num_threads() == before


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([32, 64, 320]))
def test_the_framed_picture_maps_back_to_the_whole_picture(height: int, width: int, side: int) -> None:
    square, frame = letterbox(np.full((height, width, 3), 7, dtype=np.uint8), side)
    assert square.shape == (side, side, 3)
    ys, xs = np.nonzero(square[..., 0] == 7)
    assert (square[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] == 7).all()
    inner = torch.tensor([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]], dtype=torch.float32)
    whole = torch.tensor([[0, 0, width, height]], dtype=torch.float32)
    torch.testing.assert_close(frame.to_picture(inner), whole)
    torch.testing.assert_close(frame.to_picture(torch.tensor([[-9.0, -9.0, side + 9.0, side + 9.0]])), whole)
