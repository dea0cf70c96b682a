import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from annotators.captioners.chat.groups import GroupCommit


class Disk:
    """Holds the first group until it is told to go on; what is written is in `groups`."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.free = Event(), Event()

    def write(self, group: list[int]) -> None:
        self.begun.set()
        assert self.free.wait(10)
        if 13 in group:
            raise OSError("full")
        self.groups.append(group)


def run(work: Callable[[GroupCommit[int], Disk], Awaitable[None]]) -> Disk:
    async def inside(writer: ThreadPoolExecutor) -> None:
        await work(GroupCommit(disk.write, writer), disk)

    disk = Disk()
    with ThreadPoolExecutor(1) as writer:
        asyncio.run(inside(writer))
    return disk


async def begin(commit: GroupCommit[int], disk: Disk, *items: int) -> list["asyncio.Task[None]"]:
    """The first is being written, and the others wait."""
    tasks = [asyncio.ensure_future(commit(items[0]))]
    await asyncio.to_thread(disk.begun.wait, 10)
    tasks += [asyncio.ensure_future(commit(item)) for item in items[1:]]
    await asyncio.sleep(0)
    return tasks


def test_what_comes_while_a_group_is_written_is_the_next_in_order() -> None:
    async def work(commit: GroupCommit[int], disk: Disk) -> None:
        tasks = await begin(commit, disk, *range(6))
        assert not any(task.done() for task in tasks)
        disk.free.set()
        await asyncio.gather(*tasks)

    assert run(work).groups == [[0], [1, 2, 3, 4, 5]]


def test_what_goes_wrong_is_told_to_all_of_its_group_and_to_no_other() -> None:
    async def work(commit: GroupCommit[int], disk: Disk) -> None:
        tasks = await begin(commit, disk, 0, 12, 13)
        disk.free.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in told] == [type(None), OSError, OSError]
        await commit(14)

    assert run(work).groups == [[0], [14]]


def test_what_somebody_gave_up_is_written_nevertheless(caplog: pytest.LogCaptureFixture) -> None:
    async def work(commit: GroupCommit[int], disk: Disk) -> None:
        tasks = await begin(commit, disk, 0, 1)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with pytest.raises(asyncio.CancelledError):
                await task
        disk.free.set()
        await commit.end()

    assert run(work).groups == [[0], [1]]
    assert caplog.records == []


def test_nothing_to_write_has_ended() -> None:
    async def work(commit: GroupCommit[int], _disk: Disk) -> None:
        await commit.end()

    assert run(work).groups == []
