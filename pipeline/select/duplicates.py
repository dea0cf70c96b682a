"""Exact duplicates: the same source pixels under the same view. One stays, whatever the order of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NONE = -1  # a code of nothing

Codes = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Duplicates:
    """`kept`: of each row, the row that stays for it (itself, where it has no copy).

    `members`: the rows of all clusters of two and more, one cluster after another, each led by the row that stays;
    `starts`: where each cluster starts in `members`.
    """

    kept: Codes
    members: Codes
    starts: Codes


def find_duplicates(signatures: pa.Table, sources: Sequence[str]) -> Duplicates:
    """The copy of the source that stands first in the config stays, among its own that of the smallest key.

    Rejected pictures have no copies; neither have those that a rule on their pixels leaves out: two blank slices
    are not one picture.
    """
    pixels, views = codes(comparable_pixels(signatures)).astype(np.int64), codes(signatures["view"])
    same = np.where(pixels == NONE, NONE, pixels * (views.max(initial=0) + 1) + views)
    rows = np.flatnonzero(same != NONE)
    _, clusters, sizes = np.unique(same[rows], return_inverse=True, return_counts=True)
    rows, clusters = rows[sizes[clusters] > 1], clusters[sizes[clusters] > 1]
    order = _in_order(signatures.take(rows), clusters, sources)
    members, clusters = rows[order].astype(np.int32), clusters[order]
    starts = np.flatnonzero(np.diff(clusters, prepend=NONE)).astype(np.int32)
    kept = np.arange(signatures.num_rows, dtype=np.int32)
    kept[members] = np.repeat(members[starts], np.diff(np.append(starts, len(members))))
    return Duplicates(kept, members, starts)


def comparable_pixels(signatures: pa.Table) -> pa.ChunkedArray:
    """The hash of the pixels where they are good and say which picture it is, null elsewhere."""
    comparable = pc.and_(pc.invert(signatures["rejected"]), pc.is_null(signatures["pixel_rule"]))
    return pc.if_else(comparable, signatures["pixel_hash"], None)


def codes(column: pa.Array | pa.ChunkedArray) -> Codes:
    """Of each row, a number for its value; NONE for null."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(array)
    return np.asarray(pc.fill_null(array.indices, NONE), np.int32)


def _in_order(rows: pa.Table, clusters: Codes, sources: Sequence[str]) -> pa.Array:
    """Sorts by cluster, and within it by the order of sources and the key. Raises ValueError for an unknown source."""
    names = rows["source"].cast(pa.string())
    place = pc.index_in(names, value_set=pa.array(sources, pa.string()))
    if place.null_count:
        raise ValueError(f"pictures of a source that the config does not name, beside {list(sources)}")
    key = {"item": rows["item"], "frame": rows["frame"], "view": rows["view"].cast(pa.string())}
    columns = {"cluster": clusters, "place": place, **key}
    return pc.sort_indices(pa.table(columns), sort_keys=[(name, "ascending") for name in columns])
