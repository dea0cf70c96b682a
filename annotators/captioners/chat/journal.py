"""A file of JSON lines that only grows; a line that was appended outlives its process, a synced one the machine."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

from xxhash import xxh3_64_hexdigest

from annotators.captioners.chat.disk import OWNER_ONLY, sync_folder
from schemas.errors import LockedError, StorageError

LONGEST_LINE = 1 << 20  # bytes; an end without a line that is longer was not torn by a crash
_END = b'"}\n'
_TOLD = -16 - len(_END)  # where the checksum begins, which is of what stands before it


class Journal:
    """One process at a time holds it; its threads may share it. Others may read with `whole_lines`."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file and drops a last line that a crash cut short.

        Raises LockedError where another process holds it, StorageError where it cannot be made.
        """
        self._path = path
        self._appending, self._syncing = Lock(), Lock()
        self._appended = self._synced = 0  # calls of this process
        with storage_errors(path):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
            try:
                self._lock()
                self._size = self._whole_size()
                os.truncate(self._file, self._size)
                os.fchmod(self._file, OWNER_ONLY)
                os.fsync(self._file)
                sync_folder(path.parent)
            except BaseException:
                os.close(self._file)
                raise

    def values(self) -> Iterator[dict[str, Any]]:
        """Of all lines, from the first on. Raises StorageError as `whole_lines`."""
        return (value_of(line) for _, line in whole_lines(self._path))

    def append(self, *values: Mapping[str, Any]) -> list[int]:
        """Where each line begins, in bytes. All of them or, where the disk is full, none."""
        lines = [line_of(value) for value in values]
        data = b"".join(lines)
        with self._appending, storage_errors(self._path):
            written = os.write(self._file, data)
            if written < len(data):
                os.truncate(self._file, self._size)
                raise StorageError(f"{self._path.name}: the disk is full; free space, then run again")
            *places, self._size = accumulate(map(len, lines), initial=self._size)
            self._appended += 1
        return places

    def sync(self) -> None:
        """Returns when every line that was appended before is durable; one call to the disk serves all who wait."""
        wanted = self._appended
        with self._syncing, storage_errors(self._path):
            if self._synced < wanted:
                reached = self._appended
                os.fsync(self._file)
                self._synced = reached

    def close(self) -> None:
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"{self._path.name}: another process is asking; wait for it or stop it") from error

    def _whole_size(self) -> int:
        """Bytes up to the end of the last whole line."""
        size = os.fstat(self._file).st_size
        start = max(0, size - LONGEST_LINE)
        end = os.pread(self._file, LONGEST_LINE, start).rfind(b"\n")
        if end < 0 and start:
            raise StorageError(f"{self._path.name}: its end is damaged; put the file back from a copy")
        return start + end + 1


def line_of(value: Mapping[str, Any]) -> bytes:
    """With a checksum of its own, xxh3 over what stands before that."""
    told = json.dumps({**value, "checksum": ""}).encode()[: -len(_END) + 1]
    return told + xxh3_64_hexdigest(told).encode() + _END


def value_of(line: bytes) -> dict[str, Any]:
    """Of a whole line, without the checksum."""
    value: dict[str, Any] = json.loads(line)
    del value["checksum"]
    return value


def is_whole(line: bytes) -> bool:
    """Whether `line_of` wrote it."""
    return line.endswith(_END) and xxh3_64_hexdigest(line[:_TOLD]).encode() == line[_TOLD : -len(_END)]


def whole_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Where each begins, in bytes, and the line; a last one without an end is left out, for its writer may be at it.

    Raises StorageError for one that is damaged, or for a file that cannot be read.
    """
    place = 0
    with storage_errors(path), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            if not is_whole(line):
                raise StorageError(
                    f"{path.name}: line {number} is damaged; put the file back from a copy, or take the line out: "
                    "what it held is forgotten then, and an answer asked for, and paid for, again"
                )
            yield place, line
            place += len(line)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """What the system says of a file as a StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path.name}: {error.strerror}; free space or change permissions, then run again"
        ) from error
