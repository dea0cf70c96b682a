"""Small JPEGs of a picture and of its regions, as a model is shown them."""

import cv2
import numpy as np

from annotators.captioners.chat.request import ImagePart
from annotators.captioners.evidence import Shown
from annotators.captioners.prompted.settings import WritingSettings
from annotators.proposal import Picture
from schemas.crops import crop_box, global_scale


class Views:
    """Of one picture, which is decoded once; nothing is drawn on it."""

    def __init__(self, shown: Shown, settings: WritingSettings) -> None:
        self._picture = shown.look()
        self._boxes_xyxy, self._settings = shown.boxes_xyxy, settings

    def whole(self) -> ImagePart:
        return _jpeg(self._picture, self._settings.image_side_px, self._settings.jpeg_quality)

    def crop(self, region: int) -> ImagePart:
        """Of a region by its place among the picture's, with context."""
        height, width = self._picture.shape[:2]
        left, top, right, bottom = crop_box(self._boxes_xyxy[region], (width, height), self._settings.crop_context)
        return _jpeg(self._picture[top:bottom, left:right], self._settings.crop_side_px, self._settings.jpeg_quality)


def _jpeg(picture: Picture, side_px: int, quality: int) -> ImagePart:
    """Area-averaged to the longest side; grey in one channel."""
    view = global_scale((picture.shape[1], picture.shape[0]), side_px)
    small = picture if view.scale == 1 else np.asarray(cv2.resize(picture, view.wh, interpolation=cv2.INTER_AREA))
    pixels = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return ImagePart(data.tobytes(), "image/jpeg")
