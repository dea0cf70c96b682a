"""One question, sent until it is answered or has failed for good."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field

from annotators.captioners.chat.answer import Answer, Failed, outcome
from annotators.captioners.chat.attempt import Attempt
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.groups import GroupCommit
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.retry import pause_s
from annotators.captioners.chat.settings import ServerSettings
from schemas.errors import ServerError, WrongRun


@dataclass(frozen=True)
class Question:
    """A request as it is sent; `money_at_most` is what one attempt can cost."""

    key: str
    body: bytes = field(repr=False)
    money_at_most: float


class Sender:
    """Keeps to `concurrency`, pays into the ledger and the cache. Within one event loop.

    After the first WrongRun nothing more is sent, now or later; what is under way is awaited by whoever asked.
    """

    def __init__(
        self,
        settings: ServerSettings,
        post: Callable[[bytes], Awaitable[Attempt]],
        cache: AnswerCache,
        ledger: Ledger,
        writer: Executor,
    ) -> None:
        """`writer` is the one thread in which answers are written."""
        self._settings, self._post = settings, post
        self._cache, self._ledger = cache, ledger
        self._stored = GroupCommit(self._store, writer)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._stopping = asyncio.Event()
        self._error: WrongRun | None = None

    async def ask(self, question: Question) -> Answer | Failed:
        """Returns when the answer is stored. Raises WrongRun: a spent budget, a refused credential, a full disk."""
        with self._ledger.working():
            try:
                async with self._slots:
                    attempt = await self._last_attempt(question)
                return await self._kept(question.key, attempt)
            except WrongRun as error:
                await self.stop(error)
                raise

    async def stop(self, error: WrongRun) -> None:
        """Nothing more is sent; who waits to send gets the first error."""
        self._error = self._error or error
        self._stopping.set()

    async def close(self) -> None:
        """Returns when what was given up half-way is stored."""
        await self._stored.end()

    async def _last_attempt(self, question: Question) -> Attempt:
        attempt = await self._attempt(question)
        for retries in range(self._settings.attempts - 1):
            if not attempt.again:
                break
            await self._pause(retries, attempt.wait_s)
            attempt = await self._attempt(question)
            self._ledger.count("retries")
        return attempt

    async def _attempt(self, question: Question) -> Attempt:
        if self._error is not None:
            raise self._error
        most = question.money_at_most
        self._ledger.reserve(most)
        try:
            attempt = await self._post(question.body)
        except BaseException:  # given up half-way, and the server may go on
            self._ledger.settle(question.key, most, None, answered=False)
            raise
        if attempt.billed:
            self._ledger.settle(question.key, most, attempt.usage, isinstance(_result(attempt), Answer))
        else:
            self._ledger.release(most)
        return attempt

    async def _kept(self, key: str, attempt: Attempt) -> Answer | Failed:
        if attempt.billed:
            await self._stored((key, attempt.result))
        result = _result(attempt)
        if isinstance(result, Answer):
            self._ledger.count("answered")
            return result
        self._ledger.count_failure(result.reason)
        if result.reason == "unauthorised":
            raise ServerError(
                f"the server answers {result.status}: set {self._settings.key_variable} to a credential that it takes"
            )
        return result

    def _store(self, paid: list[tuple[str, Answer | Failed]]) -> None:
        """What was paid is written before what it bought: a crash between them costs answers, and no money unseen."""
        self._ledger.sync()
        if final := [(key, result) for key, result in paid if isinstance(result, Answer) and result.is_final]:
            self._cache.put(final)

    async def _pause(self, retries: int, wait_s: float | None) -> None:
        """Ends early when nothing more is to be sent."""
        settings = self._settings
        seconds = pause_s(retries, wait_s, settings.backoff_s, settings.longest_wait_s, random.random)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _result(attempt: Attempt) -> Answer | Failed:
    return outcome(attempt.result) if isinstance(attempt.result, Answer) else attempt.result
