from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from segment_anything import SamPredictor
from segment_anything.utils.amg import calculate_stability_score
from torch.nn.functional import interpolate

from annotators.proposal import Picture, as_rgb
from annotators.segmenters.sam_decode import decode, stability, within_boxes
from annotators.segmenters.sam_frame import framed_medsam, framed_sam
from tests.annotators.tiny_models import make_picture, tiny_sam

Boxes = npt.NDArray[np.int64]

# Unequal counts of boxes, one of them 0; pictures smaller and larger than the network's square, one grey.
PICTURES = [make_picture(), make_picture(50, 200, seed=1), make_picture(300, 220, seed=2, grey=True)]
BOXES = [
    np.empty((0, 4), dtype=np.int64),
    np.array([[0, 0, 200, 50]]),
    np.array([[10, 20, 100, 200], [5, 5, 6, 6], [150, 250, 220, 300], [0, 0, 50, 3], [100, 100, 180, 181]]),
]


@pytest.fixture(scope="module")
def sam() -> Any:
    return tiny_sam()


def reference(sam: Any, picture: Picture, boxes: Boxes, multimask: bool) -> list[torch.Tensor]:
    """Logits within each box by the library's own loop: one picture, whole masks, the best by its own estimate."""
    if not len(boxes):
        return []
    predictor = SamPredictor(sam)
    predictor.set_image(as_rgb(picture))
    prompts = torch.as_tensor(predictor.transform.apply_boxes(boxes, picture.shape[:2]), dtype=torch.float)
    logits, quality, _ = predictor.predict_torch(None, None, prompts, None, multimask, return_logits=True)
    best = quality.argmax(dim=1)
    cut = zip(logits, best, boxes.tolist(), strict=True)
    return [masks[i, y1:y2, x1:x2] for masks, i, (x1, y1, x2, y2) in cut]


@torch.inference_mode()
def ours(sam: Any, *, multimask: bool, size: int) -> list[list[torch.Tensor]]:
    """The boxes of all pictures, `size` at a time, whatever picture they belong to."""
    squares, frames = zip(*(framed_sam(as_rgb(picture), sam) for picture in PICTURES), strict=True)
    embeddings = sam.image_encoder(torch.stack(squares))
    owners = torch.arange(3).repeat_interleave(torch.tensor([len(boxes) for boxes in BOXES]))
    prompts = torch.cat([frame.to_input(boxes) for frame, boxes in zip(frames, BOXES, strict=True)])
    chunks = zip(torch.split(owners, size), torch.split(prompts, size), strict=True)
    grids = torch.cat([decode(sam, embeddings, o, p, multimask) for o, p in chunks])
    return [within_boxes(grids[owners == i], BOXES[i], frames[i]) if len(BOXES[i]) else [] for i in range(3)]


@pytest.mark.parametrize("size", [1, 4, 32])
@pytest.mark.parametrize("multimask", [False, True])
def test_masks_are_those_of_the_librarys_own_loop(sam: Any, multimask: bool, size: int) -> None:
    found = ours(sam, multimask=multimask, size=size)
    expected = [reference(sam, *pair, multimask) for pair in zip(PICTURES, BOXES, strict=True)]
    assert [len(of_picture) for of_picture in found] == [0, 1, 5]
    pairs = [pair for of_pictures in zip(found, expected, strict=True) for pair in zip(*of_pictures, strict=True)]
    for mine, theirs in pairs:
        torch.testing.assert_close(mine, theirs, atol=2e-3, rtol=1e-4)
        assert torch.equal(mine > 0, theirs > 0)
    patchy = [bool((theirs > 0).any() and (theirs <= 0).any()) for _, theirs in pairs]
    assert sum(patchy) >= 4  # masks that are all of a box or none of it would prove little


@torch.inference_mode()
def medsam_reference(sam: Any, picture: Picture, boxes: Boxes) -> list[torch.Tensor]:
    """Probabilities within each box as MedSAM's published inference computes them."""
    square, frame = framed_medsam(as_rgb(picture), sam)
    sparse, dense = sam.prompt_encoder(points=None, boxes=frame.to_input(boxes)[:, None], masks=None)
    grids, _ = sam.mask_decoder(
        image_embeddings=sam.image_encoder(square[None]),
        image_pe=sam.prompt_encoder.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=False,
    )
    whole = interpolate(grids.sigmoid(), picture.shape[:2], mode="bilinear", align_corners=False)[:, 0]
    return [mask[y1:y2, x1:x2] for mask, (x1, y1, x2, y2) in zip(whole, boxes.tolist(), strict=True)]


@pytest.mark.parametrize("index", [1, 2])
def test_medsam_masks_are_those_of_its_published_loop(sam: Any, index: int) -> None:
    picture, boxes = PICTURES[index], BOXES[index]
    with torch.inference_mode():
        square, frame = framed_medsam(as_rgb(picture), sam)
        owners = torch.zeros(len(boxes), dtype=torch.long)
        grids = decode(sam, sam.image_encoder(square[None]), owners, frame.to_input(boxes), multimask=False)
        found = within_boxes(grids, boxes, frame)
    for mine, theirs in zip(found, medsam_reference(sam, picture, boxes), strict=True):
        torch.testing.assert_close(mine.sigmoid(), theirs, atol=1e-4, rtol=1e-4)
        assert torch.equal(mine > 0, theirs > 0.5)


def test_stability_is_the_librarys_score() -> None:
    for seed in range(4):
        logits = torch.randn(30, 20, generator=torch.Generator().manual_seed(seed)) * 3
        assert stability(logits, 1.0) == calculate_stability_score(logits[None], 0.0, 1.0)[0]


def test_a_mask_of_nothing_has_no_stability() -> None:
    assert stability(torch.full((3, 3), -9.0), 1.0) == 0
    assert stability(torch.full((3, 3), 9.0), 1.0) == 1
