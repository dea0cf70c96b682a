"""A server as a Chat, with its answers and its ledger in one folder; opened when somebody asks."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.client import ChatClient
from annotators.captioners.chat.disk import OWNER_ONLY_FOLDER
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.chat.settings import ServerSettings
from schemas.errors import StorageError

ANSWERS, LEDGER = "answers.jsonl", "ledger.jsonl"


class ServedChat:
    """Threads may share it; one process at a time asks, since the ledger has one budget.

    Left, it does with what is under way as `ChatClient` does. It survives pickling as if nobody had asked.
    """

    def __init__(self, settings: ServerSettings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._lock, self._stack = Lock(), ExitStack()
        self._opened: tuple[ChatClient, Ledger] | None = None

    def __enter__(self) -> "ServedChat":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def __reduce__(self) -> tuple[Any, ...]:
        return ServedChat, (self._settings, self._folder)

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        """As `ChatClient.ask`. Raises LockedError where another process asks."""
        client, _ = self._open()
        return client.ask(requests)

    def summary(self) -> Mapping[str, Any] | None:
        """The ledger's; None where nobody asked."""
        return None if self._opened is None else self._opened[1].summary()

    def _open(self) -> tuple[ChatClient, Ledger]:
        with self._lock:
            if self._opened is None:
                make_private(self._folder)
                settings = self._settings
                ledger = self._stack.enter_context(Ledger(settings.prices, settings.budget, self._folder / LEDGER))
                cache = self._stack.enter_context(AnswerCache(self._folder / ANSWERS))
                self._opened = self._stack.enter_context(ChatClient(settings, cache, ledger)), ledger
            return self._opened


def make_private(folder: Path) -> None:
    """For its owner alone: answers speak of patients."""
    try:
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        folder.chmod(OWNER_ONLY_FOLDER)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}; change permissions, then run again") from error
