"""What is counted of drafts."""

import pyarrow as pa
import pytest

from pipeline.describe.balance.counts import COUNTS, CountEdits
from pipeline.describe.captions import Describe
from schemas.keys import column_hashes, rows_hash
from tests.pipeline.describe.builders import make_image, make_region, make_selection, make_tables

GOLDEN = {1: "d4e0a0f6a07e3373e3a35f4d7a75955c"}


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    """Of a picture whose report tells a count, and whose regions exchange."""
    regions = [make_region((20 + 400 * i, 20, 60 + 400 * i, 60), "cyst") for i in range(2)]
    selection = [make_selection(modality="ct", group_id="g", annotation_scope=["cyst"])]
    drafts = Describe()(make_tables([make_image(modality="ct")], selection, regions))
    assert "count" in {each["slot"] for each in drafts["negatives"].to_pylist()[0]}
    known = pa.Table.from_pylist(selection).append_column("body_part", pa.nulls(1, pa.string()))
    return {"drafts": drafts, "selection": known}


def test_counts_need_no_more_than_they_read(tables: dict[str, pa.Table]) -> None:
    read = {name: tables[name].select(columns) for name, columns in CountEdits.reads.items()}
    assert CountEdits()(read) == CountEdits()(tables)


def test_each_cell_that_has_edits_is_told_once_and_in_order(tables: dict[str, pa.Table]) -> None:
    counts = CountEdits()(tables)
    assert counts.schema == COUNTS
    assert counts["cell"].to_pylist() == sorted(set(counts["cell"].to_pylist()))
    assert all(row["forth"] + row["back"] for row in counts.to_pylist())


def test_rows_are_as_they_were_under_this_version(tables: dict[str, pa.Table]) -> None:
    assert GOLDEN[CountEdits.version] == rows_hash(column_hashes(CountEdits()(tables)))
