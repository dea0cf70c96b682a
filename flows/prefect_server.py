"""Prefect's API server for the length of one build, on loopback, ending with the build however that ends.

Prefect would start one by itself, but only when the flow begins, again in every Dask worker, and an orphan of it
stays when the driver is killed.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flows.driver_watch import end_with
from schemas.errors import WrongRun

START_SECONDS = 120
ENVIRONMENT = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1", "PREFECT_UI_ENABLED": "0"}


@contextmanager
def prefect_server() -> Iterator["Server | None"]:
    """Starts a server and does not wait for it; a server that PREFECT_API_URL names is used instead."""
    if os.environ.get("PREFECT_API_URL"):
        yield None
        return
    port = free_port()
    command = [sys.executable, "-m", "flows.prefect_server", str(port), str(os.getpid())]
    process = subprocess.Popen(command, env={**os.environ, **ENVIRONMENT}, start_new_session=True)
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        yield Server(process, os.environ["PREFECT_API_URL"])
    finally:
        del os.environ["PREFECT_API_URL"]
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        process.wait()


class Server:
    """A server that may still be starting."""

    def __init__(self, process: "subprocess.Popen[bytes]", api_url: str) -> None:
        self._process = process
        self.api_url = api_url

    def wait(self) -> None:
        """Until it answers. Raises WrongRun where it ends, or does not answer in time."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(f"{self.api_url}/health", timeout=5).close()
                return
            time.sleep(0.05)
        raise WrongRun("Prefect's server did not start; see the log of servers in the work directory's folder log")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(port: int, driver: int) -> None:
    import uvicorn

    end_with(driver)
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="error",
        lifespan="on",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
