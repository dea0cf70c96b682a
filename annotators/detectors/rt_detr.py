"""Boxes from an RT-DETR network of transformers, read by path."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch.nn.functional import interpolate

from annotators.detectors.found import Floats, Labels, as_proposals, check_labels, check_side
from annotators.detectors.rt_detr_model import load_rt_detr
from annotators.inference import at_once, cpu_threads, inference, lots, pick_device
from annotators.proposal import Picture, Proposal, as_rgb
from annotators.weights import Weights
from schemas.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class RtDetrSettings:
    """`labels` maps a class of the model to (label, kind); a class left out keeps its name and has no kind.

    `confidence` is the least score, `most` a limit a picture. The network suppresses lesser boxes by itself.
    """

    labels: Labels = field(default_factory=dict)
    confidence: float = 0.25
    image_side_px: int = 640
    most: int = 100
    batch: int = 8
    device: str = "auto"
    threads: int = 1


class RtDetrDetector:
    """`detect` is deterministic for one kind of device and one count of threads."""

    name = "rt-detr"

    def __init__(self, weights: Weights, settings: RtDetrSettings | None = None) -> None:
        """Raises WeightsError as `load_rt_detr`; ConfigError where settings do not fit model or machine."""
        self.settings = settings or RtDetrSettings()
        self.sha256 = weights.sha256
        self._device = pick_device(self.settings.device)
        with cpu_threads(self.settings.threads):
            model = load_rt_detr(weights)
            check_side(self.settings.image_side_px, model.stride)
            if self.settings.image_side_px < model.least_side_px:
                raise ConfigError("image_side_px", f"this model needs {model.least_side_px} or more")
            check_labels(self.settings.labels, model.names)
            self._network = model.network.to(self._device)
        self.names = model.names

    def detect(self, pictures: Sequence[Picture]) -> list[list[Proposal]]:
        return [as_proposals(rows, self.names, self.settings.labels) for rows in self.find(pictures)]

    def find(self, pictures: Sequence[Picture]) -> list[Floats]:
        """What the network finds in each picture, best first, before rounding: float32 (n, 6).

        Columns are x1, y1, x2, y2 in pixels of the picture and clipped to it, score, class.
        """
        with inference(self.settings.threads):
            size = at_once(self._device, self.settings.batch)
            return [rows for lot in lots(pictures, size) for rows in self._find(lot)]

    def _find(self, pictures: Sequence[Picture]) -> list[Floats]:
        squares = torch.cat([squeezed(picture, self.settings.image_side_px) for picture in pictures])
        said = self._network(squares.to(self._device).float() / 255)
        sides = [(picture.shape[1], picture.shape[0]) * 2 for picture in pictures]
        rows = best(said.logits, said.pred_boxes, torch.tensor(sides, device=self._device), self.settings.most)
        found: Floats = rows.cpu().numpy()  # one copy from the device
        return [of_picture[of_picture[:, 4] > self.settings.confidence] for of_picture in found]


def squeezed(picture: Picture, side_px: int) -> torch.Tensor:
    """(1, 3, side, side) uint8: the whole picture in a square, whatever its shape, as transformers' processor does."""
    rgb = torch.from_numpy(as_rgb(picture).transpose(2, 0, 1).copy())[None]
    return interpolate(rgb, (side_px, side_px), mode="bilinear", antialias=True)


def best(logits: torch.Tensor, centred: torch.Tensor, sides_px: torch.Tensor, most: int) -> torch.Tensor:
    """(b, n, 6): boxes, score, class of the `most` best pairs of a query and a class, best first.

    `logits` is (b, q, c); `centred` (b, q, 4) centre, width and height as shares of the picture; `sides_px` (b, 4)
    width, height, width, height. As transformers' `post_process_object_detection`, and clipped to the picture.
    """
    classes = logits.shape[2]
    scores, pairs = logits.sigmoid().flatten(1).topk(min(most, logits[0].numel()))
    centre, half = centred[..., :2], centred[..., 2:] / 2
    boxes = torch.cat([centre - half, centre + half], dim=2) * sides_px[:, None]
    chosen = boxes.gather(1, (pairs // classes)[..., None].expand(-1, -1, 4))
    inside = torch.minimum(chosen.clamp(min=0), sides_px[:, None].to(chosen.dtype))
    return torch.cat([inside, scores[..., None], (pairs % classes)[..., None].to(scores.dtype)], dim=2)
