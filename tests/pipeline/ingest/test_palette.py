from typing import Any

import numpy as np
import pytest

from pipeline.ingest.header import Header
from pipeline.ingest.palette import read_palette
from schemas.errors import BadData
from tests.pipeline.ingest.files import data_set

COLOURS = ("Red", "Green", "Blue")


def palette_elements(
    levels: np.ndarray,
    first: int = 0,
    bits: int = 8,
    data: str = "PaletteColorLookupTableData",
    count: int | None = None,
) -> dict[str, Any]:
    """`levels` (N, 3) in the depth in which they lie in the file."""
    found: dict[str, Any] = {}
    for index, colour in enumerate(COLOURS):
        found[f"{colour}PaletteColorLookupTableDescriptor"] = [len(levels) if count is None else count, first, bits]
        found[f"{colour}{data}"] = levels[:, index].tobytes()
    return found


def header(levels: np.ndarray, **options: Any) -> Header:
    return Header(data_set(**palette_elements(levels, **options)))


LEVELS = np.array([[0, 10, 20], [30, 40, 50], [60, 70, 80], [255, 90, 100]], np.uint8)


@pytest.mark.parametrize(
    "found",
    [
        header(LEVELS),
        header(LEVELS.astype(np.uint16) * 257, bits=16),
        header(LEVELS.astype(np.uint16), bits=16),  # 8-bit entries in 16-bit words
        header(LEVELS.astype(np.uint16), bits=8),
    ],
)
def test_entries_of_either_depth_become_8_bits(found: Header) -> None:
    assert np.array_equal(read_palette(found).colours, LEVELS)


def test_values_beyond_the_ends_take_the_ends_colour() -> None:
    rgb = read_palette(header(LEVELS, first=100)).rgb(np.array([[0, 100, 101, 103, 104, 60000]], np.uint16))
    assert rgb[0].tolist() == LEVELS[[0, 0, 1, 3, 3, 3]].tolist()


def test_none_means_all_65536_entries() -> None:
    levels = np.repeat(np.arange(2**16, dtype=np.uint16)[:, np.newaxis], 3, axis=1)
    palette = read_palette(header(levels, bits=16, count=0))
    assert palette.colours.shape == (2**16, 3)
    assert palette.rgb(np.array([[0, 2**15, 2**16 - 1]], np.uint16))[0, :, 0].tolist() == [0, 128, 255]


def test_segments_are_expanded() -> None:
    segments = np.array([[0, 2, 0, 256 * 10, 1, 2, 256 * 30]] * 3, np.uint16).T  # two entries, then a ramp of two
    found = header(segments, bits=16, count=4, data="PaletteColorLookupTableData")
    for colour in COLOURS:
        data = found.dataset[f"{colour}PaletteColorLookupTableData"].value
        setattr(found.dataset, f"Segmented{colour}PaletteColorLookupTableData", data)
        del found.dataset[f"{colour}PaletteColorLookupTableData"]
    assert read_palette(found).colours[:, 0].tolist() == [0, 10, 20, 30]


EMPTY: dict[str, Any] = {f"{colour}PaletteColorLookupTableDescriptor": [4, 0, 8] for colour in COLOURS}


@pytest.mark.parametrize(
    "found",
    [
        Header(data_set()),
        header(LEVELS[:2], count=4),
        Header(data_set(**EMPTY)),
        Header(data_set(RedPaletteColorLookupTableDescriptor=[4, 0, 8], RedPaletteColorLookupTableData=b"\0" * 4)),
    ],
)
def test_a_palette_that_does_not_hold_what_it_says_is_refused(found: Header) -> None:
    with pytest.raises(BadData, match="damaged_palette"):
        read_palette(found)
