"""Which calls reach the disk, in order."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

DISK = ("write", "fsync", "truncate")


def disk_calls(work: Callable[[], object]) -> list[str]:
    """By name, of this thread; nothing is replaced, so they happen."""
    names: list[str] = []

    def see(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in DISK:
            names.append(function.__name__)

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(before)
    return names
