from collections import Counter
from typing import Any

import pytest

from pipeline.describe.exchanges import exchanges
from pipeline.describe.negatives import Negative
from tests.pipeline.describe.test_negatives import Row, pictures


def pairs_of(row: Row, *kinds: str, exchanged: bool = True) -> list[tuple[str, str]]:
    """True and false texts of a picture's regions."""
    return [
        (each["positive"] or region["caption"], each["text"])
        for region in row["regions"]
        for each in region["negatives"]
        if each["kind"] in kinds and (each["twin"] is not None) == exchanged
    ]


def test_each_pair_of_whole_captions_and_of_exchanged_statements_stands_once_each_way() -> None:
    found = 0
    for _, _, row in pictures(60):
        for kind in ("other_region", "statement"):
            pairs = Counter(pairs_of(row, kind))
            assert pairs == Counter({(false, true): count for (true, false), count in pairs.items()})
            found += pairs.total()
    assert found > 200


def test_twins_take_each_other_s_value() -> None:
    found = 0
    for _, _, row in pictures(60):
        twins: dict[str, list[Row]] = {}
        for region in row["regions"]:
            for each in region["negatives"]:
                if each["twin"]:
                    twins.setdefault(each["twin"], []).append(each)
        for one, other in twins.values():
            found += 1
            assert (one["original"], one["replaced"]) == (other["replaced"], other["original"])
            assert (one["kind"], one["slot"]) == (other["kind"], other["slot"])
    assert found > 200


def test_what_is_exchanged_in_captions_is_one_slot_of_both() -> None:
    kinds = Counter(
        each["slot"]
        for _, _, row in pictures(60)
        for region in row["regions"]
        for each in region["negatives"]
        if each["kind"] == "binding"
    )
    assert {"name", "vertical", "image_side", "size", "measurement"} <= kinds.keys()
    assert not {"position", "other_region"} & kinds.keys()


def test_a_twin_belongs_to_one_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[Negative]] = []

    def noted(*arguments: Any) -> dict[str, list[Negative]]:
        found = exchanges(*arguments)
        drawn.append([each for negatives in found.values() for each in negatives])
        return found

    monkeypatch.setattr("pipeline.describe.captions.exchanges", noted)
    for _ in pictures(60):
        assert set(Counter(each.twin for each in drawn.pop()).values()) <= {2}
