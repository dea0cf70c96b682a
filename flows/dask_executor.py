"""The Prefect side of a Dask cluster: a task runner, and the one thing that its workers must set up."""

from typing import Any

from flows.local_executor import limit_threads


def dask_runner(workers: int, address: str | None) -> Any:
    """A Prefect task runner over a given Dask scheduler, or over a private cluster of processes."""
    from prefect_dask import DaskTaskRunner

    if address:
        return DaskTaskRunner(address=address)
    return DaskTaskRunner(
        cluster_kwargs={
            "n_workers": workers,
            "threads_per_worker": 1,
            "processes": True,
            "dashboard_address": None,
        },
        client_kwargs={"set_as_default": False},
    )


def prepare_worker() -> None:
    limit_threads()
