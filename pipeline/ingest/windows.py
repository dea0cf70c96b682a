"""From measured values to 8 bits: windows as in DICOM PS3.3 C.11.2, percentiles where nobody chose a window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from schemas.taxonomy.body_parts import contains_part

Values = NDArray[Any]

LOWEST_PERCENT, HIGHEST_PERCENT = 0.1, 99.9  # so that single hot or dead pixels do not decide


@dataclass(frozen=True)
class Table:
    """A VOI LUT: output levels 0 to 255 of the values from `first` on, ends held."""

    first: float
    levels: NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Which values are spread over black to white; `name` is one of a closed list, never the header's words.

    Names: header, brain, soft_tissue, lung, bone (CT alone), voi_lut, percentile, full_range.
    """

    center: float
    width: float
    name: str
    function: Literal["linear", "linear_exact", "sigmoid"] = "linear"
    table: Table | None = field(default=None, compare=False)

    def levels(self, values: Values) -> NDArray[np.uint8]:
        """Same shape, 0 to 255, rounded; not a number is black."""
        with np.errstate(over="ignore", invalid="ignore"):  # far outside is the end of the range, as it should be
            y = self._unlimited(np.asarray(values, dtype=np.float64))
            return np.rint(np.clip(np.nan_to_num(y, nan=0.0), 0, 255)).astype(np.uint8)

    def _unlimited(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.table is not None:
            at = np.clip(np.nan_to_num(x - self.table.first), 0, len(self.table.levels) - 1)
            return self.table.levels[at.astype(np.int64)]
        if self.function == "sigmoid":
            return np.asarray(255 / (1 + np.exp(-4 * (x - self.center) / self.width)))
        if self.function == "linear_exact":
            return ((x - self.center) / self.width + 0.5) * 255
        if self.width > 1:
            return ((x - (self.center - 0.5)) / (self.width - 1) + 0.5) * 255
        return np.where(x > self.center - 0.5, 255.0, 0.0)


def between(low: float, high: float, name: str) -> Window:
    """`low` is black and `high` white; a picture of one value is black."""
    high = high if high > low else low + 1
    return Window((low + high) / 2, high - low, name, "linear_exact")


def full_range(bits: int) -> Window:
    return between(0, 2**bits - 1, "full_range")


def percentile_window(pictures: Sequence[Values]) -> Window:
    """From the 0.1 to the 99.9 percentile of all finite values; from lowest to highest where these two are equal."""
    low, high = _percentiles(pictures)
    if low == high:
        low, high = _extremes(pictures)
    return between(low, high, "percentile")


def _percentiles(pictures: Sequence[Values]) -> tuple[float, float]:
    if all(values.dtype.kind in "iu" and values.dtype.itemsize <= 2 for values in pictures):
        lowest = int(np.iinfo(np.int16).min)
        counts = sum(np.bincount(_indices(values), minlength=3 * 2**15) for values in pictures)
        below = np.cumsum(counts)
        wanted = np.array([LOWEST_PERCENT, HIGHEST_PERCENT]) / 100 * below[-1]
        low, high = np.searchsorted(below, np.maximum(wanted, 1)) + lowest
        return float(low), float(high)
    finite = np.concatenate([values[np.isfinite(values)] for values in pictures])
    if not finite.size:
        return 0.0, 0.0
    low, high = np.percentile(finite, [LOWEST_PERCENT, HIGHEST_PERCENT], method="inverted_cdf")
    return float(low), float(high)


def _indices(values: Values) -> NDArray[np.int32]:
    """8 and 16-bit values, signed or not, counted from -32768 on."""
    return np.ravel(values).astype(np.int32) + 2**15


def _extremes(pictures: Sequence[Values]) -> tuple[float, float]:
    finite = [values[np.isfinite(values)] for values in pictures]
    sizes = [values for values in finite if values.size]
    if not sizes:
        return 0.0, 0.0
    return float(min(values.min() for values in sizes)), float(max(values.max() for values in sizes))


def bits_used(pixels: Values) -> int:
    """Of integer colour: 8 to 32, even, enough for its highest value, so that 12-bit sensors are not dark."""
    needed = max(8, int(pixels.max(initial=0)).bit_length())
    return needed + needed % 2


# Centre and width in Hounsfield units; the customary setting of each name.
CT_WINDOWS = {"brain": (40, 80), "soft_tissue": (40, 400), "lung": (-600, 1500), "bone": (400, 1800)}


def ct_default(body_part: str | None) -> Window:
    """Where the header chose none: brain for a head, lung for a lung, else soft tissue."""
    name = "brain" if contains_part("head", body_part or "") else "lung" if body_part == "lung" else "soft_tissue"
    center, width = CT_WINDOWS[name]
    return Window(center, width, name)


def ct_window_name(center: float, width: float) -> str:
    """What a CT window is known as; `header` where it is none of the customary ones."""
    if width >= 1000 and center <= -300:
        return "lung"
    if width >= 1000 and center >= 100:
        return "bone"
    if width <= 120 and 25 <= center <= 60:
        return "brain"
    return "soft_tissue" if 250 <= width <= 600 and 0 <= center <= 120 else "header"


def through_table(levels: Callable[[Values], NDArray[np.uint8]], pixels: Values) -> NDArray[np.uint8]:
    """`levels(pixels)`, computed once a value instead of once a pixel where that is less."""
    kind = pixels.dtype
    if kind.kind not in "iu" or kind.itemsize > 2 or pixels.size <= 2 ** (8 * kind.itemsize):
        return levels(pixels)
    unsigned = np.dtype(f"u{kind.itemsize}")
    ramp = np.arange(2 ** (8 * kind.itemsize), dtype=unsigned).view(kind.newbyteorder("="))
    return np.take(levels(ramp), np.ascontiguousarray(pixels, kind.newbyteorder("=")).view(unsigned))
