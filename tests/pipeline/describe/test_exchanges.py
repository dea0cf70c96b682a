from collections import Counter
from typing import Any

import pytest

from pipeline.describe.exchanges import PARTNERS, exchanges
from pipeline.describe.negatives import Negative
from tests.pipeline.describe.builders import describe, make_image, make_region, make_selection, make_tables
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


def test_a_region_among_many_that_differ_exchanges_with_as_many_as_it_may() -> None:
    """Of nine places each lies in one; whoever is left over takes a partner that has enough."""
    boxes = [(100 + 300 * x, 50 + 200 * y, 130 + 300 * x, 80 + 200 * y) for x in range(3) for y in range(3)]
    for count in (PARTNERS + 1, 9):
        regions = [make_region(box, "cyst") for box in boxes[:count]]
        row = describe(make_tables([make_image(modality="ct")], [make_selection(modality="ct")], regions))[0]
        whole = [sum(each["kind"] == "other_region" for each in region["negatives"]) for region in row["regions"]]
        assert all(PARTNERS <= each <= 2 * PARTNERS for each in whole)


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
