import pyarrow as pa
import pytest

from pipeline.ledger import ImageLedger
from pipeline.release.manifest import IMAGE_STATUSES, ledger_problems
from schemas.errors import LedgerError


def selection(*rows: tuple[str, str, str | None]) -> pa.Table:
    names = ("source", "status", "rule")
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=pa.schema([(name, pa.string()) for name in names])
    )


def ledger(*tables: pa.Table) -> ImageLedger:
    found = ImageLedger()
    for table in tables:
        found.add(table)
    return found


FIRST = selection(("a", "kept", None), ("a", "kept", None), ("a", "excluded", "blank"), ("a", "duplicate", None))
SECOND = selection(("b", "kept", None), ("b", "rejected", "truncated"), ("b", "excluded", "blank"))


def test_nothing_adds_up_to_nothing() -> None:
    assert ledger().total({}, {}) == {"total": 0, "rows": []}
    assert ledger(selection()).total({"a": 0}, {}) == {"total": 0, "rows": []}


def test_every_picture_ends_in_one_place() -> None:
    found = ledger(FIRST, SECOND).total({"a": 4, "b": 3}, {"a": 2, "b": 1})
    assert found["total"] == 7
    assert [tuple(row.values()) for row in found["rows"]] == [
        ("a", "duplicate", None, 1),
        ("a", "excluded", "blank", 1),
        ("a", "released", None, 2),
        ("b", "excluded", "blank", 1),
        ("b", "rejected", "truncated", 1),
        ("b", "released", None, 1),
    ]


def test_the_manifest_takes_it() -> None:
    images = ledger(FIRST, SECOND).total({"a": 4, "b": 3}, {"a": 2, "b": 1})
    assert {row["status"] for row in images["rows"]} <= set(IMAGE_STATUSES)
    assert ledger_problems({"total": 0, "rows": []}, images, released=3) == []


def test_later_losses_are_moved_to_their_reason() -> None:
    found = ledger(FIRST)
    found.lose("a", "rejected", {"undecodable": 1})
    found.lose("a", "withdrawn", {"consent": 1})
    rows = found.total({"a": 4}, {"a": 0})["rows"]
    assert {(row["status"], row["reason"]): row["count"] for row in rows} == {
        ("duplicate", None): 1,
        ("excluded", "blank"): 1,
        ("rejected", "undecodable"): 1,
        ("withdrawn", "consent"): 1,
    }


@pytest.mark.parametrize(
    ("images", "released", "problem"),
    [
        ({"a": 4}, {"a": 1}, "images of 'a': 2 should be released, 1 are"),
        ({"a": 4}, {}, "2 should be released, 0 are"),
        ({"a": 5}, {"a": 2}, "2 released and 2 not, of 5 found"),
        ({}, {"a": 2}, "of 0 found"),
        ({"a": 4, "z": 1}, {"a": 2}, "images of 'z'"),
    ],
)
def test_a_picture_that_is_missing_or_counted_twice_ends_the_run(
    images: dict[str, int], released: dict[str, int], problem: str
) -> None:
    with pytest.raises(LedgerError, match=problem):
        ledger(FIRST).total(images, released)


def test_sources_may_not_make_up_for_each_other() -> None:
    with pytest.raises(LedgerError):
        ledger(FIRST, SECOND).total({"a": 3, "b": 4}, {"a": 2, "b": 1})
