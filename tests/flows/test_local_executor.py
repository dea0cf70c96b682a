import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from flows.local_executor import IN_FLIGHT_A_WORKER, local_executor
from schemas.errors import ConfigError
from tests.flows.tasks import Count, numbers

DRIVER = """
import time
from flows.local_executor import local_executor
from tests.flows.tasks import Count
if __name__ == "__main__":
    with local_executor(2) as execute:
        results = execute(Count(i, seconds=60 if i > 1 else 0) for i in range(9))
        print(next(results).stored.rows, flush=True)
        time.sleep(60)
"""


def test_every_task_runs_once_in_another_process() -> None:
    with local_executor(2) as execute:
        results = list(execute(Count(i) for i in range(20)))
    assert numbers(results) == list(range(20))
    assert os.getpid() not in {result.stored.rows for result in results}


def test_few_tasks_are_asked_for_ahead_of_time() -> None:
    asked = 0

    def tasks() -> Iterator[Count]:
        nonlocal asked
        for i in range(50):
            asked += 1
            yield Count(i)

    with local_executor(1) as execute:
        next(iter(execute(tasks())))
    assert asked <= IN_FLIGHT_A_WORKER + 1


def test_a_wrong_run_comes_back_as_what_it_was() -> None:
    with local_executor(1) as execute, pytest.raises(ConfigError, match=r"weights: no such file"):
        list(execute([Count(0, fails=True)]))


@pytest.mark.slow
def test_workers_end_when_their_driver_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", DRIVER], stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        driver.stdout.readline()
        workers = psutil.Process(driver.pid).children(recursive=True)
        driver.kill()
    assert workers
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(alive(worker) for worker in workers):
        time.sleep(0.1)
    assert not [worker for worker in workers if alive(worker)]


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
