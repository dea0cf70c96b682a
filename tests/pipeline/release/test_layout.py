import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.release.layout import (
    ENUMERATIONS,
    FILTERED,
    GROUP_BYTES,
    GROUP_ROWS,
    HUGGINGFACE,
    features,
    own_metadata,
    row_groups,
    shard_schema,
)
from schemas.tables.release import IMAGE, RELEASE


@pytest.mark.parametrize(
    ("sizes", "lengths"),
    [
        ([], []),
        ([1], [1]),
        ([1] * GROUP_ROWS, [GROUP_ROWS]),
        ([1] * (GROUP_ROWS + 1), [65, 64]),
        ([1] * (GROUP_ROWS * 2 - 1), [GROUP_ROWS, GROUP_ROWS - 1]),
        ([GROUP_BYTES] * 3, [1, 1, 1]),
        ([GROUP_BYTES // 2 + 1] * 4, [2, 2]),
        ([GROUP_BYTES * 3, 1], [1, 1]),
    ],
)
def test_groups_close_by_bytes_or_rows_and_the_tail_is_levelled(sizes: list[int], lengths: list[int]) -> None:
    assert [len(group) for group in row_groups(sizes)] == lengths


@given(st.lists(st.integers(0, GROUP_BYTES // 3), max_size=400))
def test_groups_cover_all_rows_in_order_within_twice_the_limit(sizes: list[int]) -> None:
    groups = row_groups(sizes)
    assert [row for group in groups for row in group] == list(range(len(sizes)))
    for group in groups:
        assert 1 <= len(group) <= GROUP_ROWS
        assert sum(sizes[row] for row in group) <= 2 * GROUP_BYTES


@pytest.mark.parametrize(
    ("kind", "feature"),
    [
        (pa.string(), {"dtype": "string", "_type": "Value"}),
        (pa.float32(), {"dtype": "float32", "_type": "Value"}),
        (pa.float64(), {"dtype": "float64", "_type": "Value"}),
        (IMAGE, {"_type": "Image"}),
        (pa.list_(pa.int32(), 4), {"feature": {"dtype": "int32", "_type": "Value"}, "length": 4, "_type": "List"}),
        (pa.struct([("crop", IMAGE)]), {"crop": {"_type": "Image"}}),
    ],
)
def test_features_of_types(kind: pa.DataType, feature: dict[str, object]) -> None:
    assert features(kind) == feature


def test_the_schema_tells_datasets_every_column() -> None:
    known = json.loads(shard_schema().metadata[HUGGINGFACE])["info"]["features"]
    assert list(known) == RELEASE.names
    assert known["regions"]["feature"]["crop"] == known["image"] == {"_type": "Image"}


def test_dictionaries_and_statistics_are_for_columns_that_exist() -> None:
    assert set(ENUMERATIONS) | set(FILTERED) <= set(RELEASE.names)


def test_metadata_names_versions_and_facts_alone() -> None:
    assert json.loads(own_metadata({"split": "train"})["medregion"]) == {
        "schema_version": 7,
        "split": "train",
        "writer_version": 1,
    }
