from collections.abc import Sequence

import pyarrow as pa
import pytest

from pipeline.release.unmapped import WORDS_NAMED, UnmappedCounts

Row = tuple[str, list[str] | None]


def selection(*rows: Row) -> pa.Table:
    status, words = ([row[place] for row in rows] for place in (0, 1))
    return pa.table({"status": pa.array(status, pa.string()), "unmapped": pa.array(words, pa.list_(pa.string()))})


@pytest.mark.parametrize(
    ("rows", "images", "words"),
    [
        ([], 0, []),
        ([("kept", None), ("kept", [])], 0, []),
        ([("kept", ["odd", "blob"])], 1, ["blob", "odd"]),
        ([("kept", ["odd"]), ("kept", ["blob", "odd"]), ("kept", [])], 2, ["odd", "blob"]),  # the most frequent first
        ([("excluded", ["odd"]), ("duplicate", None), ("rejected", None), ("kept", ["blob"])], 1, ["blob"]),
    ],
)
def test_kept_images_and_distinct_words_are_counted(rows: Sequence[Row], images: int, words: list[str]) -> None:
    counts = UnmappedCounts()
    counts.add(selection(*rows))
    found = counts.of("s", named=True)
    assert found == {"source": "s", "images": images, "labels": len(words), "words": words}


def test_parts_add_up_however_they_are_encoded() -> None:
    counts = UnmappedCounts()
    counts.add(selection(("kept", ["odd"])))
    table = selection(("kept", ["odd", "blob"]), ("excluded", ["x"]))
    counts.add(table.set_column(0, "status", table["status"].dictionary_encode()))
    assert counts.of("s", named=True) == {"source": "s", "images": 2, "labels": 2, "words": ["odd", "blob"]}


def test_words_are_named_only_where_they_may_be() -> None:
    counts = UnmappedCounts()
    counts.add(selection(("kept", ["odd"])))
    assert counts.of("s", named=False) == {"source": "s", "images": 1, "labels": 1, "words": None}


def test_no_more_than_the_most_frequent_words_are_named() -> None:
    counts = UnmappedCounts()
    many = [f"{number:03d}" for number in range(WORDS_NAMED + 5)]
    counts.add(selection(("kept", many), ("kept", many[-1:])))
    found = counts.of("s", named=True)
    assert (found["labels"], found["words"]) == (WORDS_NAMED + 5, [many[-1], *many[: WORDS_NAMED - 1]])
