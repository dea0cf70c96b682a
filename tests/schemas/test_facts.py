from typing import Any

import pyarrow as pa
import pytest

from schemas.facts import IMAGE, KINDS, Fact
from schemas.tables.columns import FACT


def make_fact(kind: str = "position", attribute: str = "vertical", value: str = "upper", **columns: Any) -> Fact:
    return Fact(
        **{"subject": "r1", "basis": "geometry", "kind": kind, "attribute": attribute, "value": value, **columns}
    )


def test_a_row_is_what_the_tables_hold_and_comes_back_whole() -> None:
    fact = make_fact(
        "identity", "name", "platelet", basis="model", source="yolo", confidence=0.71, assertion="possible"
    )
    stored = pa.array([fact.row()], FACT).to_pylist()[0]
    again = Fact.from_row(stored)
    assert set(stored) == {field.name for field in FACT}
    assert again.fact_id == fact.fact_id == stored["fact_id"]
    assert again.confidence == pytest.approx(0.71)


def test_an_id_is_the_same_in_every_process() -> None:
    assert make_fact().fact_id == "e71a5109a994d39b52e3745684fffe1f"


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": IMAGE},
        {"value": "lower"},
        {"assertion": "possible"},
        {"frame": "image"},
        {"basis": "phantom"},
        {"source": "given"},
        {"confidence": 0.5},
        {"visible": "true"},
        {"unit": "1"},
    ],
)
def test_an_id_changes_with_every_part_of_the_content(changed: dict[str, Any]) -> None:
    assert make_fact(**changed).fact_id != make_fact().fact_id


def test_a_source_cannot_run_into_a_frame() -> None:
    assert make_fact(frame="image").fact_id != make_fact(source="image").fact_id


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "colour"},
        {"attribute": "horizontal"},
        {"value": "left"},
        {"assertion": "not_assessed"},
        {"frame": "eye"},
        {"basis": "guess"},
        {"unit": "cm"},
        {"visible": "perhaps"},
    ],
)
def test_a_word_outside_the_vocabularies_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no attribute|cannot be|unknown"):
        make_fact(**wrong)


@pytest.mark.parametrize(
    ("kind", "value"), [("count", "3"), ("count_at_least", "12"), ("distribution", "upper centre")]
)
def test_what_is_counted_may_bear_any_name(kind: str, value: str) -> None:
    assert make_fact(kind, "white blood cell", value).slot == (kind, "white blood cell")


def test_a_distribution_is_one_of_the_places_all_the_same() -> None:
    with pytest.raises(ValueError, match="somewhere"):
        make_fact("distribution", "platelet", "somewhere")


def test_another_value_leaves_the_rest() -> None:
    fact = make_fact("count", "platelet", "3", unit="1", source="given", confidence=0.5)
    assert fact.with_value("4").row() == {**fact.row(), "value": "4", "fact_id": fact.with_value("4").fact_id}
    assert fact.number == 3.0


def test_every_kind_has_an_attribute() -> None:
    assert all(KINDS.values())
