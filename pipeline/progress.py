"""How far a work directory is, from its indexes, plans and committed files alone."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.release.folder import ReleaseFolder
from pipeline.work import TABLES, StageIndex, Work


@dataclass(frozen=True)
class StageProgress:
    """Of one table; rows and rejections are known once its stage is finished."""

    stage: str
    parts_done: int
    parts_total: int | None  # None: not started
    rows: int | None
    rejected: dict[str, int] | None

    @property
    def finished(self) -> bool:
        return self.rows is not None


def progress(work: Work) -> list[StageProgress]:
    return [_of_stage(work, stage) for stage in TABLES]


def _of_stage(work: Work, stage: str) -> StageProgress:
    index, plan = work.index(stage), work.plan(stage)
    if plan is not None and (index is None or sorted(plan) != sorted(part.key for part in index.parts)):
        done = sum(work.has(stage, key) for key in plan)
        return StageProgress(stage, done, len(plan), None, None)
    if index is None:
        return StageProgress(stage, 0, None, None, None)
    return StageProgress(stage, len(index.parts), len(index.parts), index.rows, _rejected(index))


def _rejected(index: StageIndex) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in index.parts:
        total.update(part.rejected)
    return dict(sorted(total.items()))


def ledgers(work: Work) -> dict[str, Any] | None:
    """Of the last release of this work directory; None before the first."""
    version = work.current_release()
    if version is None:
        return None
    found: dict[str, Any] = ReleaseFolder(work.url.rstrip("/") + f"/release/{version}").manifest()["ledgers"]
    return found
