"""A build as a Prefect flow: the same stages in the same order, a Prefect task for each group of parts."""

import queue
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeVar

from flows.build import BuildOrder, Built, build
from flows.dask_executor import dask_runner, prepare_worker
from flows.local_executor import local_executor, run_task
from pipeline.runner import Execute, PartResult, Watch

GROUPS_A_WORKER = 2  # in flight
PARTS_A_GROUP = 16  # at most: through Dask a Prefect task costs about 100 ms

Result = TypeVar("Result")
Executor = Literal["local", "dask"]


def run_build(order: BuildOrder, watch: Watch, executor: Executor, workers: int, address: str | None = None) -> Built:
    """Runs a build under Prefect; call `prefect_home.settle` before.

    local: Prefect's threads hand each group to worker processes. dask: the group runs in a Dask worker, of the
    scheduler at `address` or of a private cluster.
    """
    return run_body(lambda execute: build(order, execute, watch), executor, workers, address)


def run_body(body: Callable[[Execute], Result], executor: Executor, workers: int, address: str | None) -> Result:
    """Runs whatever needs an Execute as a flow."""
    if executor == "dask":
        return _under_prefect(body, dask_runner(workers, address), workers, _compute_in_worker)
    from prefect.task_runners import ThreadPoolTaskRunner

    with local_executor(workers) as execute:
        runner: Any = ThreadPoolTaskRunner(max_workers=workers * GROUPS_A_WORKER)
        return _under_prefect(body, runner, workers, lambda group: list(execute(group)))


def _compute_in_worker(group: list[Any]) -> list[PartResult]:
    prepare_worker()
    return [run_task(task) for task in group]


# Prefect sends the flow's function to every worker, so it must name what it runs, and not hold it.
_BODY: list[Callable[[], Any]] = []


def medregion_build() -> Any:
    """What the flow runs, in the driver."""
    return _BODY[-1]()


def _under_prefect(
    body: Callable[[Execute], Result], runner: Any, workers: int, compute: Callable[[list[Any]], list[PartResult]]
) -> Result:
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    parts: Any = task(name="parts", persist_result=False, cache_policy=NO_CACHE)(compute)

    def submit(group: list[Any]) -> Any:
        return parts.with_options(task_run_name=f"{group[0].stage_name}, {len(group)} parts").submit(group)

    def execute(tasks: Iterable[Any]) -> Iterator[PartResult]:
        return in_groups(tasks, workers * GROUPS_A_WORKER, submit)

    _BODY.append(lambda: body(execute))
    try:
        run: Any = flow(name="medregion build", task_runner=runner, persist_result=False)(medregion_build)
        result: Result = run()
        return result
    finally:
        _BODY.clear()


def in_groups(tasks: Iterable[Any], in_flight: int, submit: Callable[[list[Any]], Any]) -> Iterator[PartResult]:
    """Submits groups that grow from one part to PARTS_A_GROUP, so that few parts still use every worker."""
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    running = submitted = 0
    group: list[Any] = []

    def send() -> None:
        nonlocal running, submitted, group
        submit(group).add_done_callback(finished.put)
        running, submitted, group = running + 1, submitted + 1, []

    for task in tasks:
        group.append(task)
        if len(group) < min(PARTS_A_GROUP, 1 + submitted // in_flight):
            continue
        send()
        if running >= in_flight:
            running -= 1
            yield from finished.get().result()
    if group:
        send()
    for _ in range(running):
        yield from finished.get().result()
