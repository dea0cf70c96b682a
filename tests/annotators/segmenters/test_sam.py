from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from segment_anything import SamPredictor

from annotators.proposal import Picture, SegmentedMask, as_rgb
from annotators.segmenters.sam import SamSegmenter, SamSettings
from annotators.segmenters.sam_model import save_sam
from annotators.weights import Weights, read_weights
from schemas.errors import ConfigError
from schemas.masks import ellipse_in
from tests.annotators.tiny_models import TINY_SAM, make_picture, save_tiny_sam, tiny_sam

Boxes = npt.NDArray[np.int64]

PICTURES = [make_picture(), make_picture(50, 200, seed=1), make_picture(300, 220, seed=2, grey=True)]
BOXES = [
    np.empty((0, 4), dtype=np.int64),
    np.array([[0, 0, 200, 50]]),
    np.array([[10, 20, 100, 200], [5, 5, 6, 6], [150, 250, 220, 300], [0, 0, 50, 3], [100, 100, 180, 181]]),
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    path = tmp_path_factory.mktemp("sam") / "tiny.safetensors"
    sha256 = save_tiny_sam(path)
    return read_weights(str(path), sha256)


def make_segmenter(weights: Weights, **changed: Any) -> SamSegmenter:
    return SamSegmenter(weights, SamSettings(**{"device": "cpu", **changed}))


def summary(masks: list[list[SegmentedMask]]) -> list[list[tuple[bytes, tuple[int, ...], float | None, bool]]]:
    return [[(m.mask_hw.tobytes(), m.mask_hw.shape, m.stability, m.fallback) for m in drawn] for drawn in masks]


def library_masks(picture: Picture, boxes: Boxes, multimask: bool) -> list[npt.NDArray[np.bool_]]:
    """Box by box through `SamPredictor.predict`, cut to the box."""
    predictor = SamPredictor(tiny_sam())
    predictor.set_image(as_rgb(picture))
    cut = []
    for box in boxes:
        masks, quality, _ = predictor.predict(box=box, multimask_output=multimask)
        x1, y1, x2, y2 = box
        cut.append(masks[quality.argmax(), y1:y2, x1:x2])
    return cut


@pytest.mark.parametrize("multimask", [False, True])
def test_masks_are_those_of_the_library_box_by_box(weights: Weights, multimask: bool) -> None:
    drawn = make_segmenter(weights, multimask=multimask).segment(PICTURES, BOXES)
    assert [len(masks) for masks in drawn] == [0, 1, 5]
    for masks, picture, boxes in zip(drawn, PICTURES, BOXES, strict=True):
        for mask, expected in zip(masks, library_masks(picture, boxes, multimask), strict=True):
            assert mask.fallback == (not expected.any())
            if not mask.fallback:
                np.testing.assert_array_equal(mask.mask_hw, expected)
                assert 0 <= (mask.stability or 0) <= 1


def test_an_empty_mask_falls_back_to_the_ellipse_and_says_so(tmp_path: Path) -> None:
    sam = tiny_sam()
    for head in sam.mask_decoder.output_hypernetworks_mlps:
        head.layers[-1].weight.zero_()
        head.layers[-1].bias.zero_()
    sha256 = save_sam(sam, TINY_SAM, tmp_path / "a.safetensors")
    drawn = make_segmenter(read_weights(str(tmp_path / "a.safetensors"), sha256)).segment(PICTURES, BOXES)
    for masks, boxes in zip(drawn, BOXES, strict=True):
        for mask, (x1, y1, x2, y2) in zip(masks, boxes.tolist(), strict=True):
            assert (mask.stability, mask.fallback) == (None, True)
            np.testing.assert_array_equal(mask.mask_hw, ellipse_in((x2 - x1, y2 - y1)))


@pytest.mark.parametrize("framing", ["sam", "medsam"])
def test_masks_do_not_depend_on_the_pictures_and_boxes_beside(weights: Weights, framing: str) -> None:
    segmenter = make_segmenter(weights, framing=framing, batch=3, boxes_at_once=4)
    together = summary(segmenter.segment(PICTURES, BOXES))
    assert together == summary(make_segmenter(weights, framing=framing, batch=1).segment(PICTURES, BOXES))
    for picture, boxes, expected in zip(PICTURES, BOXES, together, strict=True):
        alone = [segmenter.segment([picture], [boxes[i : i + 1]])[0] for i in range(len(boxes))]
        assert [of_box for one in summary(alone) for of_box in one] == expected


def test_on_a_cpu_pictures_and_boxes_enter_the_network_one_by_one(weights: Weights) -> None:
    """So that no digit depends on what is beside, on this processor or another."""
    segmenter, together = make_segmenter(weights, batch=3, boxes_at_once=4), []
    for part in (segmenter._sam.image_encoder, segmenter._sam.mask_decoder.transformer):
        part.register_forward_pre_hook(lambda _module, inputs: together.append(len(inputs[0])))
    segmenter.segment(PICTURES, BOXES)
    assert together == [1] * (2 + 6)


def test_the_two_framings_differ(weights: Weights) -> None:
    one, other = (make_segmenter(weights, framing=framing) for framing in ("sam", "medsam"))
    assert summary(one.segment(PICTURES, BOXES)) != summary(other.segment(PICTURES, BOXES))


def test_pictures_without_boxes_cost_nothing(weights: Weights) -> None:
    segmenter = make_segmenter(weights)
    encoded: list[torch.Size] = []
    segmenter._sam.image_encoder.register_forward_pre_hook(lambda _m, inputs: encoded.append(inputs[0].shape))
    assert segmenter.segment([], []) == []
    assert segmenter.segment(PICTURES, [BOXES[0]] * 3) == [[], [], []]
    assert encoded == []
    segmenter.segment(PICTURES, BOXES)
    assert len(encoded) == 2


def test_grey_and_its_copy_in_colour_are_the_same_picture(weights: Weights) -> None:
    one, other = make_segmenter(weights).segment([PICTURES[2], as_rgb(PICTURES[2])], [BOXES[2]] * 2)
    assert summary([one]) == summary([other])


def test_a_device_that_is_not_there_is_a_wrong_config(weights: Weights) -> None:
    with pytest.raises(ConfigError, match=r"^device: "):
        make_segmenter(weights, device="cuda:99")


def test_the_thread_count_of_the_process_is_left_alone(weights: Weights) -> None:
    before = torch.get_num_threads()
    make_segmenter(weights, threads=before + 1).segment(PICTURES[1:2], BOXES[1:2])
    assert torch.get_num_threads() == before
