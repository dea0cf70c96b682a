"""Every answer that was paid for, a small file each: whole or absent, whenever its writer dies."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from annotators.captioners.chat.answer import Answer, Usage
from annotators.captioners.chat.disk import OWNER_ONLY_FOLDER, make_folder, sync_folder, write_new
from schemas.errors import StorageError

UNFINISHED = "unfinished"
LEFT_BEHIND_S = 3600.0  # no writer takes that long over one answer


class AnswerCache:
    """Answers by the keys of their requests, in `FOLDER/a/b/ab....json`; several processes may share a folder.

    A file holds the answer, its usage, the model's name and a checksum, and nothing of the request.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder where it is missing. Raises StorageError where that cannot be."""
        self._folder = folder
        self._unfinished = folder / UNFINISHED
        with _storage_errors():
            self._unfinished.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
            folder.chmod(OWNER_ONLY_FOLDER)
            self._remove_what_was_left_behind()

    def get(self, key: str) -> Answer | None:
        """Raises StorageError for a file that is damaged: whether to pay again is for a person to say."""
        path = self._path(key)
        with _storage_errors():
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                return None
        answer = _read(key, data)
        if answer is None:
            raise StorageError(
                f"the stored answer {key} is damaged; put {path.relative_to(self._folder)} back from a copy, "
                "or remove it, which asks for it, and pays for it, again"
            )
        return answer

    def put(self, key: str, answer: Answer) -> None:
        """Returns when it would survive a crash. Raises StorageError for a full disk or a missing permission."""
        path, unfinished = self._path(key), self._unfinished / f"{key}.{uuid4().hex}"
        with _storage_errors():
            try:
                write_new(unfinished, _written(key, answer))
                make_folder(path.parent, self._folder)
                unfinished.replace(path)
                sync_folder(path.parent)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise

    def _path(self, key: str) -> Path:
        return self._folder / key[0] / key[1] / f"{key}.json"

    def _remove_what_was_left_behind(self) -> None:
        """By killed writers; what is young may belong to a process beside this one."""
        for entry in os.scandir(self._unfinished):
            if time.time() - entry.stat().st_mtime > LEFT_BEHIND_S:
                Path(entry.path).unlink(missing_ok=True)


def _written(key: str, answer: Answer) -> bytes:
    value = asdict(answer)
    return json.dumps({**value, "checksum": _checksum(key, value)}).encode()


def _read(key: str, data: bytes) -> Answer | None:
    """None for what `_written` did not write for this key."""
    try:
        value = json.loads(data)
        if value.pop("checksum") != _checksum(key, value):
            return None
        usage = value.pop("usage")
        return Answer(**value, usage=None if usage is None else Usage(**usage))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _checksum(key: str, value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([key, value], sort_keys=True).encode()).hexdigest()


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"answers: {error.strerror}; free space or change permissions, then run again") from error
