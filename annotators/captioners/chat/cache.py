"""Every answer that was paid for, a line each of one file."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from annotators.captioners.chat.answer import Answer, Usage
from annotators.captioners.chat.journal import Journal, is_whole, storage_errors, value_of, whole_lines
from schemas.errors import StorageError

_KEY = slice(len('{"key": "'), len('{"key": "') + 64)


class StoredAnswers:
    """Answers by the keys of their requests, as they lie there when this is made; whoever asks may go on.

    A line holds a key, the answer, its usage and the model's name, and nothing of the request. In memory are keys and
    places alone.
    """

    def __init__(self, path: Path) -> None:
        """Reads the file, which need not be there. Raises StorageError for a line that is damaged."""
        self._path = path
        self._places: dict[bytes, int] = {}
        if path.exists():
            for place, line in whole_lines(path):
                self._places[bytes.fromhex(line[_KEY].decode())] = place

    def get(self, key: str) -> Answer | None:
        """Raises StorageError for a line that was damaged since: whether to pay again is for a person to say."""
        place = self._places.get(bytes.fromhex(key))
        if place is None:
            return None
        with storage_errors(self._path), self._path.open("rb") as file:
            file.seek(place)
            line = file.readline()
        if not is_whole(line) or line[_KEY] != key.encode():
            raise StorageError(f"the stored answer {key} is damaged; put {self._path.name} back from a copy")
        value = value_of(line)
        usage = value["usage"]
        return Answer(value["content"], value["finish_reason"], usage and Usage(**usage), value["model"])


class AnswerCache(StoredAnswers):
    """The same, and more come behind; one process at a time holds the file, and its threads may share it."""

    def __init__(self, path: Path) -> None:
        """Makes the file where it is missing. Raises LockedError where another process holds it, else as above."""
        self._journal = Journal(path)
        try:
            super().__init__(path)
        except BaseException:
            self._journal.close()
            raise

    def __enter__(self) -> "AnswerCache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journal.close()

    def put(self, answers: Sequence[tuple[str, Answer]]) -> None:
        """Returns when they would survive a crash. Raises StorageError for a full disk; then none is stored."""
        places = self._journal.append(*({"key": key, **asdict(answer)} for key, answer in answers))
        self._journal.sync()
        for (key, _), place in zip(answers, places, strict=True):
            self._places[bytes.fromhex(key)] = place
