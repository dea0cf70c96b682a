from typing import Any

import pytest

from pipeline.inventory.table_record import merged, record_of, state_of
from pipeline.sources import TableSettings


def identify(kind: str, value: str) -> str:
    return f"<{kind} {value}>"


def record(row: dict[str, str], **settings: Any) -> dict[str, Any]:
    return record_of(row, TableSettings(path="t.csv", join="name", **settings), identify)


def test_a_row_without_mapped_columns_says_nothing() -> None:
    assert record({"name": "a", "sex": "F"}) == {}


def test_empty_cells_say_nothing() -> None:
    assert record({"sex": "", "label": ""}, columns={"sex": "sex", "label": "label", "note": "absent"}) == {}


def test_identifiers_are_pseudonyms_and_nobody_is_none() -> None:
    columns = {"patient": "p", "study": "s", "lesion": "l"}
    assert record({"p": "P 1", "s": "7", "l": "unknown"}, columns=columns) == {
        "patient": "<patient P 1>",
        "study": "<study 7>",
    }


def test_labels_part_at_the_separator() -> None:
    found = record({"f": "Effusion| Mass |"}, columns={"label": "f"}, label_basis="report")
    assert found == {"labels": [["Effusion", "present", "report"], ["Mass", "present", "report"]]}
    assert record({"f": "a/b"}, columns={"label": "f"}, label_separator="/")["labels"] == [
        ["a", "present", "reader"],
        ["b", "present", "reader"],
    ]


@pytest.mark.parametrize(
    ("cell", "basis"),
    [("True", "pathology"), ("true", "pathology"), ("False", "clinical"), ("", "reader"), ("?", "reader")],
)
def test_a_column_may_tell_the_basis_row_by_row(cell: str, basis: str) -> None:
    values = {"label_basis": {"True": "pathology", "False": "clinical"}}
    found = record({"d": "NEV", "b": cell}, columns={"label": "d", "label_basis": "b"}, values=values)
    assert found == {"labels": [["NEV", "present", basis]]}


def test_columns_of_states_are_labels_where_somebody_assessed_them() -> None:
    row = {"e": "1.0", "m": "0", "n": "-1", "o": "", "p": "perhaps"}
    states = {"e": "Effusion", "m": "Mass", "n": "Nodule", "o": "Other", "p": "Pneumonia"}
    assert record(row, states=states)["labels"] == [
        ["Effusion", "present", "reader"],
        ["Mass", "absent", "reader"],
        ["Nodule", "uncertain", "reader"],
        ["Pneumonia", None, "reader"],
    ]


def test_texts_keep_their_kind() -> None:
    found = record({"r": "Clear lungs.", "n": "Follow-up"}, columns={"report": "r", "note": "n"})
    assert found == {"texts": [["report", "Clear lungs."], ["note", "Follow-up"]]}


def test_words_are_translated_whatever_their_case() -> None:
    columns, values = {"modality": "m", "licence": "l"}, {"modality": {"Chest X-Ray": "radiography"}}
    assert record({"m": "chest x-ray", "l": "MIT"}, columns=columns, values=values) == {
        "modality": "radiography",
        "licence": "MIT",
    }


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", ""),
        ("NaN", ""),
        ("not assessed", ""),
        ("1", "present"),
        ("1.0", "present"),
        ("Positive", "present"),
        ("yes", "present"),
        ("0", "absent"),
        ("0.0", "absent"),
        ("FALSE", "absent"),
        ("-1", "uncertain"),
        ("-1.0", "uncertain"),
        ("possible", "uncertain"),
        ("3", None),
        ("likely", None),
    ],
)
def test_states_are_read_from_numbers_and_words(text: str, state: str | None) -> None:
    assert state_of(text) == state


def test_several_tables_add_up() -> None:
    assert merged([]) == {}
    first = {"licence": "A", "sex": "F", "labels": [["x", "present", "reader"]]}
    second = {"licence": "B", "labels": [["y", "absent", "report"]], "texts": [["note", "n"]]}
    assert merged([first, second]) == {
        "licence": "B",
        "sex": "F",
        "labels": [["x", "present", "reader"], ["y", "absent", "report"]],
        "texts": [["note", "n"]],
    }
    assert first["labels"] == [["x", "present", "reader"]]
