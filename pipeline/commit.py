"""One-file commits: a reader sees a whole file or none, whenever the writer dies."""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from schemas.errors import StorageError

TEMPORARY = ".tmp"


def is_local(filesystem: Any) -> bool:
    """Whether a rename on this fsspec file system is atomic and an fsync is needed."""
    protocol = filesystem.protocol
    return "file" in ((protocol,) if isinstance(protocol, str) else tuple(protocol))


@contextmanager
def committing(filesystem: Any, path: str) -> Iterator[BinaryIO]:
    """A file to write; it appears under `path` when the block ends well, and not at all otherwise.

    Local disks: a temporary name, fsync, rename, fsync of the folder. Elsewhere: one completed PUT.
    Raises StorageError for a full disk or a missing permission.
    """
    if is_local(filesystem):
        with _renaming(Path(path)) as sink:
            yield sink
    else:
        buffer = io.BytesIO()
        yield buffer
        filesystem.pipe_file(path, buffer.getvalue())


@contextmanager
def _renaming(path: Path) -> Iterator[BinaryIO]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as sink, _removed_on_failure(temporary):
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(path)
        sync(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; free space or change permissions, then run again") from error


@contextmanager
def _removed_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Makes a file's bytes durable, or the renames within a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def commit_bytes(filesystem: Any, path: str, data: bytes) -> None:
    with committing(filesystem, path) as sink:
        sink.write(data)


def remove_temporaries(folder: Path) -> int:
    """Deletes what a killed writer left behind, by the names that `committing` gives; only the holder of the lock may
    call it.
    """
    named = re.compile(rf"\..+\.\d+{re.escape(TEMPORARY)}")
    leftovers = [path for path in folder.rglob(f".*{TEMPORARY}") if named.fullmatch(path.name) and path.is_file()]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
