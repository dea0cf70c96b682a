"""The one named decoder of PNG, JPEG and TIFF: OpenCV, from memory, colours as RGB."""

import cv2
import numpy as np

from pipeline.ingest.pixels import Pixels
from pipeline.ingest.silence import refusing
from schemas.errors import BadData


def decode(data: bytes, image_wh: tuple[int, int], colour: bool) -> Pixels:
    """(H, W), (H, W, 3) RGB, or (H, W, 4) RGBA where there is transparency; integer depth kept, not turned.

    `colour` asks for three channels at once, which costs nothing; else channels are as in the file.
    Raises BadData `undecodable`, or `size_mismatch` where the picture is not of the size that its header said.
    """
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    with refusing("undecodable"):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags if colour else cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise BadData("undecodable")
    if pixels.shape[:2] != (image_wh[1], image_wh[0]):
        raise BadData("size_mismatch", pixels.shape[0] * pixels.shape[1] / 1e6)
    return np.asarray(pixels) if colour else as_rgb(np.asarray(pixels))


def decode_pages(data: bytes, first: int, last: int) -> list[Pixels]:
    """Pages `first` to before `last` of a TIFF file, as `decode` gives them but already turned upright."""
    with refusing("undecodable"):
        done, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED, range=(first, last))
    if not done or len(pages) != last - first:
        raise BadData("undecodable")
    return [as_rgb(np.asarray(page)) for page in pages]


def as_rgb(pixels: Pixels) -> Pixels:
    """OpenCV's BGR or BGRA turned; one channel as it is."""
    if pixels.ndim == 2:
        return pixels
    order = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}.get(pixels.shape[2])
    if order is None:
        raise BadData("unsupported_colour", pixels.shape[2])
    return np.asarray(cv2.cvtColor(pixels, order))
