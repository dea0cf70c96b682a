"""Group commit: what comes while a group is written is the next group, so that a disk's flush is shared."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")


class GroupCommit(Generic[Item]):
    """Awaited with an item, it returns when that is written. Within one event loop."""

    def __init__(self, write: Callable[[list[Item]], None], writer: Executor) -> None:
        """`writer` is one thread, in which `write` gets each group, in order."""
        self._write, self._writer = write, writer
        self._lock = Lock()
        self._group: list[Item] = []
        self._written: asyncio.Future[None] | None = None

    async def __call__(self, item: Item) -> None:
        """Raises what `write` raises of the group. Whoever gives up has the item written nevertheless."""
        with self._lock:
            if self._written is None or not self._group:
                self._written = asyncio.get_running_loop().run_in_executor(self._writer, self._write_group)
            self._group.append(item)
            written = self._written
        await asyncio.shield(written)

    async def end(self) -> None:
        """Returns when all is written, well or badly; before the loop closes."""
        if self._written is not None:
            await asyncio.wait([self._written])

    def _write_group(self) -> None:
        with self._lock:
            group, self._group = self._group, []
        self._write(group)
