from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.taxonomy.csv_table import folded, listed, read_rows, tables_hash

TABLES = [
    (package, entry.name.removesuffix(".csv"))
    for package in ("schemas.taxonomy", "schemas.lexicon")
    for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name)
    if entry.name.endswith(".csv")
]


def test_both_packages_carry_their_tables() -> None:
    assert len([package for package, _ in TABLES if package == "schemas.taxonomy"]) == 8
    assert len([package for package, _ in TABLES if package == "schemas.lexicon"]) == 4


@pytest.mark.parametrize(("package", "name"), TABLES)
def test_every_row_of_a_table_has_every_column(package: str, name: str) -> None:
    rows = read_rows(package, name)
    assert rows
    columns = set(rows[0])
    for row in rows:
        assert set(row) == columns
        assert all(isinstance(value, str) for value in row.values())


@pytest.mark.parametrize(("package", "name"), TABLES)
def test_no_row_stands_twice(package: str, name: str) -> None:
    rows = [tuple(row.items()) for row in read_rows(package, name)]
    assert len(set(rows)) == len(rows)


def test_a_hash_is_of_the_tables_that_are_named() -> None:
    labels, parts = ("schemas.taxonomy", "labels"), ("schemas.taxonomy", "body_parts")
    assert tables_hash(labels, parts) == tables_hash(parts, labels)
    assert len({tables_hash(), tables_hash(labels), tables_hash(parts), tables_hash(labels, parts)}) == 4


@pytest.mark.parametrize(("cell", "items"), [("", ()), (";", ()), ("a", ("a",)), (" a ; b c;", ("a", "b c"))])
def test_cells_are_parted_by_semicolons(cell: str, items: tuple[str, ...]) -> None:
    assert listed(cell) == items


@pytest.mark.parametrize(
    "spelling", ["hard_exudates", "Hard Exudates", " HARD-EXUDATES ", "hard__exudates", "hard/exudates"]
)
def test_spellings_of_a_word_fold_to_one(spelling: str) -> None:
    assert folded(spelling) == "hard exudates"


def test_marks_that_tell_words_apart_stay() -> None:
    assert folded("H&E") == "h&e"
    assert folded("T2") != folded("T1")


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert folded(folded(word)) == folded(word)
