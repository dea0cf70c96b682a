"""PALETTE COLOR and supplemental palettes: stored values to 8-bit RGB (DICOM PS3.3 C.7.6.3.1.5, C.7.9)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import apply_color_lut

from pipeline.ingest.header import Header
from pipeline.ingest.pixels import Pixels, Shown
from pipeline.ingest.silence import refusing
from schemas.errors import BadData

_COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True)
class Palette:
    """Colours (N, 3) uint8 of the stored values from `first` on; values beyond the ends take the end's colour."""

    first: int
    colours: NDArray[np.uint8]

    def rgb(self, stored: Pixels) -> Shown:
        """(H, W) to (H, W, 3)."""
        at = np.clip(stored.astype(np.int64) - self.first, 0, len(self.colours) - 1)
        return self.colours[at]


def read_palette(header: Header) -> Palette:
    """Raises BadData `damaged_palette`."""
    descriptors = [header.numbers(f"{colour}PaletteColorLookupTableDescriptor") for colour in _COLOURS]
    if any(len(descriptor) != 3 for descriptor in descriptors):
        raise BadData("damaged_palette")
    count, first, bits = (int(number) for number in descriptors[0])
    count = count or 2**16
    if header.value("RedPaletteColorLookupTableData") is None:
        levels = _segmented(header, first, count)
    else:
        levels = np.stack([_entries(header, colour, count) for colour in _COLOURS], axis=-1)
    # Some writers put 8-bit entries into 16-bit words.
    return Palette(first, (levels >> 8 if bits > 8 and levels.max() > 255 else levels).astype(np.uint8))


def _entries(header: Header, colour: str, count: int) -> NDArray[np.int64]:
    keyword = f"{colour}PaletteColorLookupTableData"
    value = header.value(keyword)
    if isinstance(value, bytes) and len(value) in (count, count + count % 2):
        return np.frombuffer(value[:count], np.uint8).astype(np.int64)
    words = header.words_16(keyword)
    if len(words) < count:
        raise BadData("damaged_palette", len(words))
    return words[:count]


def _segmented(header: Header, first: int, count: int) -> NDArray[np.int64]:
    with refusing("damaged_palette"):
        values = np.arange(first, first + count, dtype=np.int32)[np.newaxis]
        return np.asarray(apply_color_lut(values, header.dataset)[0, :, :3]).astype(np.int64)
