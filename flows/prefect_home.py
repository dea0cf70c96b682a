"""Where Prefect keeps its things, and what it may not do: a private home, an embedded server, no telemetry.

Call `settle` before Prefect is imported anywhere: it reads its settings once.
"""

import os
from pathlib import Path

# A model library must never reach for a network in a build: weights come by path.
OFFLINE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "ULTRALYTICS_SAFE_LOAD": "1",
    "HF_HUB_OFFLINE": "1",
}
SERVER = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # a busy machine needs more than the default 20
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_TASKS_REFRESH_CACHE": "true",  # what is committed is our record, Prefect's cache is not
}


def settle(home: Path) -> None:
    """Sets the environment of this process and its children; an API address that the user set is kept."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(OFFLINE)
    os.environ.update(SERVER)
    os.environ["PREFECT_HOME"] = str(home)
