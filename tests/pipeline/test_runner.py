import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from pipeline.runner import PartInput, Silent, run_stage, serially
from pipeline.work import StoredPart, Work
from schemas.errors import WrongRun


@dataclass(frozen=True)
class Upper:
    """Writes items in upper case; reads only that column."""

    name: ClassVar[str] = "upper"
    version: ClassVar[int] = 1
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {"lower": ("item",)}
    reads_files: ClassVar[bool] = False
    suffix: str = ""
    fails_on: str | None = None

    def settings(self) -> Mapping[str, Any]:
        return {"suffix": self.suffix}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        items = tables["lower"]["item"].to_pylist()
        if self.fails_on in items:
            raise WrongRun("no weights")
        return pa.table({"item": [item.upper() + self.suffix for item in items]})


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(str(tmp_path))


def lower(work: Work, part: str, *items: str, note: str = "") -> StoredPart:
    return work.write(
        "lower", part, part.replace("/", "-"), pa.table({"item": list(items), "note": [note] * len(items)})
    )


def parts(work: Work, notes: str = "", stage: Upper | None = None) -> list[PartInput]:
    content = {"a/0": ("x", "y"), "a/1": ("z",)}
    return [
        PartInput(part, stage or Upper(), {"lower": lower(work, part, *items, note=notes)})
        for part, items in content.items()
    ]


def calls(work: Work) -> list[str]:
    path = Path(work.path("log", "calls.jsonl"))
    return [json.loads(line)["key"] for line in path.read_text().splitlines()] if path.exists() else []


def test_a_stage_computes_its_parts_and_writes_an_index(work: Work) -> None:
    index = run_stage(work, parts(work), serially, Silent())
    assert [work.read("upper", part.key)["item"].to_pylist() for part in index.parts] == [["X", "Y"], ["Z"]]
    assert work.index("upper") == index


def test_committed_parts_are_never_computed_again(work: Work) -> None:
    first = run_stage(work, parts(work), serially, Silent())
    assert run_stage(work, parts(work), serially, Silent()) == first
    assert len(calls(work)) == 2


def test_a_run_without_its_index_finds_what_was_committed(work: Work) -> None:
    first = run_stage(work, parts(work), serially, Silent())
    Path(work.path("upper", "index.json")).unlink()
    assert run_stage(work, parts(work), serially, Silent()) == first
    assert len(calls(work)) == 2


def test_a_part_that_is_gone_is_computed_again_whatever_the_index_says(work: Work) -> None:
    first = run_stage(work, parts(work), serially, Silent())
    Path(work.path("upper", f"{first.parts[0].key}.parquet")).unlink()
    assert run_stage(work, parts(work), serially, Silent()) == first
    assert calls(work).count(first.parts[0].key) == 2
    assert len(calls(work)) == 3


def test_a_column_that_a_stage_does_not_read_does_not_change_its_keys(work: Work) -> None:
    first = run_stage(work, parts(work), serially, Silent())
    assert run_stage(work, parts(work, notes="typed later"), serially, Silent()) == first


def test_settings_and_inputs_change_the_key(work: Work) -> None:
    plain = parts(work)[0].key()
    assert parts(work, stage=Upper(suffix="!"))[0].key() != plain
    changed = PartInput("a/0", Upper(), {"lower": lower(work, "a/0", "x", "changed")})
    assert changed.key() != plain


def test_an_inline_slice_counts_like_a_committed_part(work: Work) -> None:
    stored = parts(work)[0]
    inline = PartInput("a/0", Upper(), inline={"lower": pa.table({"item": ["x", "y"], "note": ["", ""]})})
    assert inline.key() == stored.key()
    index = run_stage(work, [inline], serially, Silent())
    assert work.read("upper", index.parts[0].key)["item"].to_pylist() == ["X", "Y"]


def test_a_wrong_run_keeps_what_was_committed_and_writes_no_index(work: Work) -> None:
    with pytest.raises(WrongRun, match="no weights"):
        run_stage(work, parts(work, stage=Upper(fails_on="z")), serially, Silent())
    assert work.index("upper") is None
    run_stage(work, parts(work), serially, Silent())
    assert len(calls(work)) == 3  # a/0, the failing a/1, and a/1 again


def test_a_leaf_that_moves_in_the_tree_keeps_its_rows(work: Work) -> None:
    first = run_stage(work, parts(work)[:1], serially, Silent())
    moved = PartInput("a/00", Upper(), {"lower": lower(work, "a/00", "x", "y")})
    index = run_stage(work, [moved], serially, Silent())
    assert index.parts[0].key == first.parts[0].key
    assert index.parts[0].part == "a/00"
    assert len(calls(work)) == 1
