from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import RTDetrImageProcessor

from annotators.detectors.found import rounded_outward
from annotators.detectors.rt_detr import RtDetrDetector, RtDetrSettings, best, squeezed
from annotators.detectors.rt_detr_model import save_rt_detr
from annotators.proposal import Picture, as_rgb
from annotators.weights import Weights, read_weights
from schemas.boxes import is_valid
from schemas.errors import ConfigError
from tests.annotators.tiny_models import TINY_RT_DETR_SIDE_PX, make_picture, save_tiny_rt_detr, tiny_rt_detr

PICTURES = [make_picture(), make_picture(50, 200, seed=1), make_picture(300, 200, seed=2, grey=True)]
SQUARE = {"height": TINY_RT_DETR_SIDE_PX, "width": TINY_RT_DETR_SIDE_PX}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    path = tmp_path_factory.mktemp("rt-detr") / "tiny.safetensors"
    sha256 = save_tiny_rt_detr(path)
    return read_weights(str(path), sha256)


def make_detector(weights: Weights, **changed: Any) -> RtDetrDetector:
    usual = {"image_side_px": TINY_RT_DETR_SIDE_PX, "device": "cpu"}
    return RtDetrDetector(weights, RtDetrSettings(**{**usual, **changed}))


def processed(network: Any, picture: Picture, confidence: float) -> np.ndarray[Any, Any]:
    """What transformers' own processor makes of its own network: (n, 6) float32, clipped to the picture."""
    processor = RTDetrImageProcessor(size=SQUARE)
    with torch.inference_mode():
        said = network(**processor(as_rgb(picture), return_tensors="pt"))
    height, width = picture.shape[:2]
    (found,) = processor.post_process_object_detection(said, confidence, [(height, width)])
    boxes = found["boxes"].numpy().clip(0, [width, height, width, height])
    return np.concatenate([boxes, found["scores"][:, None], found["labels"][:, None]], axis=1)


@pytest.mark.parametrize("model_type", ["rt_detr", "rt_detr_v2"])
def test_it_finds_what_the_library_itself_finds(tmp_path: Path, model_type: str) -> None:
    model, path = tiny_rt_detr(model_type=model_type), tmp_path / "tiny.safetensors"
    detector = make_detector(read_weights(str(path), save_rt_detr(model.network, path)), most=30)
    expected = [processed(model.network, picture, 0.25) for picture in PICTURES]
    assert sum(len(rows) for rows in expected) > 10
    for found, rows in zip(detector.find(PICTURES), expected, strict=True):
        np.testing.assert_allclose(found, rows, rtol=0, atol=1e-3)


def test_boxes_do_not_depend_on_the_pictures_beside(weights: Weights) -> None:
    detector = make_detector(weights, batch=8)
    together = detector.detect(PICTURES)
    assert together == [detector.detect([picture])[0] for picture in PICTURES]
    assert together == make_detector(weights, batch=2).detect(PICTURES)
    assert detector.detect([]) == []


def test_pictures_that_enter_together_keep_their_own_boxes(weights: Weights) -> None:
    """As on a GPU; sums in another order change the last digits, so only the surest are compared."""
    detector = make_detector(weights, most=5)
    with torch.inference_mode():
        together = detector._find(PICTURES)
    for found, rows in zip(together, detector.find(PICTURES), strict=True):
        np.testing.assert_allclose(found[:, :5], rows[:, :5], rtol=0, atol=1e-2)


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
    assert {(p.label, p.kind) for proposals in plain for p in proposals} == {("a", None), ("b", None), ("c", None)}
    named = make_detector(weights, labels={"a": ("white blood cell", "cell")}).detect(PICTURES)
    said = {(p.label, p.kind) for proposals in named for p in proposals}
    assert said == {("white blood cell", "cell"), ("b", None), ("c", None)}


def test_a_higher_confidence_keeps_the_surer_proposals(weights: Weights) -> None:
    loose = make_detector(weights, most=300).detect(PICTURES)
    strict = make_detector(weights, most=300, confidence=0.6).detect(PICTURES)
    for many, few in zip(loose, strict, strict=True):
        assert few == [p for p in many if (p.score or 0) > 0.6]
    assert make_detector(weights, confidence=1.0).detect(PICTURES) == [[], [], []]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"image_side_px": 100}, r"^image_side_px: must be a multiple of 32; the nearest is 96"),
        ({"image_side_px": 32}, r"^image_side_px: this model needs 64 or more"),
        ({"labels": {"d": ("d", None)}}, r"^labels\.d: the model knows no such class; it knows a, b, c"),
        ({"device": "cuda:99"}, r"^device: "),
    ],
)
def test_settings_that_do_not_fit_are_a_wrong_config(weights: Weights, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_detector(weights, **changed)


def test_the_smallest_square_has_a_place_for_each_query(weights: Weights) -> None:
    assert len(make_detector(weights, image_side_px=64, confidence=0).find(PICTURES)[0]) == 90  # 30 queries, 3 classes


def test_the_thread_count_of_the_process_is_left_alone(weights: Weights) -> None:
    before = torch.get_num_threads()
    make_detector(weights, threads=before + 1).detect(PICTURES[:1])
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("picture", [*PICTURES, make_picture(128, 128), make_picture(1, 700), make_picture(3, 2)])
def test_a_picture_is_squeezed_as_by_the_librarys_processor(picture: Picture) -> None:
    processor = RTDetrImageProcessor(size=SQUARE, do_rescale=False, input_data_format="channels_last")
    expected = processor(as_rgb(picture), return_tensors="pt")
    assert torch.equal(squeezed(picture, TINY_RT_DETR_SIDE_PX), expected["pixel_values"])


@given(st.lists(st.tuples(*[st.floats(0, 1, width=32)] * 4), min_size=1, max_size=5), st.integers(1, 900))
def test_boxes_never_leave_the_picture(centred: list[tuple[float, ...]], width: int) -> None:
    boxes = torch.tensor([centred], dtype=torch.float32)
    rows = best(torch.zeros(1, len(centred), 2), boxes, torch.tensor([[width, 77, width, 77]]), most=4)[0]
    assert rows.shape == (min(4, 2 * len(centred)), 6)
    assert (rows[:, :4] >= 0).all()
    assert (rows[:, [0, 2]] <= width).all()
    assert (rows[:, [1, 3]] <= 77).all()
    assert (rows[:, :2] <= rows[:, 2:4]).all()
