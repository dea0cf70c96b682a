import io

from flows.progress import Lines, Tally
from pipeline.runner import PartResult
from pipeline.work import StageIndex, StoredPart


def result(rows: int = 10, rejected: int = 0) -> PartResult:
    reasons = {"truncated": rejected} if rejected else {}
    return PartResult(StoredPart("a/0", "k", rows, reasons, {}), 0.1)


def test_a_tally_counts_parts_rows_and_rejections() -> None:
    tally = Tally("images", total=4, cached=1)
    tally.add(result(rows=10, rejected=2))
    line = tally.line()
    assert "2/4 parts" in line
    assert "2 rejected" in line
    assert "ETA" in line


def test_there_is_no_eta_before_the_first_and_after_the_last_part() -> None:
    tally = Tally("images", total=1, cached=0)
    assert "ETA" not in tally.line()
    tally.add(result())
    assert "ETA" not in tally.line()


def test_plain_lines_end_with_one_line_a_stage() -> None:
    out = io.StringIO()
    watch = Lines(out)
    watch.started("images", 2, 0)
    watch.part_done("images", result())
    watch.part_done("images", result(rejected=1))
    stored = (result().stored, result(rejected=1).stored)
    watch.finished(StageIndex("images", 1, stored), computed=1, seconds=2.0)
    assert out.getvalue().splitlines() == ["images         2 parts (1 reused)  20 rows  1 rejected  2.0 s"]


def test_a_live_line_is_rewritten_in_place() -> None:
    out = io.StringIO()
    watch = Lines(out, live=True)
    watch.started("images", 1, 0)
    watch.part_done("images", result())
    assert out.getvalue().count("\r") == 2
    assert "\n" not in out.getvalue()
