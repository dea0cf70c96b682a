"""What is counted of drafts."""

import pyarrow as pa

from pipeline.describe.balance.counts import COUNTS, CountEdits
from pipeline.describe.captions import Describe
from tests.pipeline.describe.builders import make_image, make_region, make_selection, make_tables


def test_counts_need_no_more_than_they_read_and_are_sorted() -> None:
    """Of a picture whose report tells a count, and whose regions exchange."""
    regions = [make_region((20 + 400 * i, 20, 60 + 400 * i, 60), "cyst") for i in range(2)]
    selection = [make_selection(modality="ct", group_id="g", annotation_scope=["cyst"])]
    drafts = Describe()(make_tables([make_image(modality="ct")], selection, regions))
    known = pa.Table.from_pylist(selection).append_column("body_part", pa.nulls(1, pa.string()))
    assert "count" in {each["slot"] for each in drafts["negatives"].to_pylist()[0]}
    tables = {"drafts": drafts, "selection": known}
    counts = CountEdits()(tables)
    assert CountEdits()({name: tables[name].select(columns) for name, columns in CountEdits.reads.items()}) == counts
    assert counts.schema == COUNTS
    assert counts["cell"].to_pylist() == sorted(set(counts["cell"].to_pylist()))
    assert all(row["forth"] + row["back"] for row in counts.to_pylist())
