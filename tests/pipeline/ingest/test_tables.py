import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.tables import TableError, read_columns, read_rows, text_of


def write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, columns: tuple[str, ...] = ("a", "b")) -> list[tuple[int, dict[str, str]]]:
    return [(number, dict(row)) for number, row in read_rows(path, columns)]


@pytest.mark.parametrize("content", ["", "a,b\n", "a,b"])
def test_a_table_may_have_no_rows(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, content)
    assert rows(path) == []
    assert read_columns(path) == (("a", "b") if content else ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, f"a{delimiter}b\n1,5{delimiter}2\n" if delimiter != "," else 'a,b\n"1,5",2\n')
    assert rows(path) == [(2, {"a": "1,5", "b": "2"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_tables_are_read_with_and_without_mark(tmp_path: Path, encoding: str) -> None:
    assert rows(write(tmp_path, "a,b\né,ß\n".encode(encoding))) == [(2, {"a": "é", "b": "ß"})]


def test_other_encodings_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="save it as UTF-8"):
        rows(write(tmp_path, "a,b\né,ß\n".encode("latin-1")))


def test_cells_and_names_are_stripped_and_short_rows_lack_columns(tmp_path: Path) -> None:
    assert rows(write(tmp_path, " a , b \n 1 , 2 \n3\n\n4,5\n")) == [
        (2, {"a": "1", "b": "2"}),
        (3, {"a": "3"}),
        (5, {"a": "4", "b": "5"}),
    ]


def test_quoted_cells_may_hold_lines(tmp_path: Path) -> None:
    assert rows(write(tmp_path, 'a,b\n"two\nlines",2\n3,4\n'))[1] == (3, {"a": "3", "b": "4"})


def test_a_long_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="row 3 has 3 cells, the header 2"):
        rows(write(tmp_path, "a,b\n1,2\n1,2,3\n"))


def test_an_open_quote_is_an_error_and_not_one_large_cell(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="unexpected end of data"):
        rows(write(tmp_path, 'a,b\n"1,2\n3,4\n5,6\n'))


def test_lines_of_json_need_not_have_all_columns(tmp_path: Path) -> None:
    path = write(tmp_path, '{"a": 1}\n\n{"b": ["x", "y"], "c": true}\n', "t.jsonl")
    assert rows(path, ("a", "b", "c")) == [(1, {"a": "1"}), (3, {"b": "x|y", "c": "True"})]
    assert read_columns(path) == ("a", "b", "c")


@pytest.mark.parametrize("second", ['{"a":', "[1]", '{"a": "\\ud800"}', f'{{"a": {"[" * 100_000}{"]" * 100_000}}}'])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, second: str) -> None:
    with pytest.raises(TableError, match="line 2 is no JSON"):
        rows(write(tmp_path, f'{{"a": 1}}\n{second}\n', "t.jsonl"))


def test_parquet_gives_the_same_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, None], "b": [2.0, 0.5], "picture": [b"\xff", b""]}), path)
    assert rows(path) == [(1, {"a": "1", "b": "2"}), (2, {"a": "", "b": "0.5"})]
    assert read_columns(path) == ("a", "b", "picture")


def test_parquet_whose_pages_are_damaged_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [f"{i * 7919 % 1000}" for i in range(3000)], "b": ["b"] * 3000}), path)
    data = bytearray(path.read_bytes())
    data[50:1500:7] = bytes(byte ^ 0x55 for byte in data[50:1500:7])
    path.write_bytes(data)
    with pytest.raises(TableError, match="not readable as Parquet"):
        rows(path)


def test_damaged_parquet_says_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not readable as Parquet"):
        rows(write(tmp_path, b"PAR1 and nothing else", "t.parquet"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        ("", ""),
        (" x ", "x"),
        (3, "3"),
        (3.0, "3"),
        (3.5, "3.5"),
        (float("inf"), "inf"),
        (True, "True"),
        ([], ""),
        (["a", None, 2.0], "a||2"),
    ],
)
def test_values_become_text(value: Any, text: str) -> None:
    assert text_of(value) == text


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5), max_size=5))
def test_what_json_holds_is_read_back(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    path.write_text("".join(json.dumps({"a": value}) + "\n" for value in values), encoding="utf-8")
    assert [row["a"] for _, row in rows(path)] == [value.strip() for value in values]
