"""What each classifier may look at, of one picture after the other; the pictures themselves are not kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.kinds import Box
from pipeline.phantoms.scene import Phantom, Region
from pipeline.phantoms.settings import PhantomSettings

Grey = npt.NDArray[np.uint8]

THUMBNAIL, BINS, CROP, BLANKED = 16, 32, 48, 96  # pixels, grey levels, pixels, pixels
BLOCK = 16  # pixels of a JPEG that share a colour's waves
CONTEXT = 0.25
BOXES = 8  # of a picture, the largest first
CLASSED = ("small", "medium", "large")  # sizes whose crops are classified


@dataclass(frozen=True)
class Crop:
    """A site's surroundings, standardised in size."""

    patient: str
    label: str
    group: str
    finding: bool
    stratum: str
    pixels: Grey  # (CROP, CROP, 3)


@dataclass(frozen=True)
class Picture:
    """`fine`: all its sites are tiny or small, and one can be seen."""

    patient: str
    variant: str
    abnormal: bool
    by_site: bool  # it has sites, and all its findings lie at them
    fine: bool
    thumbnail: npt.NDArray[np.float32]
    histogram: npt.NDArray[np.float32]
    geometry: npt.NDArray[np.float32]
    blanked: Grey  # (BLANKED, BLANKED, 3)
    crops: tuple[Crop, ...]


def pictures(settings: PhantomSettings) -> Iterator[Picture]:
    """The features of `settings.count` pictures."""
    cv2.setNumThreads(1)
    return map(picture_of, phantoms(settings))


def picture_of(phantom: Phantom) -> Picture:
    pixels = phantom.pixels if phantom.pixels.ndim == 3 else np.repeat(phantom.pixels[:, :, None], 3, axis=2)
    sites = [region for region in phantom.regions if region.role in ("finding", "mimic")]
    findings = [region for region in sites if region.role == "finding"]
    extents = [region for region in phantom.regions if region.role == "extent"]
    seen = [region for region in (findings or sites) if region.visible]
    return Picture(
        patient=phantom.patient,
        variant=phantom.variant,
        abnormal=bool(findings or extents),
        by_site=bool(sites) and not extents,  # without a site, what is abnormal has an extent and is left out here
        fine=bool(seen) and not extents and all(region.stratum in ("tiny", "small") for region in sites),
        thumbnail=_small(pixels, THUMBNAIL).astype(np.float32).ravel() / np.float32(255),
        histogram=_histogram(pixels),
        geometry=_geometry([region for region in phantom.regions if region.role != "marker"], pixels.shape[:2]),
        blanked=_small(blanked(pixels, [reached(region.footprint_xyxy, pixels) for region in sites]), BLANKED),
        crops=tuple(_crop(phantom, region, pixels) for region in sites if region.visible and region.stratum in CLASSED),
    )


def _small(pixels: Grey, side: int) -> Grey:
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _histogram(pixels: Grey) -> npt.NDArray[np.float32]:
    counts = [np.bincount(pixels[:, :, channel].ravel() >> 3, minlength=BINS) for channel in range(3)]
    return np.sqrt(np.concatenate(counts) / pixels[:, :, 0].size).astype(np.float32)


def _geometry(regions: Sequence[Region], hw: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Number of boxes, and of the largest ones centre, size and proportions."""
    boxes = sorted((region.box_xyxy for region in regions), key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))
    found = np.zeros((BOXES, 5), np.float32)
    for i, (x1, y1, x2, y2) in enumerate(boxes[:BOXES]):
        w, h = (x2 - x1) / hw[1], (y2 - y1) / hw[0]
        found[i] = (1, (x1 + x2) / 2 / hw[1], (y1 + y2) / 2 / hw[0], np.log(w * h), np.log(w / h))
    return np.concatenate([[len(boxes)], found.ravel()]).astype(np.float32)


def reached(footprint_xyxy: Box, pixels: Grey) -> Box:
    """Whatever a thing can show in once lens and JPEG have spread it: a hundredth of the picture more, then out to
    whole blocks of the coarser colours.
    """
    height, width = pixels.shape[:2]
    spread = -(-max(height, width) // 100)
    x1, y1, x2, y2 = footprint_xyxy
    left, top = (max(0, edge - spread) // BLOCK * BLOCK for edge in (x1, y1))
    right, bottom = (-(-(edge + spread) // BLOCK) * BLOCK for edge in (x2, y2))
    return left, top, min(width, right), min(height, bottom)


def blanked(pixels: Grey, boxes: Sequence[Box]) -> Grey:
    """Each box filled with the mean of the pixels about it."""
    filled = pixels.copy()
    for x1, y1, x2, y2 in boxes:
        wide = pixels[max(0, y1 - 4) : y2 + 4, max(0, x1 - 4) : x2 + 4].reshape(-1, 3).astype(np.float64)
        inner = pixels[y1:y2, x1:x2].reshape(-1, 3).astype(np.float64)
        about = wide.sum(axis=0) - inner.sum(axis=0)
        filled[y1:y2, x1:x2] = np.clip(about / max(1, len(wide) - len(inner)), 0, 255).astype(np.uint8)
    return filled


def _crop(phantom: Phantom, region: Region, pixels: Grey) -> Crop:
    x1, y1, x2, y2 = region.box_xyxy
    half = max(x2 - x1, y2 - y1) * (0.5 + CONTEXT)
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    scale = CROP / (2 * half)
    matrix = np.array([[scale, 0, CROP / 2 - scale * middle[0]], [0, scale, CROP / 2 - scale * middle[1]]])
    source = cv2.GaussianBlur(pixels, (0, 0), 0.4 / scale) if scale < 0.6 else pixels
    crop = cv2.warpAffine(source, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    finding, stratum = region.role == "finding", str(region.stratum)
    return Crop(phantom.patient, region.label, str(region.group), finding, stratum, np.asarray(crop, np.uint8))
