"""Ctrl-C that no library can swallow: raised where it happens, and again when the next part is done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from pipeline.runner import PartResult, Watch
from pipeline.work import StageIndex


class Attentive:
    """A Watch that passes everything on, unless somebody interrupted.

    An interrupt that lands in a callback or a finaliser is printed and forgotten by Python, and the build would go on.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.interrupted = False

    def note(self, _signal: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        raise KeyboardInterrupt

    def check(self) -> None:
        if self.interrupted:
            raise KeyboardInterrupt

    def started(self, stage: str, parts: int | None, done: int) -> None:
        self.check()
        self.watch.started(stage, parts, done)

    def part_done(self, stage: str, result: PartResult) -> None:
        self.check()
        self.watch.part_done(stage, result)

    def finished(self, index: StageIndex, computed: int, seconds: float) -> None:
        self.check()
        self.watch.finished(index, computed, seconds)


@contextmanager
def attentive(watch: Watch) -> Iterator[Attentive]:
    """Minds SIGINT until the block ends; only in a program's main thread."""
    minding = Attentive(watch)
    before: Any = signal.signal(signal.SIGINT, minding.note)
    try:
        yield minding
    finally:
        signal.signal(signal.SIGINT, before)
