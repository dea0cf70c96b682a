"""Programs in processes of their own, whose hash seeds give sets another order."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def outputs(code: str, *environments: dict[str, str]) -> set[str]:
    """What the same code prints in each environment, each of which names its PYTHONHASHSEED."""
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=REPOSITORY,
            text=True,
            env={"PYTHONPATH": str(REPOSITORY), **environment},
        ).stdout.strip()
        for environment in environments
    }
