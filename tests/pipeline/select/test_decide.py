from typing import Any

import pyarrow as pa
import pytest

from pipeline.select.decide import DECISIONS, UNITED_READS, decide, decisions_of_part
from pipeline.select.reduce import VERSION
from pipeline.select.settings import SelectSettings
from pipeline.select.signatures import SIGNATURES, signatures
from pipeline.select.splits import SPLITS
from schemas.keys import column_hashes, rows_hash
from tests.pipeline.select.tables import (
    ID_KEY,
    decide_on,
    make_annotation,
    make_images,
    make_label,
    make_records,
    make_sources,
    records_of,
    rejected,
)

# The same picture as a JPEG of one source and as a PNG of another, each with its own boxes.
IMAGES = make_images(
    {"item": "1", "pixel_hash": "same", "patient": "p"},
    {"item": "2", "patient": "p"},
    {"item": "3", "source": "b", "pixel_hash": "same", "patient": "q"},
)
RECORDS = make_records(
    {"item": "1", "annotations": [make_annotation((0, 0, 9, 9))]},
    {"item": "2", "annotations": [make_annotation((5, 5, 9, 9))]},
    {
        "item": "3",
        "source": "b",
        "licence": "CC BY 4.0",
        "annotations": [make_annotation((20, 20, 30, 30), source="b")],
    },
)


def rows(images: pa.Table = IMAGES, records: pa.Table = RECORDS, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = decide_on(images, records, **options).to_pylist()
    return found


def test_nothing_to_decide() -> None:
    decisions = decide(SIGNATURES.empty_table(), records_of(make_records()), [], SelectSettings(), ID_KEY)
    part = decisions_of_part(decisions, 0, 0)
    assert (part.schema, part.num_rows) == (DECISIONS, 0)


def test_a_copy_names_the_picture_that_stays() -> None:
    kept = {"source": "a", "item": "1", "frame": 0, "view": "full"}
    assert [row["duplicate_of"] for row in rows()] == [None, None, kept]


def test_the_picture_that_stays_has_the_annotations_of_all() -> None:
    first, other, copy = rows()
    assert [each["box_xyxy"] for each in first["annotations"]] == [[0, 0, 9, 9], [20, 20, 30, 30]]
    assert (first["licence"], first["conflicts"]) == ("CC-BY-4.0", 0)
    united = ("annotations", "labels", "annotation_scope", "licence", "attribution", "conflicts")
    assert [other[name] for name in united] == [copy[name] for name in united] == [None] * 6


def test_a_unit_has_one_id_and_one_split() -> None:
    found = rows()
    assert len({(row["group_id"], row["split"]) for row in found}) == 1
    assert len(found[0]["group_id"]) == 32
    assert found[0]["split"] in SPLITS


def test_a_rejected_picture_has_no_unit() -> None:
    (row,) = rows(make_images({"item": "1", "rejected": rejected()}), make_records())
    assert (row["group_id"], row["split"], row["duplicate_of"]) == (None, None, None)


def test_records_are_asked_only_of_pictures_that_have_copies() -> None:
    asked: list[pa.Table] = []

    def watched(keys: pa.Table) -> pa.Table:
        asked.append(keys)
        return records_of(RECORDS)(keys).select(UNITED_READS).take([1, 0])  # in any order

    decide(signatures(IMAGES, RECORDS, SelectSettings()), watched, make_sources(), SelectSettings(), ID_KEY)
    assert [keys["item"].to_pylist() for keys in asked] == [["1", "3"]]


def test_no_records_are_asked_where_there_are_no_copies() -> None:
    def refuse(keys: pa.Table) -> pa.Table:
        raise AssertionError(keys)

    images, records = make_images({"item": "1"}), make_records({"item": "1"})
    found = decide(signatures(images, records, SelectSettings()), refuse, make_sources(), SelectSettings(), ID_KEY)
    assert found.num_rows == 1


def test_a_copy_without_records_is_a_bug() -> None:
    with pytest.raises(KeyError, match="2 pictures"):
        decide(
            signatures(IMAGES, RECORDS, SelectSettings()),
            lambda _: make_records({"item": "2"}),
            make_sources(),
            SelectSettings(),
            ID_KEY,
        )


def test_a_picture_is_decided_alike_whatever_the_order_of_arrival() -> None:
    reverse = [2, 1, 0]
    found = {row["item"]: row for row in rows()}
    assert {row["item"]: row for row in rows(IMAGES.take(reverse), RECORDS.take(reverse))} == found


def test_strokes_in_one_copy_are_in_all() -> None:
    images = make_images(
        {"item": "1", "pixel_hash": "same"},
        {"item": "2", "pixel_hash": "same", "source": "b", "burned_in": "annotation"},
        {"item": "3"},
    )
    records = make_records({"item": "1"}, {"item": "2", "source": "b"}, {"item": "3"})
    assert [row["burned_in"] for row in rows(images, records)] == ["annotation", "annotation", None]


@pytest.mark.parametrize(
    ("by_header", "by_record", "expected"),
    [
        (None, None, "annotation"),
        ("ultrasound", None, None),
        (None, "ultrasound", None),
        ("ultrasound", "oct", "annotation"),
        ("radiography", None, "annotation"),
    ],
)
def test_colours_of_ultrasound_are_no_strokes_whoever_says_that_it_is_one(
    by_header: str | None, by_record: str | None, expected: str | None
) -> None:
    images = make_images({"item": "1", "burned_in": "annotation", "modality": by_header})
    (row,) = rows(images, make_records({"item": "1", "modality": by_record}))
    assert row["burned_in"] == expected


@pytest.mark.parametrize(("stated", "expected"), [(None, "annotation"), ("none", None), ("annotation", "annotation")])
def test_what_a_person_says_of_strokes_wins_over_detection(stated: Any, expected: str | None) -> None:
    images = make_images({"item": "1", "burned_in": "annotation"})
    (row,) = rows(images, make_records({"item": "1"}), sources=make_sources("a", burned_in=stated))
    assert row["burned_in"] == expected


def parts_of(*tables: tuple[pa.Table, pa.Table]) -> list[pa.Table]:
    """Decisions part by part, as a driver makes them."""
    settings = SelectSettings()
    records = pa.concat_tables([records for _, records in tables])
    joined = pa.concat_tables([signatures(images, records, settings) for images, records in tables])
    decisions = decide(joined, records_of(records), make_sources(), settings, ID_KEY)
    starts = [sum(images.num_rows for images, _ in tables[:i]) for i in range(len(tables))]
    return [
        decisions_of_part(decisions, start, images.num_rows) for start, (images, _) in zip(starts, tables, strict=True)
    ]


def part(*items: str, **columns: Any) -> tuple[pa.Table, pa.Table]:
    keys = [{"item": item, "source": columns.get("source", "a")} for item in items]
    return make_images(*({**key, "patient": f"p{key['item']}", **columns} for key in keys)), make_records(*keys)


def test_an_unrelated_part_leaves_the_slices_of_others_as_they_were() -> None:
    before = parts_of(part("1", "2"), part("3"))
    after = parts_of(part("0", source="b"), part("1", "2"), part("3"))
    assert [column_hashes(table) for table in after[1:]] == [column_hashes(table) for table in before]


def test_a_new_copy_changes_only_the_slice_of_the_picture_that_stays() -> None:
    before = parts_of(part("1"), part("2"))
    after = parts_of(part("1"), part("2"), part("9", source="b", pixel_hash="pixels of 1", patient="p1"))
    changed = [column_hashes(old) != column_hashes(new) for old, new in zip(before, after[:2], strict=True)]
    assert changed == [True, False]


def test_golden_rows_of_this_version() -> None:
    """Changed rows under an old version are wrong: raise `reduce.VERSION` together with the hash."""
    images = make_images(
        {"item": "1", "pixel_hash": "same", "patient": "p"},
        {"item": "2", "patient": "p"},
        {"item": "3", "source": "b", "pixel_hash": "same", "study": "s", "burned_in": "annotation"},
        {"item": "4", "source": "c", "pixel_hash": "same"},
        {"item": "5", "rejected": rejected()},
        {"item": "6", "source": "b", "study": "s"},
    )
    cell, near, far = (make_annotation((x, 10, x + 10, 20), exhaustive=True) for x in (10, 11, 60))
    scope = {"annotation_scope": ["red blood cell", "platelet"]}
    records = make_records(
        {"item": "1", "annotations": [cell], "labels": [make_label()], **scope},
        {"item": "2", "annotations": [near]},
        {"item": "3", "source": "b", "annotations": [near, far], "licence": "CC BY 4.0", "attribution": "them"},
        {"item": "4", "source": "c", "labels": [make_label(state="absent"), make_label(None)], **scope},
        {"item": "5"},
        {"item": "6", "source": "b"},
    )
    found = decide_on(images, records)
    assert found["conflicts"].to_pylist() == [2, *[None] * 5]
    assert (VERSION, rows_hash(column_hashes(found))) == (4, "7e9ba514c06650ea6e04f0ed88637f2d")
