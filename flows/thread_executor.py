"""Runs tasks in threads of this process, for work that waits for somebody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flows.local_executor import bounded
from pipeline.runner import Execute


@contextmanager
def thread_executor(at_once: int) -> Iterator[Execute]:
    """An Execute over `at_once` threads. What is under way at the end is awaited; what waits is dropped."""
    pool = ThreadPoolExecutor(at_once, "parts")
    try:
        yield lambda tasks: bounded(pool, tasks, at_once)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
