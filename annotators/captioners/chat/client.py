"""The door: requests in, answers out, in order or as they come."""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType

import orjson

from annotators.captioners.chat.address import address
from annotators.captioners.chat.answer import Answer, Failed, Usage, outcome
from annotators.captioners.chat.background import Background
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.call import Call
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.post import Post
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.chat.sender import Question, Sender
from annotators.captioners.chat.settings import ServerSettings, check
from schemas.errors import StorageError, WrongRun

UNDER_WAY = 4  # times `concurrency`: while an answer is stored, the next request is on its way


class ChatClient:
    """Asks one server; whatever was answered before comes from the cache.

    Identical requests of one call are sent once. An answer is stored before it is handed out. Entered as a context, it
    sends from a thread of its own. Left with a WrongRun, it sends nothing more and stores what is still answered:
    other threads' requests are paid for as well. Left otherwise, it gives up what is under way. The ledger and the
    cache stay open.
    """

    def __init__(
        self,
        settings: ServerSettings,
        cache: AnswerCache,
        ledger: Ledger,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """Raises ConfigError for settings that make no sense, ServerError for an address that must not be asked."""
        check(settings)
        self._address = address(settings, environment)
        self._settings, self._cache, self._ledger = settings, cache, ledger
        self._stack = ExitStack()

    def __enter__(self) -> "ChatClient":
        settings = self._settings
        with ExitStack() as stack:
            writer = stack.enter_context(ThreadPoolExecutor(1, "answers"))
            post = Post(self._address, settings)
            self._sender = Sender(settings, post, self._cache, self._ledger, writer)
            self._background = stack.enter_context(Background(self._sender.close, post.close))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if isinstance(error, WrongRun):
                self._background.submit(self._sender.stop(error)).result()
                self._background.wait()

    def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
        """One for each request, in order. Raises as `ask_each`; what was answered until then is in the cache."""
        results = dict(self.ask_each(requests))
        return [results[index] for index in range(len(requests))]

    def ask_each(self, requests: Iterable[ChatRequest]) -> Generator[tuple[int, Answer | Failed], None, None]:
        """Each with its request's index, as they come; requests are taken as there is room for them.

        Raises BudgetSpent, ServerError for a refused credential and StorageError for a damaged answer or a full disk,
        each after what was then under way was handed out. Given up half-way, it cancels what is under way.
        """
        call = Call()
        try:
            for index, request in enumerate(requests):
                yield from self._take(call, index, request)
                while len(call) >= UNDER_WAY * self._settings.concurrency or call.is_any_done:
                    yield from call.next()
                if call.error is not None:
                    break
            while len(call):
                yield from call.next()
        finally:
            call.cancel()
        if call.error is not None:
            raise call.error

    def _take(self, call: Call, index: int, request: ChatRequest) -> Iterator[tuple[int, Answer | Failed]]:
        """What is known already; else the question is sent, or waits with its like."""
        self._ledger.count("requests")
        key = request.key(self._settings.model)
        if call.join(index, key):
            self._ledger.count("repeated")
        elif (failed := call.failure(key)) is not None:
            self._ledger.count("repeated")
            yield index, failed
        elif (answer := self._stored(call, key)) is not None:
            self._ledger.count("cached")
            yield index, outcome(answer)
        elif call.error is None:
            call.send(index, key, self._background.submit(self._sender.ask(self._question(key, request))))

    def _stored(self, call: Call, key: str) -> Answer | None:
        """A damaged answer ends the call."""
        try:
            return self._cache.get(key)
        except StorageError as error:
            call.stop(error)
            return None

    def _question(self, key: str, request: ChatRequest) -> Question:
        body = orjson.dumps(request.body(self._settings.model))  # of pictures: json takes a hundred times as long
        most = Usage(request.prompt_tokens_at_most(self._settings.image_tokens), request.max_tokens)
        return Question(key, body, self._ledger.cost_at_most(most))
