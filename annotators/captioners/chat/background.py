"""An event loop in a thread of its own, so that what waits goes on while its caller works."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from types import TracebackType
from typing import Any, TypeVar

Result = TypeVar("Result")


class Background:
    """Entered, it runs; left, it cancels what is under way."""

    def __init__(self, *close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """`close` are awaited as the last things in the loop."""
        self._close = close

    def __enter__(self) -> "Background":
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="chat", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.submit(self._cancel_all()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def submit(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self) -> None:
        """Returns when all that is under way has ended, well or badly."""
        self.submit(_ended()).result()

    async def _cancel_all(self) -> None:
        for task in _others():
            task.cancel()
        await _ended()
        for close in self._close:
            await close()
        await self._loop.shutdown_asyncgens()


def _others() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def _ended() -> None:
    await asyncio.gather(*_others(), return_exceptions=True)
