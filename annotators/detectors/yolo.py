"""Boxes from a YOLO network of ultralytics, read by path."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
import torchvision  # noqa: F401  its suppression is used where it is imported: always or never, not by chance

from annotators.detectors.found import Floats, Labels, as_proposals, check_labels, check_side
from annotators.detectors.yolo_library import nms
from annotators.detectors.yolo_model import load_yolo
from annotators.inference import at_once, cpu_threads, inference, lots, pick_device
from annotators.proposal import Picture, Proposal, as_rgb
from annotators.weights import Weights

PADDING = 114  # grey level around a picture, as in training


@dataclass(frozen=True, kw_only=True)
class YoloSettings:
    """`labels` maps a class of the model to (label, kind); a class left out keeps its name and has no kind.

    `confidence` is the least score, `iou` the overlap beyond which the lesser box goes, `most` a limit a picture.
    """

    labels: Labels = field(default_factory=dict)
    confidence: float = 0.25
    iou: float = 0.7
    image_side_px: int = 640
    most: int = 100
    batch: int = 8
    device: str = "auto"
    threads: int = 1


@dataclass(frozen=True)
class Frame:
    """Where a picture lies in the square that enters the network: scaled, then moved by `pad_xy`."""

    picture_wh: tuple[int, int]
    scaled_wh: tuple[int, int]
    pad_xy: tuple[int, int]

    def to_picture(self, boxes_xyxy: torch.Tensor) -> torch.Tensor:
        """(n, 4) float, from pixels of the square to pixels of the picture, clipped to it."""
        size = torch.tensor(self.picture_wh * 2, dtype=boxes_xyxy.dtype, device=boxes_xyxy.device)
        gain = torch.tensor(self.scaled_wh * 2, dtype=size.dtype, device=size.device) / size
        pad = torch.tensor(self.pad_xy * 2, dtype=size.dtype, device=size.device)
        return torch.minimum(((boxes_xyxy - pad) / gain).clamp(min=0), size)


class YoloDetector:
    """`detect` is deterministic for one kind of device and one count of threads."""

    name = "yolo"

    def __init__(self, weights: Weights, settings: YoloSettings | None = None) -> None:
        """Raises WeightsError as `load_yolo`; ConfigError where settings do not fit model or machine."""
        self.settings = settings or YoloSettings()
        self.sha256 = weights.sha256
        self._device = pick_device(self.settings.device)
        # the order of channels that convolutions run fastest in: on a CPU a third less time
        self._layout = torch.channels_last if self._device.type == "cpu" else torch.contiguous_format
        with cpu_threads(self.settings.threads):
            model = load_yolo(weights)
            check_side(self.settings.image_side_px, model.stride)
            check_labels(self.settings.labels, model.names)
            model.network.end2end = False  # of two heads the one for suppression, as the library itself predicts
            self._network = model.network.fuse(verbose=False).to(self._device, memory_format=self._layout)
        self.names = model.names
        self._end_to_end = bool(self._network.end2end)
        if self._end_to_end:  # saved without that head: what is left suppresses by itself
            self._network.set_head_attr(max_det=max(self.settings.most, 300), agnostic_nms=False)

    def detect(self, pictures: Sequence[Picture]) -> list[list[Proposal]]:
        return [as_proposals(rows, self.names, self.settings.labels) for rows in self.find(pictures)]

    def find(self, pictures: Sequence[Picture]) -> list[Floats]:
        """What the network finds in each picture, before rounding: float32 (n, 6).

        Columns are x1, y1, x2, y2 in pixels of the picture and clipped to it, score, class.
        """
        with inference(self.settings.threads):
            size = at_once(self._device, self.settings.batch)
            return [rows for lot in lots(pictures, size) for rows in self._find(lot)]

    def _find(self, pictures: Sequence[Picture]) -> list[Floats]:
        framed = [letterbox(as_rgb(picture), self.settings.image_side_px) for picture in pictures]
        squares = torch.from_numpy(np.stack([square for square, _ in framed])).to(self._device)
        inputs = squares.permute(0, 3, 1, 2).contiguous(memory_format=self._layout).float() / 255
        found = nms().non_max_suppression(
            self._network(inputs),
            self.settings.confidence,
            self.settings.iou,
            max_det=self.settings.most,
            max_time_img=math.inf,  # else a slow machine silently returns no boxes for the rest of a batch
            end2end=self._end_to_end,
        )
        placed = [
            torch.cat([frame.to_picture(rows[:, :4]), rows[:, 4:6]], dim=1)
            for rows, (_, frame) in zip(found, framed, strict=True)
        ]
        joined: Floats = torch.cat(placed).cpu().numpy()  # one copy from the device
        return np.split(joined, np.cumsum([len(rows) for rows in placed])[:-1])


def letterbox(rgb: Picture, side_px: int) -> tuple[Picture, Frame]:
    """The picture scaled into a square of `side_px`, centred on grey: ultralytics' `LetterBox(auto=False)`.

    Always the whole square, never the smallest rectangle: that would depend on the other pictures of a batch.
    """
    height, width = rgb.shape[:2]
    gain = min(side_px / height, side_px / width)
    scaled_wh = max(round(width * gain), 1), max(round(height * gain), 1)
    scaled = rgb if scaled_wh == (width, height) else cv2.resize(rgb, scaled_wh, interpolation=cv2.INTER_LINEAR)
    left, top = (round((side_px - side) / 2 - 0.1) for side in scaled_wh)
    square = np.full((side_px, side_px, 3), PADDING, dtype=np.uint8)
    square[top : top + scaled_wh[1], left : left + scaled_wh[0]] = scaled
    return square, Frame((width, height), scaled_wh, (left, top))
