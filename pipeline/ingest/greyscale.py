"""DICOM's greyscale pipeline: stored values to measured ones, to a window, to 8 bits, more always brighter or darker.

PS3.3 C.11.1 (modality LUT), C.11.2 (VOI LUT), C.7.6.3.1.2 (MONOCHROME1), C.7.5.1.1.2 (pixel padding).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.dicom_frames import Layout
from pipeline.ingest.header import Header
from pipeline.ingest.pixels import Pixels, Shown
from pipeline.ingest.windows import (
    Table,
    Values,
    Window,
    between,
    ct_default,
    ct_window_name,
    percentile_window,
    through_table,
)
from schemas.errors import BadData

LEAST_SPREAD = 64  # of 256 greys
SLOPES = (1e-20, 1e20)  # beyond them no measurement


@dataclass(frozen=True)
class Stored:
    """What the stored values of a frame mean."""

    slope: float
    intercept: float
    table: Table | None  # in place of slope and intercept; its levels are measured values
    padding: tuple[float, float] | None  # lowest and highest stored value that is no picture
    inverted: bool

    def measured(self, values: Values) -> NDArray[np.float64]:
        x = np.asarray(values, dtype=np.float64)
        if self.table is None:
            return x * self.slope + self.intercept
        at = np.clip(x - self.table.first, 0, len(self.table.levels) - 1)
        return self.table.levels[at.astype(np.int64)]

    def within(self, values: Values) -> NDArray[np.bool_]:
        """Where there is picture."""
        if self.padding is None:
            return np.ones(values.shape, np.bool_)
        return np.asarray((values < self.padding[0]) | (values > self.padding[1]))

    def shown(self, pixels: Pixels, window: Window) -> Shown:
        """Padding is black, whichever way round the picture is."""

        def levels(values: Values) -> Shown:
            grey = window.levels(self.measured(values))
            turned = 255 - grey if self.inverted else grey
            return turned if self.padding is None else np.where(self.within(values), turned, 0).astype(np.uint8)

        return through_table(levels, pixels)


def read_stored(header: Header, layout: Layout) -> Stored:
    """Raises BadData `damaged_header` for a slope that makes every value the same or endless."""
    tables = header.items("ModalityLUTSequence")
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    if (slope is not None and not SLOPES[0] <= abs(slope) <= SLOPES[1]) or abs(intercept or 0) > SLOPES[1]:
        raise BadData("damaged_header")
    first = header.number("PixelPaddingValue")
    last = header.number("PixelPaddingRangeLimit")
    ends = None if first is None else sorted((first, first if last is None else last))
    return Stored(
        1.0 if slope is None else slope,
        intercept or 0.0,
        _table(tables[0], highest=None) if tables else None,
        None if ends is None else (ends[0], ends[1]),
        layout.photometric == "MONOCHROME1",
    )


def choose_window(header: Header, layout: Layout, pixels: Pixels, stored: Stored, body_part: str | None) -> Window:
    """The header's VOI LUT or first sound window; else by modality, depth, and what values there are.

    Raises BadData `damaged_header` for a damaged lookup table.
    """
    is_ct = header.text("Modality") == "CT"
    chosen = _of_header(header, is_ct)
    if chosen is not None and _shows(chosen, *_spread(stored, _thinned(pixels))):
        return chosen
    if is_ct and header.number("RescaleIntercept") is not None:
        return ct_default(body_part)  # of air it is rightly black
    if layout.bits_stored <= 8 and not layout.signed:
        return between(*_ends(stored, 0, 2**layout.bits_stored - 1), "full_range")
    return between(*_spread(stored, pixels), "percentile")


def _spread(stored: Stored, pixels: Pixels) -> tuple[float, float]:
    """Measured values between which nearly all of the picture lies."""
    window = percentile_window([pixels[stored.within(pixels)]])
    return _ends(stored, window.center - window.width / 2, window.center + window.width / 2)


def _thinned(pixels: Pixels) -> Pixels:
    """Enough samples for a rough look."""
    rows, columns = (1 + side // 128 for side in pixels.shape)
    return pixels[::rows, ::columns]


def _shows(window: Window, low: float, high: float) -> bool:
    """Whether nearly all values from `low` to `high` take up a quarter of the greys, or more.

    A window that was meant for the whole series, or for another one, may leave a picture all black.
    """
    dark, bright = np.sort(window.levels(np.array([low, high])).astype(np.int64))
    return bool(bright - dark >= LEAST_SPREAD)


def turned(pixels: Pixels, layout: Layout) -> Pixels:
    """MONOCHROME1's stored values counted from the other end; its own inverse."""
    if layout.photometric != "MONOCHROME1" or pixels.dtype.kind not in "iu":
        return pixels
    top = -1 if layout.signed else 2**layout.bits_stored - 1
    kind = np.promote_types(pixels.dtype, np.min_scalar_type(top))  # a codec may give fewer bits than the header says
    return np.asarray(np.subtract(np.array(top, kind), pixels, dtype=kind))


def _of_header(header: Header, is_ct: bool) -> Window | None:
    tables = header.items("VOILUTSequence")
    if tables:
        table = _table(tables[0], highest=255.0)
        count = len(table.levels)
        return Window(table.first + count / 2, count, "voi_lut", table=table)
    function = header.text("VOILUTFunction").lower()
    centers, widths = header.numbers("WindowCenter"), header.numbers("WindowWidth")
    for center, width in zip(centers, widths, strict=False):
        name = ct_window_name(center, width) if is_ct else "header"
        if function == "sigmoid" and width > 0:
            return Window(center, width, name, "sigmoid")
        if function == "linear_exact" and width > 0:
            return Window(center, width, name, "linear_exact")
        if width >= 1:
            return Window(center, width, name)
    return None


def _table(item: Header, highest: float | None) -> Table:
    """Of a LUT item; its entries scaled so that the largest possible one is `highest`."""
    descriptor = item.numbers("LUTDescriptor")
    if len(descriptor) != 3:
        raise BadData("damaged_header")
    count, first, bits = (int(number) for number in descriptor)
    value = item.value("LUTData")
    narrow = isinstance(value, bytes) and len(value) in (count, count + count % 2) and bits <= 8
    words = np.frombuffer(value, np.uint8).astype(np.int64) if narrow else item.words_16("LUTData")
    entries = words[: count or 2**16].astype(np.float64)
    if not len(entries) or not 1 <= bits <= 16:
        raise BadData("damaged_header")
    return Table(first, entries if highest is None else np.minimum(entries / (2**bits - 1), 1) * highest)


def _ends(stored: Stored, low: float, high: float) -> tuple[float, float]:
    ends = stored.measured(np.array([low, high]))
    return float(ends.min()), float(ends.max())
