from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.release.plan import ShardPlan, estimate_bytes, plan_shards, within
from pipeline.release.settings import ReleaseSettings
from tests.pipeline.release.builders import IDS

Row = tuple[str, str, int, str]  # item, split, est_bytes, part


def planned(rows: Sequence[Row], max_bytes: int = 10**9, max_rows: int = 4) -> list[ShardPlan]:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = (pa.string(), pa.string(), pa.int64(), pa.string())
    names = ("item", "split", "est_bytes", "part")
    table = pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, types, strict=True)})
    return plan_shards(table, ReleaseSettings(shard_bytes=max_bytes, shard_rows=max_rows))


def some_rows(count: int, est_bytes: int = 1, split: str = "train") -> list[Row]:
    return [(IDS.item("smears", str(n)), split, est_bytes, f"smears/{n % 2}") for n in range(count)]


def held(plan: ShardPlan, rows: Sequence[Row]) -> list[Row]:
    items = pa.chunked_array([[row[0] for row in rows]], pa.string())
    inside = within(items, plan.prefix).to_pylist()
    return [row for row, one in zip(rows, inside, strict=True) if one and row[1] == plan.split]


def test_no_rows_give_no_shards() -> None:
    assert planned([]) == []


def test_what_fits_is_one_shard_a_split() -> None:
    rows = [*some_rows(3), *some_rows(2, split="test")]
    assert planned(rows) == [
        ShardPlan("test", "", ("smears/0", "smears/1")),
        ShardPlan("train", "", ("smears/0", "smears/1")),
    ]


@pytest.mark.parametrize(("est_bytes", "max_rows"), [(1, 4), (30, 1000)])
def test_shards_hold_every_row_once_and_keep_both_limits(est_bytes: int, max_rows: int) -> None:
    rows = some_rows(100, est_bytes)
    plans = planned(rows, max_bytes=100, max_rows=max_rows)
    inside = [held(plan, rows) for plan in plans]
    assert sorted(row for shard in inside for row in shard) == sorted(rows)
    assert all(len(shard) <= max_rows and sum(row[2] for row in shard) <= 100 for shard in inside)
    assert all(
        plan.parts == tuple(sorted({row[3] for row in shard})) for plan, shard in zip(plans, inside, strict=True)
    )


def test_the_order_of_arrival_does_not_matter() -> None:
    rows = some_rows(50)
    assert planned(rows) == planned(rows[::-1])


@given(st.integers(1, 60))
def test_a_new_picture_changes_one_shard_or_splits_it(count: int) -> None:
    rows = some_rows(count + 1)
    before = {(plan, tuple(sorted(held(plan, rows[:-1])))) for plan in planned(rows[:-1])}
    after = {(plan, tuple(sorted(held(plan, rows)))) for plan in planned(rows)}
    assert len(before - after) <= 1
    assert all(
        plan.prefix.startswith(next(iter(before - after))[0].prefix) for plan, _ in after - before if before - after
    )


def test_an_item_beyond_the_limit_is_a_shard_by_itself() -> None:
    plans = planned([*some_rows(3), (IDS.item("smears", "large"), "train", 500, "smears/item")], max_bytes=100)
    large = [plan for plan in plans if "smears/item" in plan.parts]
    assert [plan.parts for plan in large] == [("smears/item",)]


def test_frames_of_one_item_stay_together() -> None:
    item = IDS.item("smears", "volume")
    rows = [(item, "train", 60, "smears/0")] * 5
    assert len(planned(rows, max_bytes=100)) == 1


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(0, 64))
def test_an_id_is_within_just_its_own_prefixes(item: str, length: int) -> None:
    bits = f"{int(item, 16):0128b}"
    items = pa.chunked_array([[item]])
    assert within(items, bits[:length]).to_pylist() == [True]
    if length:
        flipped = bits[: length - 1] + ("1" if bits[length - 1] == "0" else "0")
        assert within(items, flipped).to_pylist() == [False]


def test_estimates_grow_with_what_is_encoded() -> None:
    images = pa.table(
        {
            "width": [100, 4000, 4000],
            "height": [100, 3000, 3000],
            "channels": [1, 3, 3],
            "bytes": [700, 9_000_000, 9_000_000],
        }
    )
    small, plain, with_regions = estimate_bytes(images, np.array([0, 0, 10]), ReleaseSettings()).tolist()
    assert 700 < small < plain < with_regions < 9_000_000
    png = estimate_bytes(images, np.array([0, 0, 10]), ReleaseSettings(encoding="png")).tolist()
    assert png[0] == small
    assert png[2] > with_regions
