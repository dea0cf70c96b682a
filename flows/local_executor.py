"""Runs tasks in worker processes of this machine, a bounded number in flight."""

import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from flows.driver_watch import end_with
from pipeline.runner import Execute, PartResult, Task

IN_FLIGHT_A_WORKER = 2


def run_task(task: Task) -> PartResult:
    return task.run()


@contextmanager
def local_executor(workers: int) -> Iterator[Execute]:
    """An Execute over `workers` processes."""
    with worker_pool(workers) as pool:
        yield lambda tasks: bounded(pool, tasks, workers * IN_FLIGHT_A_WORKER)


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the driver, also when it is killed; what waits is dropped at the end."""
    # spawn: a fork of a process that runs Prefect's threads may inherit a held lock.
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=start_worker, initargs=(os.getpid(),)
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def bounded(pool: Executor, tasks: Iterable[Any], in_flight: int) -> Iterator[PartResult]:
    """Results as they come; the next task is taken only when one is done."""
    running: set[Future[PartResult]] = set()
    for task in tasks:
        running.add(pool.submit(run_task, task))
        if len(running) >= in_flight:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def start_worker(driver: int) -> None:
    """One thread a library, interrupts left to the driver, and no life after it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_threads()
    end_with(driver)


def limit_threads() -> None:
    """Processes are the parallelism; thread pools inside each would fight over the cores."""
    import cv2
    import pyarrow as pa

    cv2.setNumThreads(0)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
