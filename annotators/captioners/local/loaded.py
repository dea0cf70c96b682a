"""A local model as a Chat that threads share, loaded when somebody asks."""

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.local.folder import read_folder
from annotators.captioners.local.settings import LocalSettings

if TYPE_CHECKING:
    from annotators.captioners.local.chat import LocalChat


class LoadedChat:
    """One thread asks at a time. It survives pickling as if nobody had asked."""

    def __init__(self, weights: str, sha256: str | None, settings: LocalSettings) -> None:
        """`weights` is the path of a folder."""
        self._from = weights, sha256, settings
        self._lock = Lock()
        self._chat: LocalChat | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return LoadedChat, self._from

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        """As `LocalChat.ask`, and raises what loading raises."""
        with self._lock:
            if self._chat is None:
                self._chat = loaded(*self._from)
            return self._chat.ask(requests)


def loaded(weights: str, sha256: str | None, settings: LocalSettings) -> "LocalChat":
    """Raises WeightsError as `read_folder` and as `LocalChat`, ConfigError for settings that do not fit."""
    folder = read_folder(weights, sha256)
    from annotators.captioners.local.chat import LocalChat  # with transformers, which is slow to import

    return LocalChat(folder, settings)
