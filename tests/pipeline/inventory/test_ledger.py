from typing import Any

import pyarrow as pa
import pytest

from pipeline.inventory.ledger import FileCounts, file_counts
from schemas.errors import LedgerError
from schemas.tables.images import IMAGES
from schemas.tables.inventory import INVENTORY
from schemas.tables.records import RECORDS

Row = dict[str, Any]


def rejected(reason: str | None) -> Row | None:
    return None if reason is None else {"reason": reason, "value": 0.0}


def inventory(*rows: tuple[str, str, str | None, int | None]) -> pa.Table:
    """(item, role, reason, used_by)."""
    made = [
        {
            "source": "s",
            "item": item,
            "size_bytes": 1,
            "format": "png",
            "role": role,
            "used_by": used_by,
            "rejected": rejected(reason),
        }
        for item, role, reason, used_by in rows
    ]
    return pa.Table.from_pylist(made, INVENTORY)


def images(*rows: tuple[str, int, str | None]) -> pa.Table:
    """(item, frame, reason)."""
    made = [
        {"source": "s", "item": item, "frame": frame, "view": "", "rejected": rejected(reason)}
        for item, frame, reason in rows
    ]
    return pa.Table.from_pylist(made, IMAGES)


def records(*rows: tuple[str, int, list[str]]) -> pa.Table:
    """(item, frame, reasons of what was dropped)."""
    made = [
        {"source": "s", "item": item, "frame": frame, "view": "", "dropped": [rejected(reason) for reason in reasons]}
        for item, frame, reasons in rows
    ]
    return pa.Table.from_pylist(made, RECORDS)


def test_an_empty_part_counts_nothing() -> None:
    assert file_counts(inventory()) == FileCounts()
    assert file_counts(inventory(), images(), records()) == FileCounts()


def test_other_files_are_support_or_rejected() -> None:
    found = file_counts(
        inventory(
            ("a", "annotation", None, 1),
            ("n", "annotation", None, 7),
            ("t", "table", None, 9),
            ("u", "annotation", "annotation_without_image", 0),
            ("r", "other", "not_an_image", None),
            ("l", "image", "beyond_limit", None),
        )
    )
    reasons = {"annotation_without_image": 1, "beyond_limit": 1, "not_an_image": 1}
    assert found == FileCounts(files=6, support=3, uses=17, rejected=reasons)
    found.check("s")


def test_a_file_is_opened_when_any_frame_is_a_picture() -> None:
    part = inventory(("a", "image", None, None), ("b", "image", None, None), ("c", "image", None, None))
    found = file_counts(
        part,
        images(("a", 0, None), ("b", 0, "blank"), ("b", 1, None), ("c", 0, "truncated"), ("c", 1, "undecodable")),
        records(("a", 0, []), ("b", 1, ["box_clipped"])),
    )
    assert found == FileCounts(files=3, opened=2, rejected={"truncated": 1})
    found.check("s")


def test_an_unreadable_annotation_moves_from_support_to_rejected() -> None:
    of_images = file_counts(
        inventory(("a", "image", None, None)),
        images(("a", 0, None), ("a", 1, None)),
        records(("a", 0, ["annotation_unreadable", "box_empty"]), ("a", 1, ["annotation_unreadable", "box_empty"])),
    )
    of_files = file_counts(inventory(("x", "annotation", None, 1), ("y", "annotation", None, 1)))
    total = of_images + of_files
    assert total == FileCounts(files=3, opened=1, support=1, uses=2, rejected={"annotation_unreadable": 1})
    total.check("s")


def test_a_lost_file_breaks_the_ledger() -> None:
    found = file_counts(
        inventory(("a", "image", None, None), ("b", "image", None, None)), images(("a", 0, None)), records()
    )
    with pytest.raises(LedgerError, match="source 's': 2 files, but 1 in the file ledger"):
        found.check("s")


def test_reasons_add_up_in_order() -> None:
    assert (FileCounts(rejected={"b": 1}) + FileCounts(rejected={"a": 2, "b": 3})).rejected == {"a": 2, "b": 4}
    assert list((FileCounts(rejected={"b": 1}) + FileCounts(rejected={"a": 2})).rejected) == ["a", "b"]
