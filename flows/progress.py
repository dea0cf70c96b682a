"""What a person sees while a build runs: a live line on a terminal, plain lines elsewhere."""

import time
from dataclasses import dataclass, field
from typing import TextIO

from pipeline.runner import PartResult, Watch
from pipeline.work import StageIndex

SECONDS_BETWEEN_LINES = 10.0


@dataclass
class Tally:
    """How far one stage is."""

    stage: str
    total: int | None
    cached: int
    begin: float = field(default_factory=time.monotonic)
    done: int = 0
    rows: int = 0
    rejected: int = 0

    def add(self, result: PartResult) -> None:
        self.done += 1
        self.rows += result.stored.rows
        self.rejected += sum(result.stored.rejected.values())

    def line(self) -> str:
        """As in `images    12/40 parts  118.2 rows/s  3 rejected  ETA 0:41`."""
        seconds = max(time.monotonic() - self.begin, 1e-9)
        parts = f"{self.done + self.cached}/{self.total if self.total is not None else '?'} parts"
        rate, eta = self.rows / seconds, self._eta(seconds)
        return f"{self.stage:<10} {parts:>14}  {rate:7.1f} rows/s  {self.rejected} rejected{eta}"

    def _eta(self, seconds: float) -> str:
        if self.total is None or not self.done or self.done + self.cached >= self.total:
            return ""
        left = int(seconds / self.done * (self.total - self.done - self.cached))
        return f"  ETA {left // 60}:{left % 60:02d}"


class Lines:
    """A Watch that writes a line a stage, and one every ten seconds in between."""

    def __init__(self, out: TextIO, live: bool = False) -> None:
        self.out = out
        self.live = live
        self.tally: Tally | None = None
        self.last = 0.0

    def started(self, stage: str, parts: int | None, done: int) -> None:
        self.tally = Tally(stage, parts, done)
        self.last = time.monotonic()
        self._show(interim=True)

    def part_done(self, stage: str, result: PartResult) -> None:
        if self.tally is None:
            return
        self.tally.add(result)
        if self.live or time.monotonic() - self.last > SECONDS_BETWEEN_LINES:
            self.last = time.monotonic()
            self._show(interim=True)

    def finished(self, index: StageIndex, computed: int, seconds: float) -> None:
        reused = len(index.parts) - computed
        rejected = sum(sum(part.rejected.values()) for part in index.parts)
        text = f"{index.stage:<10} {len(index.parts):>5} parts ({reused} reused)  {index.rows} rows"
        self._write(f"{text}  {rejected} rejected  {seconds:.1f} s", end="\n")

    def _show(self, interim: bool) -> None:
        if self.tally is not None and (self.live or self.tally.done):
            self._write(self.tally.line(), end="" if self.live and interim else "\n")

    def _write(self, text: str, end: str) -> None:
        start, clear = ("\r", "\x1b[K") if self.live else ("", "")
        self.out.write(f"{start}{text}{clear}{end}")
        self.out.flush()


def watch_on(out: TextIO) -> Watch:
    return Lines(out, live=out.isatty())
