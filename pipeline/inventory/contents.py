"""Opens the files that are new or changed: what they are, and their SHA-256. In threads: hashing lets go of the GIL."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from pipeline.ingest.sniff import HEAD_BYTES, sniff
from pipeline.trace import PAGE_ROWS, Trace

FILES_A_TASK = 64
_BLOCK_BYTES = 1 << 20


class Contents(NamedTuple):
    """Both are None where the file could not be read; `sha256` also where it was not asked for."""

    format: str | None
    sha256: str | None
    reason: str | None = None


def read_contents(path: str, hashed: bool = True) -> Contents:
    """Of one file; `file_unreadable` where it cannot be opened or read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _read(descriptor, hashed)
        finally:
            os.close(descriptor)
    except OSError:
        return Contents(None, None, "file_unreadable")


def _read(descriptor: int, hashed: bool) -> Contents:
    block = os.read(descriptor, _BLOCK_BYTES if hashed else HEAD_BYTES)
    kind = sniff(block[:HEAD_BYTES])
    if not hashed:
        return Contents(kind, None)
    digest = hashlib.sha256(block)
    while block := os.read(descriptor, _BLOCK_BYTES):
        digest.update(block)
    return Contents(kind, digest.hexdigest())


def read_into(trace: Trace, source: str, root: Path, hashed: str, threads: int) -> Iterator[int]:
    """Reads what the trace does not know yet, in the order of paths; yields how many files since the last time.

    `hashed` is a condition in SQL over the table `files`: whose checksums are wanted. A file that could not be read
    is tried again every time.
    """
    connection = trace.connection
    connection.execute("DROP TABLE IF EXISTS temp.unread")
    connection.execute(
        f"CREATE TEMP TABLE unread AS SELECT item, path, ({hashed}) AS hashed FROM files WHERE source = ? AND NOT gone "
        f"AND reason IS NULL AND (format IS NULL OR (sha256 IS NULL AND ({hashed}))) ORDER BY path",
        (source,),
    )
    with ThreadPoolExecutor(threads) as pool:
        for rows in _pages(trace):
            asked = [(f"{root}/{os.fsdecode(path)}", bool(hashed)) for _, path, hashed, _ in rows]
            tasks = [asked[start : start + FILES_A_TASK] for start in range(0, len(asked), FILES_A_TASK)]
            contents = [each for task in pool.map(_read_all, tasks) for each in task]
            trace.set_contents(source, ((row[0], *found) for row, found in zip(rows, contents, strict=True)))
            yield len(rows)
    connection.execute("DROP TABLE temp.unread")


def _pages(trace: Trace) -> Iterator[list[tuple[str, bytes, int, int]]]:
    query = f"SELECT item, path, hashed, rowid FROM temp.unread WHERE rowid > ? ORDER BY rowid LIMIT {PAGE_ROWS}"
    last = 0
    while rows := trace.connection.execute(query, (last,)).fetchall():
        yield rows
        last = rows[-1][3]


def _read_all(asked: list[tuple[str, bool]]) -> list[Contents]:
    return [read_contents(path, hashed) for path, hashed in asked]
