"""Rows of joined tables to images, by name, stem or path."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from posixpath import normpath
from typing import Any

from pipeline.ingest.tables import TableError, read_rows
from pipeline.inventory.listing import item_text
from pipeline.inventory.rules import IMAGE_SUFFIXES
from pipeline.inventory.table_record import record_of
from pipeline.sources import SourceSettings, TableSettings
from pipeline.trace import PAGE_ROWS, Trace
from schemas.errors import SourceError
from schemas.ids import IdKey

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS records (
    source TEXT, image TEXT, position INTEGER, record TEXT, PRIMARY KEY (source, image, position)
) WITHOUT ROWID;
"""
_TABLES_OF_ONE = """
DROP TABLE IF EXISTS temp.image_names;
DROP TABLE IF EXISTS temp.table_rows;
CREATE TEMP TABLE image_names (name TEXT, item TEXT);
CREATE TEMP TABLE table_rows (number INTEGER PRIMARY KEY, name TEXT, record TEXT);
"""


@dataclass(frozen=True)
class TableCounts:
    """What joined: `elsewhere` are rows of paths outside the root, `repeated` rows that say the same again."""

    rows: int
    elsewhere: int
    without_image: int
    repeated: int
    images_without_row: int


@dataclass(frozen=True)
class Join:
    """One table of a source, on its way to the images."""

    source: SourceSettings
    position: int
    root: Path
    id_key: IdKey

    @property
    def table(self) -> TableSettings:
        return self.source.tables[self.position]

    @cached_property
    def top(self) -> str:
        return normpath(self.root.absolute().as_posix())

    @cached_property
    def base(self) -> str:
        """The folder that the table's paths start from."""
        return normpath(f"{self.top}/{self.table.join_root}")

    def error(self, problem: str) -> SourceError:
        return SourceError(self.source.name, f"tables.{self.position}: {problem}")

    def identify(self, kind: str, value: str) -> str:
        return self.id_key.pseudonym(kind, self.source.name, value)


def join_tables(trace: Trace, source: SourceSettings, root: Path, id_key: IdKey) -> tuple[TableCounts, ...]:
    """Fills the trace's temporary table `records`; nothing is joined to a source without images.

    Raises SourceError for a table that cannot be read, that names no image at all, that names several images by one
    word, or that says two things of one image: whichever were taken might be false.
    """
    trace.connection.executescript(_TABLES)
    trace.connection.execute("DELETE FROM records WHERE source = ?", (source.name,))
    if not any(trace.pages(source.name, "role = 'image'")):
        return ()
    joins = [Join(source, position, root, id_key) for position in range(len(source.tables))]
    return tuple(_join(trace, join) for join in joins)


def _join(trace: Trace, join: Join) -> TableCounts:
    trace.connection.executescript(_TABLES_OF_ONE)
    _fill_names(trace, join)
    elsewhere = _fill_rows(trace, join)
    _refuse_ambiguous(trace, join)
    matched = trace.connection.execute(
        "INSERT INTO records SELECT ?, item, ?, record FROM table_rows JOIN image_names USING (name) "
        "GROUP BY item ORDER BY item",
        (join.source.name, join.position),
    ).rowcount
    rows, images, named = (_count(trace, query) for query in _COUNTS)
    if not matched:
        raise join.error(
            f"none of its {rows} rows names an image; check join ({join.table.join!r}), join_by and join_root"
        )
    return TableCounts(rows, elsewhere, rows - named - elsewhere, named - matched, images - matched)


_COUNTS = (
    "SELECT count(*) FROM table_rows",
    "SELECT count(*) FROM image_names",
    "SELECT count(*) FROM table_rows WHERE name IN (SELECT name FROM image_names)",
)


def _count(trace: Trace, query: str) -> int:
    (number,) = trace.connection.execute(query).fetchone()
    return int(number)


def _fill_names(trace: Trace, join: Join) -> None:
    name_of = _NAMES[join.table.join_by]
    for page in trace.pages(join.source.name, "role = 'image'"):
        names = [(_plain(name_of(item_text(file.path))), file.item) for file in page]
        with trace.transaction() as connection:
            connection.executemany("INSERT INTO image_names VALUES (?, ?)", names)
    trace.connection.execute("CREATE INDEX temp.image_names_name ON image_names (name)")


def _fill_rows(trace: Trace, join: Join) -> int:
    rows, elsewhere = _rows(join), 0
    while page := list(islice(rows, PAGE_ROWS)):
        elsewhere += sum(name is None for _, name, _ in page)
        with trace.transaction() as connection:
            connection.executemany("INSERT INTO table_rows VALUES (?, ?, ?)", page)
    trace.connection.execute("CREATE INDEX temp.table_rows_name ON table_rows (name)")
    return elsewhere


def _rows(join: Join) -> Iterator[tuple[int, str | None, str]]:
    """(number, the image's name or None for a path outside the root, what is said as canonical JSON)."""
    table = join.table
    columns = (table.join, *table.columns.values(), *table.states)
    try:
        for number, row in read_rows(join.root / table.path, columns, table.label_separator):
            if table.join not in row:
                raise join.error(f"row {number} has no column {table.join!r}")
            yield number, _name_in_row(row[table.join], join), canonical(record_of(row, table, join.identify))
    except TableError as error:
        raise join.error(str(error)) from error
    except OSError as error:
        raise join.error(f"it cannot be read: {error.strerror}") from error


def canonical(record: dict[str, Any]) -> str:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse_ambiguous(trace: Trace, join: Join) -> None:
    several = trace.connection.execute(
        "SELECT number, count(*) FROM table_rows JOIN image_names USING (name) GROUP BY number "
        "HAVING count(*) > 1 ORDER BY number LIMIT 1"
    ).fetchone()
    if several:
        raise join.error(f"row {several[0]} names {several[1]} images; join by path, or narrow `include`")
    contrary = trace.connection.execute(
        "SELECT min(number), max(number) FROM table_rows JOIN image_names USING (name) GROUP BY item "
        "HAVING count(DISTINCT record) > 1 ORDER BY min(number) LIMIT 1"
    ).fetchone()
    if contrary:
        first, second = contrary
        raise join.error(f"rows {first} and {second} say different things of one image; leave one row an image")


def _plain(name: str) -> str:
    """One form of a name, whichever way the file system or the table composes its accents."""
    return unicodedata.normalize("NFC", name)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _stem(path: str) -> str:
    """Less the suffix of an image; what other dots an identifier has stays."""
    stem, dot, suffix = _name(path).rpartition(".")
    return stem if dot and f".{suffix.lower()}" in IMAGE_SUFFIXES else _name(path)


_NAMES: dict[str, Callable[[str], str]] = {"name": _name, "stem": _stem, "path": str}


def _name_in_row(cell: str, join: Join) -> str | None:
    slashed = cell if "/" in cell else cell.replace("\\", "/")
    if join.table.join_by != "path":
        return _plain(_NAMES[join.table.join_by](slashed))
    path = normpath(f"{join.base}/{slashed}")
    return _plain(path.removeprefix(f"{join.top}/")) if path.startswith(f"{join.top}/") else None
