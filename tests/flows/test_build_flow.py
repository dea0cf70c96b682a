from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flows.build_flow import PARTS_A_GROUP, in_groups
from pipeline.runner import PartResult
from tests.flows.tasks import Count, numbers


class Finished:
    """A future that was done before anybody asked."""

    def __init__(self, group: list[Any]) -> None:
        self.group = group

    def add_done_callback(self, callback: Callable[["Finished"], None]) -> None:
        callback(self)

    def result(self) -> list[PartResult]:
        return [task.run() for task in self.group]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 500])
def test_every_task_comes_back_once(count: int) -> None:
    assert numbers(list(in_groups((Count(i) for i in range(count)), 4, Finished))) == list(range(count))


def test_groups_grow_from_one_part_to_their_limit() -> None:
    sizes: list[int] = []

    def submit(group: list[Any]) -> Finished:
        sizes.append(len(group))
        return Finished(group)

    list(in_groups((Count(i) for i in range(1000)), 4, submit))
    assert sizes[:4] == [1, 1, 1, 1]
    assert max(sizes) == PARTS_A_GROUP
    assert sizes[:-1] == sorted(sizes[:-1])


def test_tasks_are_asked_for_as_groups_finish() -> None:
    asked = 0

    def tasks() -> Iterator[Count]:
        nonlocal asked
        for i in range(100):
            asked += 1
            yield Count(i)

    next(in_groups(tasks(), 4, Finished))
    assert asked == 4


def test_a_failing_group_ends_the_run() -> None:
    with pytest.raises(Exception, match="no such file"):
        list(in_groups([Count(0), Count(1, fails=True)], 1, Finished))
