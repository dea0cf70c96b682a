"""Masks from a segment-anything network, read by path: one box, one mask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from annotators.inference import at_once, cpu_threads, inference, lots, pick_device
from annotators.proposal import Picture, SegmentedMask, as_rgb
from annotators.segmenters.sam_decode import decode, stability, within_boxes
from annotators.segmenters.sam_frame import framed_medsam, framed_sam
from annotators.segmenters.sam_model import load_sam
from annotators.weights import Weights
from schemas.masks import ellipse_in


@dataclass(frozen=True, kw_only=True)
class SamSettings:
    """`framing` is how the weights were trained: MedSAM stretches pictures to a square of values in [0, 1].

    `multimask` takes the best of three masks instead of the single one; a box is rarely ambiguous.
    """

    framing: Literal["sam", "medsam"] = "sam"
    multimask: bool = False
    stability_offset: float = 1.0
    batch: int = 4  # pictures encoded together
    boxes_at_once: int = 32  # decoded together, of any pictures of the batch
    device: str = "auto"
    threads: int = 1


class SamSegmenter:
    """`segment` is deterministic for one kind of device and one count of threads."""

    name = "sam"

    def __init__(self, weights: Weights, settings: SamSettings | None = None) -> None:
        """Raises WeightsError as `load_sam`; ConfigError where the device is not there."""
        self.settings = settings or SamSettings()
        self.sha256 = weights.sha256
        self._device = pick_device(self.settings.device)
        with cpu_threads(self.settings.threads):
            self._sam = load_sam(weights).to(self._device)
        self._framed = framed_medsam if self.settings.framing == "medsam" else framed_sam

    def segment(
        self, pictures: Sequence[Picture], boxes_xyxy: Sequence[npt.NDArray[np.int64]]
    ) -> list[list[SegmentedMask]]:
        """Pictures without boxes are not looked at. A mask that is empty within its box becomes the ellipse."""
        prompted = [i for i, boxes in enumerate(boxes_xyxy) if len(boxes)]
        masks: list[list[SegmentedMask]] = [[] for _ in boxes_xyxy]
        with inference(self.settings.threads):
            for lot in lots(prompted, at_once(self._device, self.settings.batch)):
                drawn = self._segment([pictures[i] for i in lot], [boxes_xyxy[i] for i in lot])
                for i, of_picture in zip(lot, drawn, strict=True):
                    masks[i] = of_picture
        return masks

    def _segment(
        self, pictures: Sequence[Picture], boxes_xyxy: Sequence[npt.NDArray[np.int64]]
    ) -> list[list[SegmentedMask]]:
        squares, frames = zip(*(self._framed(as_rgb(picture), self._sam) for picture in pictures), strict=True)
        counts = [len(boxes) for boxes in boxes_xyxy]
        owners = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts)).to(self._device)
        prompts = torch.cat([f.to_input(boxes) for f, boxes in zip(frames, boxes_xyxy, strict=True)]).to(self._device)
        coarse = self._decode(self._sam.image_encoder(torch.stack(squares)), owners, prompts)
        logits = [
            within
            for grids, boxes, frame in zip(torch.split(coarse, counts), boxes_xyxy, frames, strict=True)
            for within in within_boxes(grids, boxes, frame)
        ]
        drawn = iter(self._fetch(logits))
        return [[next(drawn) for _ in range(count)] for count in counts]

    def _decode(self, embeddings: torch.Tensor, owners: torch.Tensor, prompts: torch.Tensor) -> torch.Tensor:
        size = at_once(self._device, self.settings.boxes_at_once)
        chunks = zip(torch.split(owners, size), torch.split(prompts, size), strict=True)
        return torch.cat([decode(self._sam, embeddings, o, p, self.settings.multimask) for o, p in chunks])

    def _fetch(self, logits: Sequence[torch.Tensor]) -> list[SegmentedMask]:
        """One copy from the device, whatever the number of masks: all pixels, then the bytes of all scores."""
        scores = torch.stack([stability(within, self.settings.stability_offset) for within in logits])
        pixels = [(within > 0).flatten().view(torch.uint8) for within in logits]
        copied = torch.cat([*pixels, scores.view(torch.uint8)]).cpu().numpy()
        ends = np.cumsum([len(flat) for flat in pixels])
        stabilities = copied[ends[-1] :].view(np.float32).tolist()
        masks = np.split(copied[: ends[-1]].view(np.bool_), ends[:-1])
        return [
            _or_ellipse(mask.reshape(within.shape), score)
            for mask, within, score in zip(masks, logits, stabilities, strict=True)
        ]


def _or_ellipse(mask_hw: npt.NDArray[np.bool_], score: float) -> SegmentedMask:
    if mask_hw.any():
        return SegmentedMask(mask_hw, score, fallback=False)
    return SegmentedMask(ellipse_in((mask_hw.shape[1], mask_hw.shape[0])), None, fallback=True)
