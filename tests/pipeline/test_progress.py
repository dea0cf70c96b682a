from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.progress import by_reason, by_source, ledgers, progress
from pipeline.work import TABLES, StageIndex, Work


def row(source: str, status: str, count: int, reason: str | None = None) -> dict[str, Any]:
    return {"source": source, "status": status, "reason": reason, "count": count}


def test_nothing_has_begun_in_an_empty_folder(tmp_path: Path) -> None:
    found = progress(Work(str(tmp_path)))
    assert [stage.stage for stage in found] == list(TABLES)
    assert not any(stage.finished or stage.parts_total for stage in found)
    assert ledgers(Work(str(tmp_path))) is None


def test_an_unfinished_stage_counts_what_its_plan_names(tmp_path: Path) -> None:
    work = Work(str(tmp_path))
    work.write("images", "a/0", "k0", pa.table({"item": ["x"]}))
    work.write_plan("images", ["k0", "k1"])
    images = progress(work)[TABLES.index("images")]
    assert (images.parts_done, images.parts_total, images.finished) == (1, 2, False)


def test_a_finished_stage_tells_rows_and_rejections(tmp_path: Path) -> None:
    work = Work(str(tmp_path))
    rejected = pa.array([None, {"reason": "truncated"}], pa.struct([("reason", pa.string())]))
    stored = work.write("images", "a/0", "k0", pa.table({"item": ["x", "y"], "rejected": rejected}))
    work.write_plan("images", ["k0"])
    work.write_index(StageIndex("images", 1, (stored,)))
    images = progress(work)[TABLES.index("images")]
    assert (images.rows, images.rejected, images.finished) == (2, {"truncated": 1}, True)


def test_a_ledger_becomes_a_table_with_sums() -> None:
    rows = [row("b", "released", 3), row("a", "released", 1), row("a", "rejected", 2, "truncated")]
    table = by_source({"rows": rows})
    assert table.loc["a"].to_dict() == {"rejected": 2, "released": 1, "all": 3}
    assert table.loc["all"].to_dict() == {"rejected": 2, "released": 4, "all": 6}


def test_reasons_are_summed_over_sources_the_most_frequent_first() -> None:
    rows = [row("a", "released", 9), row("a", "rejected", 1, "truncated"), row("b", "rejected", 1, "truncated")]
    rows.append(row("b", "excluded", 5, "blank"))
    assert by_reason({"rows": rows}).to_dict("records") == [
        {"status": "excluded", "reason": "blank", "count": 5},
        {"status": "rejected", "reason": "truncated", "count": 2},
    ]
    assert by_reason({"rows": rows[:1]}).empty
