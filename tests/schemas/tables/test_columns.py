import pyarrow as pa
import pytest

from schemas.tables.columns import KEY, KEY_NAMES, row_keys


def keyed(*rows: tuple[str, str, int, str]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(KEY_NAMES, row, strict=True)) for row in rows], schema=pa.schema(KEY))


@pytest.mark.parametrize(
    ("rows", "pictures"),
    [
        ([], 0),
        ([("a", "1", 0, "")], 1),
        ([("a", "1", 0, ""), ("a", "1", 0, "")], 1),
        ([("a", "1", 0, ""), ("b", "1", 0, ""), ("a", "2", 0, ""), ("a", "1", 1, ""), ("a", "1", 0, "lung")], 5),
        ([("a", "1", 1, "0"), ("a", "11", 0, "")], 2),
    ],
)
def test_every_column_of_the_key_counts(rows: list[tuple[str, str, int, str]], pictures: int) -> None:
    assert len(set(row_keys(keyed(*rows)).to_pylist())) == pictures


def test_dictionaries_and_strings_in_any_chunks_give_the_same_keys() -> None:
    one, other = keyed(("a", "1", 0, "")), keyed(("b", "2", 3, "lung"))
    chunked = pa.concat_tables([one, other])
    encoded = chunked.set_column(0, "source", chunked["source"].cast(pa.dictionary(pa.int32(), pa.string())))
    assert row_keys(encoded) == row_keys(chunked) == row_keys(chunked.combine_chunks())
