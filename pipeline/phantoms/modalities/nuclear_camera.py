"""What the camera makes of tracer: a wide blur, few counts, and a grey or hot map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantoms.background import Anatomy, FindSpot, Request
from pipeline.phantoms.kinds import Pixels
from pipeline.phantoms.seeds import Random

BLUR = 0.0032  # of the longer side; 3 to 6 mm for a body
CELLS = 200  # of the longer side, each with counts of its own
NOISE = 0.05  # where tracer is `TYPICAL`
TYPICAL = 0.3
SPLINE = np.float32(1.12)  # enlarging by splines lowers the variance
LEAST = 0.03  # scatter and room: no cell is without counts
HOT_MAP = 0.35  # of the pictures that are not inverted
FROM = np.array([0.0, 0.8, 1.6], np.float32)  # where red, green and blue begin in the hot map


@dataclass(frozen=True)
class Scan:
    """`activity` is tracer on the scale of the map, 0 to about 1; inverted maps show much of it as black."""

    activity: Pixels
    spots: Mapping[str, FindSpot]
    anatomy: tuple[Anatomy, ...] = ()
    inverted: bool = True
    mm_tall: float = 1000.0  # of the whole picture

    @property
    def canvas(self) -> Pixels:
        return np.asarray(1 - self.activity if self.inverted else self.activity, np.float32)


def camera(request: Request, scan: Scan) -> Callable[[Pixels, Random], Pixels]:
    """Blur, then counts: noise grows with the root of the activity. The hot map makes a colour picture."""
    hot = bool(request.image.random() < HOT_MAP) and not scan.inverted
    sigma = np.float32(NOISE * request.scanner.noise_factor)
    longest = max(request.hw)

    def finish(canvas: Pixels, random: Random) -> Pixels:
        blurred = cv2.GaussianBlur(canvas, (0, 0), BLUR * longest)
        activity = 1 - blurred if scan.inverted else blurred
        shares = np.sqrt(np.maximum(activity, np.float32(LEAST)) / np.float32(TYPICAL))
        grain = request.scanner.noise(random, _cells(request.hw))
        noise = cv2.resize(grain, (request.hw[1], request.hw[0]), interpolation=cv2.INTER_CUBIC) * SPLINE
        shown = np.maximum(activity + sigma * shares * noise, 0)
        return _hot(shown) if hot else np.asarray(1 - shown if scan.inverted else shown, np.float32)

    return finish


def _cells(hw: tuple[int, int]) -> tuple[int, int]:
    share = min(1.0, CELLS / max(hw))
    return round(hw[0] * share), round(hw[1] * share)


def _hot(shown: Pixels) -> Pixels:
    """Black, red, yellow, white."""
    level = np.clip(shown, 0, 1)[:, :, None] * np.float32(2.6)
    return np.asarray(np.clip(level - FROM, 0, 1), np.float32)
