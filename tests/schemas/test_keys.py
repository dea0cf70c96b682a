import io
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.keys import canonical_hash, column_hash, column_hashes, part_key, rows_hash

NESTED = pa.list_(pa.struct([("word", pa.string()), ("box", pa.list_(pa.int32(), 2)), ("yes", pa.bool_())]))
VALUES: list[Any] = [
    [{"word": "a", "box": [1, 2], "yes": True}, None],
    None,
    [],
    [{"word": None, "box": None, "yes": None}],
]


def column(values: list[Any] = VALUES, kind: pa.DataType = NESTED) -> pa.Array:
    return pa.array(values, kind)


def test_the_hash_of_a_column_is_the_same_on_every_machine() -> None:
    assert column_hash(column([], pa.string())) == "ae92edbdf3b66e00f7c01845adda2a64"
    assert column_hash(column()) == "e14465927bb02a12fd15f3e8dad0ad42"


@given(st.lists(st.integers(0, 4), max_size=4))
def test_chunks_and_slices_do_not_change_it(cuts: list[int]) -> None:
    edges = sorted({0, *cuts, len(VALUES)})
    chunks = [column().slice(start, stop - start) for start, stop in pairwise(edges)]
    assert column_hash(pa.chunked_array(chunks, NESTED)) == column_hash(column())


def test_a_round_trip_through_parquet_does_not_change_it() -> None:
    table = pa.table({"nested": column(), "text": ["x", None, "", "y"], "bytes": [b"\0", None, b"", b"z"]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    assert column_hashes(pq.read_table(buffer)) == column_hashes(table)


def test_what_lies_behind_a_null_does_not_count() -> None:
    plain = pa.array([1, None], pa.int32())
    dirty = pa.Array.from_buffers(pa.int32(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(b"\1\0\0\0\7\0\0\0")])
    assert dirty == plain
    assert column_hash(dirty) == column_hash(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([], pa.int32()), pa.array([], pa.int64())),
        (pa.array(["ab", "c"]), pa.array(["a", "bc"])),
        (pa.array([None], pa.string()), pa.array([""])),
        (pa.array([[1], [2]]), pa.array([[1, 2], []])),
        (pa.array([True]), pa.array([False])),
        (pa.array([0.0]), pa.array([-0.0])),
        (
            pa.array([{"a": None}], pa.struct([("a", pa.int8())])),
            pa.array([None], pa.struct([("a", pa.int8())])),
        ),
    ],
)
def test_different_columns_differ(one: pa.Array, other: pa.Array) -> None:
    assert column_hash(one) != column_hash(other)


def test_keys_depend_on_each_of_their_parts_and_not_on_order() -> None:
    plain = part_key("images", 1, {"a": 1, "b": 2}, {"inventory": {"item": "h"}})
    assert plain == part_key("images", 1, {"b": 2, "a": 1}, {"inventory": {"item": "h"}})
    others = [
        part_key("regions", 1, {"a": 1, "b": 2}, {"inventory": {"item": "h"}}),
        part_key("images", 2, {"a": 1, "b": 2}, {"inventory": {"item": "h"}}),
        part_key("images", 1, {"a": 1, "b": 3}, {"inventory": {"item": "h"}}),
        part_key("images", 1, {"a": 1, "b": 2}, {"inventory": {"item": "i"}}),
    ]
    assert len({plain, *others}) == 5


def test_a_rows_hash_is_of_names_and_contents() -> None:
    assert rows_hash({"a": "1"}) != rows_hash({"b": "1"})
    assert canonical_hash({"a": 1}) == canonical_hash({"a": 1})
