"""The one global step of balance: counts of all parts in, for each part the rates of its cells out."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.work import StageIndex, Work

RATES = pa.schema([("cell", pa.uint64()), ("forth", pa.int8()), ("back", pa.int8())])
STEPS = 64  # of a rate, so that a few more edits elsewhere leave most rates as they were


def rates_of_parts(work: Work, counts: StageIndex) -> list[pa.Table]:
    """Reads the stage `counts`; one table of RATES a part, in its order."""
    return rates_of([work.read(counts.stage, part.key) for part in counts.parts])


def rates_of(parts: Sequence[pa.Table]) -> list[pa.Table]:
    """Of COUNTS: in STEPS, the share of the edits of each way that leaves both as many, over all parts.

    0 where the part itself has none, so that it does not depend on what others add there.
    """
    if not parts:
        return []
    everywhere = pa.concat_tables(parts)
    cells, at = np.unique(everywhere["cell"].to_numpy(), return_inverse=True)
    forth, back = (np.bincount(at, everywhere[way].to_numpy(), len(cells)) for way in ("forth", "back"))
    there = [np.searchsorted(cells, part["cell"].to_numpy()) for part in parts]
    return [
        pa.table(
            [
                part["cell"],
                pa.array(_rates(part["forth"], forth[here], back[here]), pa.int8()),
                pa.array(_rates(part["back"], back[here], forth[here]), pa.int8()),
            ],
            schema=RATES,
        )
        for part, here in zip(parts, there, strict=True)
    ]


def _rates(own: pa.ChunkedArray, edits: NDArray[np.float64], reverse: NDArray[np.float64]) -> NDArray[np.int8]:
    share = np.minimum(1.0, reverse / np.maximum(edits, 1.0))
    return np.where(own.to_numpy() > 0, np.rint(STEPS * share), 0).astype(np.int8)
