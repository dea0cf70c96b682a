"""Masks from embeddings and boxes: the boxes of many pictures at once, at full resolution only within each box."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from annotators.segmenters.sam_frame import SamFrame


def decode(
    sam: Any, embeddings: torch.Tensor, owners: torch.Tensor, boxes: torch.Tensor, multimask: bool
) -> torch.Tensor:
    """Logits of one mask a box, float32 (b, grid, grid); above 0 is within.

    `embeddings` is (n, c, h, w), `owners` (b,) the picture of each box, `boxes` (b, 4) float32 in the square. With
    `multimask` the best of three by the network's own estimate, else its single mask. As
    `MaskDecoder.predict_masks`, which takes the boxes of one picture only.
    """
    decoder, count = sam.mask_decoder, len(boxes)
    sparse, dense = sam.prompt_encoder(points=None, boxes=boxes, masks=None)
    learned = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
    tokens = torch.cat([learned.expand(count, -1, -1), sparse], dim=1)
    positions = sam.prompt_encoder.get_dense_pe().expand(count, -1, -1, -1)
    hidden, features = decoder.transformer(embeddings[owners] + dense, positions, tokens)
    upscaled = decoder.output_upscaling(features.transpose(1, 2).reshape(count, *embeddings.shape[1:]))
    heads = decoder.output_hypernetworks_mlps
    best = _best(decoder, hidden[:, 0]) if multimask else torch.zeros_like(owners)
    kernels = torch.stack([head(hidden[:, 1 + i]) for i, head in enumerate(heads)], dim=1)
    chosen = kernels[torch.arange(count, device=boxes.device), best]
    logits: torch.Tensor = chosen[:, None] @ upscaled.flatten(2)
    return logits.view(count, *upscaled.shape[-2:])


def _best(decoder: Any, iou_token: torch.Tensor) -> torch.Tensor:
    """(b,) index of the best of the masks but the first, which is meant for single output."""
    estimated: torch.Tensor = decoder.iou_prediction_head(iou_token)
    return estimated[:, 1:].argmax(dim=1) + 1


def within_boxes(logits: torch.Tensor, boxes_xyxy: npt.NDArray[np.int64], frame: SamFrame) -> list[torch.Tensor]:
    """Logits of one picture's masks (b, grid, grid) at the pixels of their boxes: (h, w) each, on the same device."""
    columns = _sampling(boxes_xyxy[:, [0, 2]], frame, 0, logits)
    rows = _sampling(boxes_xyxy[:, [1, 3]], frame, 1, logits)
    if not frame.stretched:
        return [y @ mask @ x.T for mask, x, y in zip(logits, columns, rows, strict=True)]
    # MedSAM resizes probabilities, not logits
    return [torch.logit(y @ mask.sigmoid() @ x.T) for mask, x, y in zip(logits, columns, rows, strict=True)]


def _sampling(spans: npt.NDArray[np.int64], frame: SamFrame, axis: int, logits: torch.Tensor) -> Sequence[torch.Tensor]:
    pixels = np.concatenate([np.arange(start, end) for start, end in spans])
    sampled = frame.sampling(torch.from_numpy(pixels).to(logits.device), axis, logits.shape[-1])
    return torch.split(sampled, (spans[:, 1] - spans[:, 0]).tolist())


def stability(logits: torch.Tensor, offset: float) -> torch.Tensor:
    """Scalar in [0, 1]: IoU of the mask at thresholds `offset` above and below 0; 0 where both are empty.

    As `segment_anything.utils.amg.calculate_stability_score`, but counted within the box.
    """
    return (logits > offset).sum() / (logits > -offset).sum().clamp(min=1)
