"""What a run knows of itself: how long its stages took, on what, by which revision of the code."""

import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from pipeline.release.report import RunFacts, Timing
from pipeline.runner import PartResult, Watch
from pipeline.work import StageIndex
from schemas.reasons import REASONS


class RunClock:
    """A Watch that passes everything on, and keeps the timings for the report."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.timings: list[Timing] = []

    def started(self, stage: str, parts: int | None, done: int) -> None:
        self.watch.started(stage, parts, done)

    def part_done(self, stage: str, result: PartResult) -> None:
        self.watch.part_done(stage, result)

    def finished(self, index: StageIndex, computed: int, seconds: float) -> None:
        rate = index.rows / seconds if seconds > 0 and computed == len(index.parts) else None
        self.timings.append(
            Timing(
                stage=index.stage,
                parts=len(index.parts),
                cached=len(index.parts) - computed,
                seconds=seconds,
                images_per_second=rate,
            )
        )
        self.watch.finished(index, computed, seconds)

    def facts(self) -> RunFacts:
        return RunFacts(self.timings, REASONS, finished=time.strftime("%Y-%m-%d %H:%M"), machine=_machine())


def _machine() -> str:
    import os
    import platform

    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def revision() -> str:
    """The package's version, and git's revision where this is a checkout."""
    root = Path(__file__).parents[1]
    told = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    commit = told.stdout.strip() if told.returncode == 0 and (root / ".git").exists() else ""
    return f"{version('medregion')}+{commit}" if commit else version("medregion")
