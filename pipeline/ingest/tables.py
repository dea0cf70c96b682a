"""Rows of a CSV, JSONL or Parquet table as text, a few at a time."""

import csv
import json
import math
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, str]
Numbered = tuple[int, Mapping[str, Any]]

_BATCH_ROWS = 4096
_ROWS_THAT_NAME_COLUMNS = 1000
_DELIMITERS = (",", "\t", ";", "|")
_FIRST_DATA_ROW = 2  # as a spreadsheet counts: the header is row 1


class TableError(ValueError):
    """A table that cannot be read, or a row of it; the message says where."""


def read_rows(path: Path, columns: Collection[str], separator: str = "|") -> Iterator[tuple[int, Row]]:
    """Numbered rows of the named columns, those that a row has; cells stripped, lists joined by `separator`.

    Numbers are what a spreadsheet or editor shows: the first row of a CSV is 2, the first line of a JSONL 1. Raises
    TableError, or OSError where the file cannot be opened.
    """
    reader = {"parquet": _parquet, "json": _json_lines, "csv": _csv}[_kind(path)]
    for number, row in reader(path, columns):
        yield number, {name: text_of(row[name], separator) for name in columns if name in row}


def read_columns(path: Path) -> tuple[str, ...]:
    """The names of a table's columns; of a JSONL, those of its first rows. Raises as `read_rows` does."""
    match _kind(path):
        case "parquet":
            with _parquet_file(path) as file:
                return tuple(file.schema_arrow.names)
        case "json":
            rows = islice(_json_lines(path, ()), _ROWS_THAT_NAME_COLUMNS)
            return tuple(dict.fromkeys(name for _, row in rows for name in row))
        case _:
            return tuple(next(_cells(path), []))


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(256)
    if start.startswith(b"PAR1"):
        return "parquet"
    return "json" if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")) else "csv"


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _csv(path: Path, columns: Collection[str]) -> Iterator[Numbered]:
    rows = _cells(path)
    header = next(rows, [])
    for number, cells in enumerate(rows, _FIRST_DATA_ROW):
        if len(cells) > len(header):
            raise TableError(f"row {number} has {len(cells)} cells, the header {len(header)}")
        if cells:
            yield number, dict(zip(header, cells, strict=False))


def _cells(path: Path) -> Iterator[list[str]]:
    """Lines of a delimited text, the header first; the delimiter is the one that the header has most of."""
    with path.open(encoding=_encoding(path), newline="") as file:
        lines = _decoding(file)
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=max(_DELIMITERS, key=first.count), strict=True)
        try:
            yield from ([cell.strip() for cell in cells] for cells in reader)
        except csv.Error as error:
            raise TableError(f"line {reader.line_num}: {error}") from error


def _decoding(lines: Iterator[str]) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeDecodeError as error:
        raise TableError("it is not UTF-8; save it as UTF-8") from error


def _json_lines(path: Path, columns: Collection[str]) -> Iterator[Numbered]:
    with path.open(encoding=_encoding(path)) as file:
        for number, line in enumerate(_decoding(file), 1):
            if line.strip():
                yield number, _object(line, number)


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
        if "\\u" in line:
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is text that nobody can store
    except (ValueError, RecursionError) as error:
        raise TableError(f"line {number} is no JSON; write one object a line") from error
    if not isinstance(found, dict):
        raise TableError(f"line {number} is no JSON object; write one object a line")
    return found


def _parquet_file(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise TableError("it is not readable as Parquet") from error


def _parquet(path: Path, columns: Collection[str]) -> Iterator[Numbered]:
    with _parquet_file(path) as file:
        present = [name for name in file.schema_arrow.names if name in columns]
        yield from enumerate((row for batch in _batches(file, present) for row in batch.to_pylist()), 1)


def _batches(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.iter_batches(_BATCH_ROWS, columns=columns)
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError("it is not readable as Parquet") from error


def text_of(value: Any, separator: str = "|") -> str:
    """A cell as text: nothing for null and NaN, whole numbers without a fraction, lists joined."""
    match value:
        case None:
            return ""
        case float():
            return "" if math.isnan(value) else str(int(value)) if value.is_integer() else str(value)
        case list():
            return separator.join(text_of(each, separator) for each in value)
        case _:
            return str(value).strip()
