"""How far a work directory is, from its indexes, plans and committed files alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.release.folder import ReleaseFolder
from pipeline.work import TABLES, StageIndex, Work

if TYPE_CHECKING:
    import pandas as pd


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


def by_source(ledger: Mapping[str, Any]) -> "pd.DataFrame":
    """A ledger as a table: a row a source, a column a status, with sums of both."""
    import pandas as pd

    counts = pd.DataFrame(ledger["rows"]).pivot_table(
        index="source", columns="status", values="count", aggfunc="sum", fill_value=0, margins=True, margins_name="all"
    )
    return counts.astype(int)


def by_reason(ledger: Mapping[str, Any]) -> "pd.DataFrame":
    """Why files or images were left out: a row a status and reason, the most frequent first."""
    import pandas as pd

    rows = pd.DataFrame(ledger["rows"], columns=["source", "status", "reason", "count"]).dropna(subset=["reason"])
    counts = rows.groupby(["status", "reason"])["count"].sum().reset_index()
    return counts.sort_values(["count", "status", "reason"], ascending=[False, True, True], ignore_index=True)
