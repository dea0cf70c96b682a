"""`python -m tests.flows.crash_driver CONFIG WORK N`: builds, and dies by SIGKILL at the Nth fsync or rename."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.flows.corpora import build_small


def dying(call: Callable[..., Any], counter: list[int]) -> Callable[..., Any]:
    """The same call, but the process dies in its place once the counter has run out."""

    def counted(*arguments: Any, **named: Any) -> Any:
        counter[0] -= 1
        if counter[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)

    return counted


def main(config: Path, work: Path, place: int) -> None:
    counter = [place]
    os.fsync = dying(os.fsync, counter)
    os.replace = dying(os.replace, counter)
    os.link = dying(os.link, counter)
    build_small(config, work)
    sys.stdout.write(str(place - counter[0]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
