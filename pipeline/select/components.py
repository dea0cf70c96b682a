"""Connected components over rows that share codes, in arrays: millions of rows in seconds."""

from collections.abc import Iterable

import numpy as np

from pipeline.select.duplicates import NONE, Codes


def connected_components(tokens: Iterable[Codes], rows: int) -> Codes:
    """Of each row, the smallest row that it is joined to by shared codes, in any number of steps.

    `tokens` are columns of codes, each `rows` long, in which NONE joins nothing. After Shiloach and Vishkin 1982: roots
    hook onto smaller neighbours, then every path is flattened; a handful of rounds.
    """
    parent = np.arange(rows, dtype=np.int32)
    edges = [_edges(column, parent) for column in tokens]
    left, right = (np.concatenate([edge[side] for edge in edges]) for side in (0, 1))
    while len(left):
        np.minimum.at(parent, np.maximum(left, right), np.minimum(left, right))
        parent = _flat(parent)
        left, right = _open(parent[left], parent[right])
    return parent


def _edges(column: Codes, rows: Codes) -> tuple[Codes, Codes]:
    """From each row to the first row of the same code."""
    known = rows[column != NONE]
    first = np.full(column.max(initial=NONE) + 1, len(rows), np.int32)
    np.minimum.at(first, column[known], known)
    return _open(first[column[known]], known)


def _open(left: Codes, right: Codes) -> tuple[Codes, Codes]:
    """Without edges from a row to itself."""
    differ = left != right
    return left[differ], right[differ]


def _flat(parent: Codes) -> Codes:
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            return parent
        parent = above
