"""How a picture enters a segment-anything network, and how positions and masks find the way back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from annotators.proposal import Picture


@dataclass(frozen=True)
class SamFrame:
    """A picture of `picture_wh` fills the upper left `input_wh` of the network's square of `side_px`.

    `stretched`: it fills the whole square, and masks go from the network's grid to the picture in one step.
    """

    picture_wh: tuple[int, int]
    input_wh: tuple[int, int]
    side_px: int
    stretched: bool

    def to_input(self, boxes_xyxy: npt.NDArray[np.int64]) -> torch.Tensor:
        """(n, 4) float32, from pixels of the picture to pixels of the square."""
        gain = np.array(self.input_wh * 2) / np.array(self.picture_wh * 2)
        return torch.from_numpy((boxes_xyxy * gain).astype(np.float32))

    def sampling(self, pixels: torch.Tensor, axis: int, grid: int) -> torch.Tensor:
        """(n, grid) float32: how each pixel, along x (axis 0) or y (1), is summed from the cells of a mask's grid."""
        cells = torch.eye(grid, device=pixels.device)
        if not self.stretched:
            valid = torch.arange(self.input_wh[axis], device=pixels.device)
            cells = interpolated(cells, valid, self.side_px)
        return interpolated(cells, pixels, self.picture_wh[axis])


def interpolated(rows: torch.Tensor, pixels: torch.Tensor, size: int) -> torch.Tensor:
    """`rows` (k, m) resized to `size` rows, of which those at `pixels` (n,): (n, m).

    Bilinear about pixel centres, digit for digit as `torch.nn.functional.interpolate(align_corners=False)`.
    """
    place = ((pixels + 0.5) * (len(rows) / size) - 0.5).clamp(min=0)
    before = place.long()
    after = (before + 1).clamp(max=len(rows) - 1)
    share = (place - before)[:, None]
    return rows[before] * (1 - share) + rows[after] * share


def framed_sam(rgb: Picture, sam: Any) -> tuple[torch.Tensor, SamFrame]:
    """(3, s, s) float32 on the network's device: longest side to s, padded below and right, normalised.

    As `segment_anything.SamPredictor.set_image`, but that no side of a thin picture vanishes.
    """
    side, wh = sam.image_encoder.img_size, (rgb.shape[1], rgb.shape[0])
    input_wh = (max(1, int(wh[0] * (side / max(wh)) + 0.5)), max(1, int(wh[1] * (side / max(wh)) + 0.5)))
    levels = _levels(rgb, input_wh, Image.Resampling.BILINEAR).to(sam.device)
    return sam.preprocess(levels.permute(2, 0, 1).float()), SamFrame(wh, input_wh, side, stretched=False)


def framed_medsam(rgb: Picture, sam: Any) -> tuple[torch.Tensor, SamFrame]:
    """(3, s, s) float32 on the network's device: stretched to the square, its own range to [0, 1].

    As MedSAM's published inference, but for the library that resizes (bicubic with antialiasing in both).
    """
    side = sam.image_encoder.img_size
    levels = _levels(rgb, (side, side), Image.Resampling.BICUBIC).to(sam.device).permute(2, 0, 1).float()
    lowest = levels.min()
    frame = SamFrame((rgb.shape[1], rgb.shape[0]), (side, side), side, stretched=True)
    return (levels - lowest) / (levels.max() - lowest).clamp(min=1e-8), frame


def _levels(rgb: Picture, wh: tuple[int, int], how: Image.Resampling) -> torch.Tensor:
    return torch.from_numpy(np.array(Image.fromarray(rgb).resize(wh, how)))
