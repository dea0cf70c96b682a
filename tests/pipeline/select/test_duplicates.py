import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.select.duplicates import codes, find_duplicates
from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import signatures
from tests.pipeline.select.tables import Row, make_images, make_records, rejected


def sign(*rows: Row) -> pa.Table:
    records = make_records(
        *({name: row[name] for name in row.keys() & {"source", "item", "frame", "view"}} for row in rows)
    )
    return signatures(make_images(*rows), records, SelectSettings()).unify_dictionaries()


def kept(*rows: Row, sources: str = "abc") -> list[int]:
    rows_kept: list[int] = find_duplicates(sign(*rows), list(sources)).kept.tolist()
    return rows_kept


def copy(item: str, source: str = "a", **columns: object) -> Row:
    return {"item": item, "source": source, "pixel_hash": "same", **columns}


def test_nothing_has_no_copies() -> None:
    found = find_duplicates(sign(), ["a"])
    assert [len(array) for array in (found.kept, found.members, found.starts)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([copy("1")], [0]),
        ([copy("1"), copy("2", pixel_hash="other")], [0, 1]),
        ([copy("1"), copy("2")], [0, 0]),
        ([copy("2"), copy("1")], [1, 1]),  # the smallest item, whatever came first
        ([copy("1", "b"), copy("2", "a")], [1, 1]),  # the first source, whatever its items
        ([copy("1", frame=1), copy("1", frame=0)], [1, 1]),
        ([copy("1", view="lung"), copy("2", view="bone")], [0, 1]),  # other windows show other things
        ([copy("1", pixel_hash=None), copy("2", pixel_hash=None)], [0, 1]),
        ([copy("1", pixel_std=0.0), copy("2", pixel_std=0.0)], [0, 1]),  # two blank slices are not one picture
        ([copy("1", rejected=rejected()), copy("2")], [0, 1]),
    ],
)
def test_one_copy_stays(rows: list[Row], expected: list[int]) -> None:
    assert kept(*rows) == expected


def test_the_order_of_the_config_decides() -> None:
    rows = [copy("1", "a"), copy("2", "b"), copy("3", "c")]
    assert kept(*rows, sources="cab") == [2, 2, 2]


def test_a_source_that_the_config_lacks_is_a_bug() -> None:
    with pytest.raises(ValueError, match="does not name"):
        kept(copy("1", "z"), copy("2", "z"))


def test_clusters_list_the_one_that_stays_first() -> None:
    found = find_duplicates(
        sign(copy("3"), copy("9", pixel_hash="x"), copy("1"), copy("8", pixel_hash="x"), copy("5", pixel_hash="y")),
        ["a"],
    )
    clusters = [part.tolist() for part in np.split(found.members, found.starts[1:])]
    assert sorted(clusters) == [[2, 0], [3, 1]]


@given(st.permutations(range(8)), st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_the_order_of_arrival_does_not_matter(order: list[int], pixels: list[int]) -> None:
    rows = [copy(str(i), "abc"[i % 3], pixel_hash=str(pixels[i])) for i in range(8)]
    moved = [rows[i] for i in order]
    stays = {rows[i]["item"]: rows[keeper]["item"] for i, keeper in enumerate(kept(*rows))}
    assert {moved[i]["item"]: moved[keeper]["item"] for i, keeper in enumerate(kept(*moved))} == stays


def test_codes_number_values_and_leave_out_nulls() -> None:
    column = pa.array(["b", None, "a", "b"])
    assert codes(column).tolist() == [0, -1, 1, 0]
    assert codes(column.dictionary_encode()).tolist() == [0, -1, 1, 0]
    assert codes(pa.chunked_array([column, column])).tolist() == [0, -1, 1, 0] * 2
