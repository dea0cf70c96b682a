"""Rates of parts from the counts of all."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.describe.balance.counts import COUNTS
from pipeline.describe.balance.rates import RATES, STEPS, rates_of


def part(*rows: tuple[int, int, int]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(COUNTS.names, row, strict=True)) for row in rows], schema=COUNTS)


def told(rates: pa.Table) -> list[tuple[int, int, int]]:
    assert rates.schema == RATES
    return [tuple(row.values()) for row in rates.to_pylist()]


def test_a_rate_is_the_reverse_s_share_in_steps() -> None:
    (rates,) = rates_of([part((1, 30, 10), (2, 5, 0))])
    assert told(rates) == [(1, round(STEPS / 3), STEPS), (2, 0, 0)]


def test_counts_of_all_parts_make_the_rates_of_each_and_only_of_what_it_has() -> None:
    first, second, none = rates_of([part((1, 4, 0), (9, 2, 2)), part((1, 0, 1), (2**63, 1, 1)), part()])
    assert told(first) == [(1, STEPS // 4, 0), (9, STEPS, STEPS)]
    assert told(second) == [(1, 0, STEPS), (2**63, STEPS, STEPS)]
    assert told(none) == []


def test_no_parts_have_no_rates() -> None:
    assert rates_of([]) == []


@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_a_plain_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(4):
        cells = np.sort(rng.choice(40, 25, replace=False))
        parts.append(part(*((int(cell), int(rng.integers(9)), int(rng.integers(9))) for cell in cells)))
    sums = {cell: [0, 0] for cell in range(40)}
    for cell, forth, back in (tuple(row.values()) for each in parts for row in each.to_pylist()):
        sums[cell][0] += forth
        sums[cell][1] += back

    def rate(own: int, edits: int, reverse: int) -> int:
        return min(STEPS, round(STEPS * reverse / edits)) if own else 0

    for each, rates in zip(parts, rates_of(parts), strict=True):
        wanted = [
            (cell, rate(forth, *sums[cell]), rate(back, *reversed(sums[cell])))
            for cell, forth, back in (tuple(row.values()) for row in each.to_pylist())
        ]
        assert told(rates) == wanted
