"""A file of JSON lines that only grows; a line that was appended outlives its process, a synced one the machine."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from annotators.captioners.chat.disk import OWNER_ONLY, sync_folder
from schemas.errors import LockedError, StorageError

LONGEST_LINE = 1 << 16  # bytes


class Journal:
    """One process at a time holds it; its threads may share it."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file and drops a last line that a crash cut short.

        Raises LockedError where another process holds it, StorageError where it cannot be made.
        """
        self._path = path
        self._appending, self._syncing = Lock(), Lock()
        self._appended = self._synced = 0  # lines of this process
        with self._storage_errors():
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

    def lines(self) -> Iterator[dict[str, Any]]:
        """From the first on. Raises StorageError for one that is no JSON object."""
        with self._storage_errors(), self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                value = _object(line)
                if value is None:
                    raise StorageError(f"{self._path.name}: line {number} is damaged; put the file back from a copy")
                yield value

    def append(self, line: Mapping[str, Any]) -> None:
        data = json.dumps(line).encode() + b"\n"
        with self._appending, self._storage_errors():
            written = os.write(self._file, data)
            if written < len(data):
                os.truncate(self._file, self._size)
                raise StorageError(f"{self._path.name}: the disk is full; free space, then run again")
            self._size += written
            self._appended += 1

    def sync(self) -> None:
        """Returns when every line that was appended before is durable; one call to the disk serves all who wait."""
        wanted = self._appended
        with self._syncing, self._storage_errors():
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

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"{self._path.name}: {error.strerror}; free space or change permissions, then run again"
            ) from error


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
