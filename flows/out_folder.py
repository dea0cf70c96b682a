"""Folders that a command writes its tables into."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import StorageError


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Raises StorageError for what the disk or its permissions refuse."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}; name another folder with --out") from error


def make_folder(folder: Path) -> None:
    """Before the work whose tables it is for."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_texts(folder: Path, files: Mapping[str, str]) -> None:
    with _writing(folder):
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
