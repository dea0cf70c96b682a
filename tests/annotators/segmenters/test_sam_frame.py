import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_anything import SamPredictor
from torch.nn.functional import interpolate

from annotators.proposal import as_rgb
from annotators.segmenters.sam_frame import SamFrame, framed_medsam, framed_sam, interpolated
from tests.annotators.tiny_models import make_picture, tiny_sam

SIZES = st.integers(1, 300)


@settings(deadline=None, max_examples=80)
@given(SIZES, SIZES)
def test_rows_are_interpolated_as_torch_does(length: int, size: int) -> None:
    rows = torch.linspace(-3, 3, length)[:, None] ** 3
    expected = interpolate(rows.T[None], size, mode="linear", align_corners=False)[0].T
    torch.testing.assert_close(interpolated(rows, torch.arange(size), size), expected, atol=1e-4, rtol=1e-4)


def test_any_pixels_may_be_asked_for_in_any_order() -> None:
    rows = torch.rand(8, 2)
    whole = interpolated(rows, torch.arange(31), 31)
    pixels = torch.tensor([30, 0, 7, 7])
    assert torch.equal(interpolated(rows, pixels, 31), whole[pixels])
    assert interpolated(rows, torch.arange(0), 31).shape == (0, 2)


@pytest.mark.parametrize("shape", [(96, 128), (128, 128), (300, 41), (3, 700), (5, 5)])
def test_a_picture_is_framed_as_the_library_does(shape: tuple[int, int]) -> None:
    sam = tiny_sam()
    seen: list[torch.Tensor] = []
    sam.image_encoder.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    predictor, picture = SamPredictor(sam), as_rgb(make_picture(*shape))
    predictor.set_image(picture)
    square, frame = framed_sam(picture, sam)
    assert torch.equal(square, seen[0][0])
    assert frame.input_wh == tuple(predictor.input_size[::-1])
    boxes = np.array([[0, 0, shape[1], shape[0]], [0, 0, 1, 1]])
    expected = torch.as_tensor(predictor.transform.apply_boxes(boxes, shape), dtype=torch.float)
    assert torch.equal(frame.to_input(boxes), expected)


@pytest.mark.parametrize("shape", [(1, 700), (700, 1), (1, 1)])
def test_no_side_of_a_thin_picture_vanishes(shape: tuple[int, int]) -> None:
    square, frame = framed_sam(as_rgb(np.full(shape, 9, dtype=np.uint8)), tiny_sam())
    assert square.shape == (3, 128, 128)
    assert min(frame.input_wh) == (128 if shape == (1, 1) else 1)
    assert frame.sampling(torch.arange(shape[0]), 1, 32).isfinite().all()


@pytest.mark.parametrize("shape", [(96, 128), (300, 41), (128, 128)])
def test_medsam_sees_a_stretched_square_between_zero_and_one(shape: tuple[int, int]) -> None:
    picture = as_rgb(make_picture(*shape) // 2 + 30)
    square, frame = framed_medsam(picture, tiny_sam())
    assert square.shape == (3, 128, 128)
    assert (float(square.min()), float(square.max())) == (0, 1)
    assert frame.to_input(np.array([[0, 0, shape[1], shape[0]]])).tolist() == [[0, 0, 128, 128]]
    if shape == (128, 128):
        expected = (torch.from_numpy(picture).permute(2, 0, 1).float() - picture.min()) / np.ptp(picture)
        torch.testing.assert_close(square, expected)


def test_an_even_picture_is_no_division_by_zero() -> None:
    square, _ = framed_medsam(np.full((9, 9, 3), 40, dtype=np.uint8), tiny_sam())
    assert torch.equal(square, torch.zeros(3, 128, 128))


@settings(deadline=None, max_examples=40)
@given(SIZES, SIZES, st.booleans())
def test_sampling_sums_to_one_at_every_pixel(width: int, height: int, stretched: bool) -> None:
    longest = max(width, height)
    scaled = (max(1, int(width * 128 / longest + 0.5)), max(1, int(height * 128 / longest + 0.5)))
    frame = SamFrame((width, height), (128, 128) if stretched else scaled, 128, stretched)
    for axis, size in enumerate((width, height)):
        sampled = frame.sampling(torch.arange(size), axis, 32)
        assert sampled.shape == (size, 32)
        torch.testing.assert_close(sampled.sum(dim=1), torch.ones(size))
