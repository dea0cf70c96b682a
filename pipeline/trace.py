"""The trace file: the one place that knows which path an item came from, and the cache of what was read before.

An SQLite file (0600) beside the work directory, never released. A crash leaves it as the last transaction did.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import pyarrow as pa

from schemas.errors import StorageError

TRACE_VERSION = 1  # raised when the layout, or what a file's first bytes are taken for, changes
PAGE_ROWS = 4096
CACHE_KIB = 16384  # rows come in the order of paths and lie in that of items: small caches are written over and over
_NAMES_A_QUERY = 500  # SQLite takes a limited number of parameters

_LAYOUT = """
CREATE TABLE IF NOT EXISTS sources (source TEXT PRIMARY KEY, root BLOB NOT NULL, run INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    source TEXT NOT NULL, item TEXT NOT NULL, run INTEGER NOT NULL,
    path BLOB NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    sha256 TEXT, format TEXT, role TEXT, reason TEXT, gone INTEGER NOT NULL,
    PRIMARY KEY (source, item)
) WITHOUT ROWID;
"""
# A file of the same size, time and inode keeps what was read of it. Bare names are those of the row before.
_UNCHANGED = "size_bytes = excluded.size_bytes AND mtime_ns = excluded.mtime_ns AND inode = excluded.inode"
_UPSERT = f"""
INSERT INTO files (source, run, item, path, size_bytes, mtime_ns, inode, sha256, format, role, reason, gone)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (source, item) DO UPDATE SET
    sha256 = coalesce(excluded.sha256, CASE WHEN {_UNCHANGED} THEN sha256 END),
    format = coalesce(excluded.format, CASE WHEN {_UNCHANGED} THEN format END),
    run = excluded.run, path = excluded.path, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
    inode = excluded.inode, role = excluded.role, reason = excluded.reason, gone = 0
"""
_COLUMNS = "item, path, size_bytes, mtime_ns, inode, sha256, format, role, reason, gone"


class TracedFile(NamedTuple):
    """A file as it was seen; `path` is relative to its source's root, as `os.fsdecode` gives it."""

    item: str
    path: str
    size_bytes: int
    mtime_ns: int
    inode: int
    sha256: str | None = None  # None: not read yet
    format: str | None = None
    role: str | None = None
    reason: str | None = None  # why it is not used
    gone: bool = False


@dataclass(frozen=True)
class Trace:
    """An open trace file; may be handed from thread to thread, not to another process."""

    connection: sqlite3.Connection
    path: Path

    @property
    def own_files(self) -> tuple[Path, Path]:
        """The file and SQLite's journal of it."""
        path = self.path.resolve()
        return path, path.with_name(f"{path.name}-journal")

    @classmethod
    def open(cls, path: Path) -> "Trace":
        """Creates the file where it is missing; one of another version is emptied, since a build fills it again.

        Raises StorageError where it cannot be made, is damaged, or another process keeps it locked.
        """
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}; change permissions, then run again") from error
        try:
            _lay_out(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise StorageError(f"{path}: not usable as a trace file ({error}); remove it and run again") from error
        return cls(connection, path)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> "Trace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def begin(self, source: str, root: Path) -> None:
        """Starts a listing of a source; call `record` for its files, then `end`."""
        self.connection.execute(
            "INSERT INTO sources VALUES (?, ?, 1) "
            "ON CONFLICT (source) DO UPDATE SET root = excluded.root, run = run + 1",
            (source, os.fsencode(root.absolute())),
        )

    def record(self, source: str, files: Iterable[TracedFile]) -> None:
        """Files seen now. One that did not change keeps its checksum and format."""
        (run,) = self.connection.execute("SELECT run FROM sources WHERE source = ?", (source,)).fetchone()
        rows = ((source, run, file.item, os.fsencode(file.path), *file[2:9]) for file in files)
        with self.transaction() as connection:
            connection.executemany(_UPSERT, rows)

    def end(self, source: str) -> int:
        """Marks files that were not seen since `begin` as gone; returns how many are newly so."""
        return self.connection.execute(
            "UPDATE files SET gone = 1 WHERE source = ?1 AND gone = 0 "
            "AND run < (SELECT run FROM sources WHERE source = ?1)",
            (source,),
        ).rowcount

    def set_contents(self, source: str, read: Iterable[tuple[str, str | None, str | None, str | None]]) -> None:
        """Rows of (item, format, sha256, reason), of files that were opened."""
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE files SET format = ?3, sha256 = ?4, reason = coalesce(?5, reason) "
                "WHERE source = ?1 AND item = ?2",
                ((source, *row) for row in read),
            )

    def set_roles(self, source: str, roles: Iterable[tuple[str, str, str | None]]) -> None:
        """Rows of (item, role, reason)."""
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE files SET role = ?3, reason = ?4 "
                "WHERE source = ?1 AND item = ?2 AND (role IS NOT ?3 OR reason IS NOT ?4)",
                ((source, *row) for row in roles),
            )

    def pages(self, source: str, only: str = "1", first: str = "", before: str = "g") -> Iterator[list[TracedFile]]:
        """The present files of a source in the order of their items, a page at a time; rows may be changed meanwhile.

        `only` is a condition in SQL over the table `files`; `first` and `before` bound the items, which are
        hexadecimal and of one length.
        """
        while True:
            rows = self.connection.execute(
                f"SELECT {_COLUMNS} FROM files WHERE source = ? AND item >= ? AND item < ? AND NOT gone AND ({only}) "
                f"ORDER BY item LIMIT {PAGE_ROWS}",
                (source, first, before),
            ).fetchall()
            if not rows:
                return
            yield [_traced(row) for row in rows]
            first = rows[-1][0] + " "  # just after the last

    def find(self, item: str, source: str = "") -> TracedFile | None:
        """What is known of an item, also of one that is gone; without a source, in whichever it is."""
        where, values = ("source = ? AND item = ?", (source, item)) if source else ("item = ?", (item,))
        row = self.connection.execute(f"SELECT {_COLUMNS} FROM files WHERE {where}", values).fetchone()
        return _traced(row) if row else None

    def resolve(self, source: str, item: str) -> Path | None:
        """The path of an item that is not gone; without a source, in whichever it is."""
        sources = [source] if source else [name for (name,) in self.connection.execute("SELECT source FROM sources")]
        return next((path for name in sources for path in self.paths(name, [item]).values()), None)

    def paths(self, source: str, items: Sequence[str]) -> dict[str, Path]:
        """Paths of those of the items that are known and not gone, in the given order."""
        found: dict[str, Path] = {}
        for start in range(0, len(items), _NAMES_A_QUERY):
            asked = list(items[start : start + _NAMES_A_QUERY])
            found |= {
                item: Path(os.fsdecode(root)) / os.fsdecode(path)
                for item, root, path in self.connection.execute(
                    "SELECT item, root, path FROM files JOIN sources USING (source) "
                    f"WHERE source = ? AND NOT gone AND item IN ({','.join('?' * len(asked))})",
                    (source, *asked),
                )
            }
        return {item: found[item] for item in items if item in found}

    def files(self, source: str, items: Sequence[str]) -> pa.Table:
        """The table `files` (item, path) that a stage with `reads_files` gets; paths as bytes: not all are text."""
        paths = self.paths(source, sorted(set(items)))
        named = [os.fsencode(path) for path in paths.values()]
        return pa.table({"item": pa.array(list(paths), pa.string()), "path": pa.array(named, pa.binary())})


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, TRACE_VERSION):
        connection.executescript("BEGIN; DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS sources; COMMIT;")
    connection.executescript(f"BEGIN; {_LAYOUT} PRAGMA user_version = {TRACE_VERSION}; COMMIT;")


def _traced(row: Sequence[Any]) -> TracedFile:
    return TracedFile._make((row[0], os.fsdecode(row[1]), *row[2:9], bool(row[9])))
