from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from pipeline.select.splits import assign_splits, measure_balance, thresholds
from schemas.errors import ConfigError
from schemas.ids import IdKey
from schemas.tables.selection import SELECTION
from tests.pipeline.select.tables import ID_KEY

USUAL: Any = {"train": 0.8, "validation": 0.1, "test": 0.1}


def splits(units: list[str], fractions: Any = None, id_key: IdKey = ID_KEY) -> list[str]:
    found: list[str] = assign_splits(pa.array(units, pa.string()), fractions or USUAL, id_key).to_pylist()
    return found


def test_no_units_no_splits() -> None:
    assert splits([]) == []


def test_units_fall_as_the_fractions_ask() -> None:
    counts = Counter(splits([f"patient:{i}" for i in range(4000)]))
    assert counts["train"] == pytest.approx(3200, abs=100)
    assert counts["validation"] == pytest.approx(400, abs=75)
    assert counts["test"] == pytest.approx(400, abs=75)


def test_a_split_hangs_on_unit_and_key_alone() -> None:
    units = [f"patient:{i}" for i in range(200)]
    assert splits(units[::-1]) == splits(units)[::-1]
    assert splits(units, id_key=IdKey(b"q" * 32)) != splits(units)


def test_the_order_in_the_config_does_not_matter() -> None:
    units = [f"patient:{i}" for i in range(200)]
    assert splits(units, {"test": 0.1, "train": 0.8, "validation": 0.1}) == splits(units)


def test_a_split_that_is_not_asked_for_stays_empty() -> None:
    units = [f"patient:{i}" for i in range(500)]
    assert set(splits(units, {"train": 0.7, "test": 0.3})) == {"train", "test"}
    assert set(splits(units, {"train": 1.0})) == {"train"}


@pytest.mark.parametrize("fractions", [{"train": 0.7, "validation": 0.2, "test": 0.1}, {"train": 1.0}, USUAL])
def test_thresholds_end_at_one(fractions: Any) -> None:
    assert thresholds(fractions)[-1] == 1.0


@pytest.mark.parametrize(
    ("fractions", "problem"),
    [
        ({}, "sum to 0"),
        ({"train": 0.8, "test": 0.1}, "sum to 0.9"),
        ({"train": 1.2, "test": -0.2}, "positive"),
        ({"train": 0.9, "dev": 0.1}, "unknown split 'dev'"),
    ],
)
def test_fractions_that_are_no_partition_are_refused(fractions: Any, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        thresholds(fractions)
    assert caught.value.place == "select.splits"


def selected(group_id: str, split: str, **columns: Any) -> dict[str, Any]:
    key = {"source": "a", "item": group_id, "frame": 0, "view": ""}
    return {
        **key,
        "status": "kept",
        "group_id": group_id,
        "split": split,
        "modality": "ct",
        "label_states": [],
        **columns,
    }


def balance(*rows: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    table = measure_balance(pa.Table.from_pylist(list(rows), schema=SELECTION), USUAL)
    return {(row["dimension"], row["value"], row["split"]): row for row in table.to_pylist()}


def test_nothing_kept_has_no_balance() -> None:
    assert balance() == {}
    assert balance(selected("1", "train", status="excluded")) == {}


def test_balance_counts_pictures_and_units() -> None:
    found = balance(
        selected("1", "train"), selected("1", "train"), selected("2", "train"), selected("3", "test", modality=None)
    )
    train = found["all", "all", "train"]
    assert (train["images"], train["groups"], train["asked"]) == (3, 2, 0.8)
    assert (train["image_share"], train["group_share"]) == (0.75, pytest.approx(2 / 3))
    assert found["modality", "unknown", "test"]["image_share"] == 1.0
    assert ("source", "a", "validation") not in found


def test_balance_follows_present_categories() -> None:
    states = [
        {"category": "stroke", "state": "present", "basis": "reader"},
        {"category": "liver", "state": "absent", "basis": "reader"},
    ]
    found = balance(selected("1", "train", label_states=states), selected("2", "test"))
    assert {key for key in found if key[0] == "category"} == {("category", "stroke", "train")}
