"""One call of a client: what of it is under way, and what to hand out."""

from collections.abc import Iterator
from concurrent.futures import Future
from queue import SimpleQueue

from annotators.captioners.chat.answer import Answer, Failed
from schemas.errors import WrongRun


class Call:
    """Knows each different question by its key, and hands its outcome to every index that asked it."""

    def __init__(self) -> None:
        self._done: SimpleQueue[tuple[str, Future[Answer | Failed]]] = SimpleQueue()
        self._sent: dict[str, Future[Answer | Failed]] = {}
        self._waiting: dict[str, list[int]] = {}
        self._failed: dict[str, Failed] = {}
        self.error: WrongRun | None = None

    def __len__(self) -> int:
        """How many questions are under way."""
        return len(self._sent)

    @property
    def is_any_done(self) -> bool:
        return not self._done.empty()

    def join(self, index: int, key: str) -> bool:
        """Whether the question is under way, so that `index` waits with those before."""
        if key not in self._waiting:
            return False
        self._waiting[key].append(index)
        return True

    def failure(self, key: str) -> Failed | None:
        """Of a question that failed earlier in this call; answers lie in the cache."""
        return self._failed.get(key)

    def send(self, index: int, key: str, future: "Future[Answer | Failed]") -> None:
        self._sent[key], self._waiting[key] = future, [index]
        future.add_done_callback(lambda done: self._done.put((key, done)))

    def next(self) -> Iterator[tuple[int, Answer | Failed]]:
        """Waits for the next outcome."""
        key, future = self._done.get()
        indices = self._waiting.pop(key)
        del self._sent[key]
        try:
            result = future.result()
        except WrongRun as error:
            self.stop(error)
            return
        if isinstance(result, Failed):
            self._failed[key] = result
        yield from ((index, result) for index in indices)

    def stop(self, error: WrongRun) -> None:
        """Nothing more is to be sent; the first error is the one to tell."""
        self.error = self.error or error

    def cancel(self) -> None:
        """The last first, so that none is sent in the place of one that was given up."""
        for future in reversed(list(self._sent.values())):
            future.cancel()
