from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.select.components import connected_components


def components(*tokens: Sequence[int]) -> list[int]:
    columns = [np.array(column, np.int32) for column in tokens]
    roots: list[int] = connected_components(columns, len(tokens[0])).tolist()
    return roots


@pytest.mark.parametrize(
    ("tokens", "roots"),
    [
        ([[]], []),
        ([[-1, -1, -1]], [0, 1, 2]),
        ([[0, 1, 2]], [0, 1, 2]),
        ([[7, 7, 7]], [0, 0, 0]),
        ([[0, 1, 0, 1, -1]], [0, 1, 0, 1, 4]),
        ([[0, 0, 1, 1], [-1, 0, 0, -1]], [0, 0, 0, 0]),  # 1 and 2 join the pairs
    ],
)
def test_rows_that_share_a_code_are_joined(tokens: list[list[int]], roots: list[int]) -> None:
    assert components(*tokens) == roots


def test_a_long_chain_is_one_component() -> None:
    rows = np.arange(10_000)
    order = np.random.default_rng(0).permutation(rows)
    even, odd = np.empty_like(rows), np.empty_like(rows)
    even[order], odd[order] = rows // 2, (rows + 1) // 2
    assert set(components(even.tolist(), odd.tolist())) == {0}


def one_by_one(tokens: list[list[int]], rows: int) -> list[int]:
    """The same by repeated relabelling, a pair at a time."""
    root = list(range(rows))
    for column in tokens:
        for i in range(rows):
            for j in range(i):
                if column[i] == column[j] != -1:
                    low, high = sorted((root[i], root[j]))
                    root = [low if each == high else each for each in root]
    return root


@given(
    st.integers(1, 12).flatmap(
        lambda rows: st.lists(st.lists(st.integers(-1, 6), min_size=rows, max_size=rows), min_size=1, max_size=4)
    )
)
def test_any_codes_give_what_joining_pairs_gives(tokens: list[list[int]]) -> None:
    assert components(*tokens) == one_by_one(tokens, len(tokens[0]))
