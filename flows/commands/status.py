"""`medregion status`: where a build stands."""

import json
from dataclasses import asdict
from typing import Any

from flows.terminal import tell
from pipeline.progress import StageProgress, by_reason, by_source, ledgers, progress
from pipeline.work import Work
from schemas.errors import WrongRun


def run(url: str, as_json: bool) -> None:
    work = Work(url)
    if not work.filesystem.isdir(work.root):
        raise WrongRun(f"{url}: no such work directory")
    stages, found = progress(work), ledgers(work)
    if as_json:
        described = [{**asdict(stage), "finished": stage.finished} for stage in stages]
        tell(json.dumps({"stages": described, "release": work.current_release(), "ledgers": found}, indent=1))
        return
    tell(f"{'stage':<11} {'parts':>11} {'rows':>9}  rejected")
    for stage in stages:
        tell(_line(stage))
    if found is not None:
        tell(f"\nrelease {work.current_release()}")
        for name in ("files", "images"):
            tell(_sums(name, found[name]))
            tell(by_source(found[name]).to_string(index_names=False))
            if len(reasons := by_reason(found[name])):
                tell(reasons.to_string(index=False))
            tell("")


def _line(stage: StageProgress) -> str:
    parts = "-" if stage.parts_total is None else f"{stage.parts_done}/{stage.parts_total}"
    rows = "" if stage.rows is None else str(stage.rows)
    reasons = ", ".join(f"{reason} {count}" for reason, count in (stage.rejected or {}).items())
    return f"{stage.stage:<11} {parts:>11} {rows:>9}  {reasons}".rstrip()


def _sums(name: str, ledger: dict[str, Any]) -> str:
    totals: dict[str, int] = {}
    for row in ledger["rows"]:
        totals[row["status"]] = totals.get(row["status"], 0) + row["count"]
    return f"{name}: {ledger['total']} = " + " + ".join(f"{count} {status}" for status, count in totals.items())
