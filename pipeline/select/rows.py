"""Which rows of two tables speak of the same picture."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables.columns import row_keys


def aligned(images: pa.Table, table: pa.Table) -> pa.Table:
    """The rows of `table` in the order of `images`; a row of nulls where it says nothing of a rejected picture.

    Raises KeyError where it lacks a picture that was not rejected.
    """
    found = pc.index_in(row_keys(images), value_set=row_keys(table))
    lacking = int(np.count_nonzero(np.asarray(pc.is_null(found)) & ~is_rejected(images)))
    if lacking:
        raise KeyError(f"{lacking} pictures of `images` have no row in a table that is read beside them")
    return table.take(found)


def is_rejected(table: pa.Table) -> np.ndarray:
    """Bool a row, from a column `rejected`."""
    return np.asarray(pc.is_valid(pc.struct_field(whole(table["rejected"]), "reason")))


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
