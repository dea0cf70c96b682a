from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from pipeline.select.splits import assign_splits, thresholds
from schemas.errors import ConfigError
from schemas.ids import IdKey
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
