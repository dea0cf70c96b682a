import pytest

from pipeline.describe.audit.balance import Edit, balance, has_negation
from pipeline.describe.audit.pairs import Pair, ReleasedPairs
from tests.pipeline.describe.audit.builders import make_pair


def edits(original: str, replaced: str, times: int, **fields: str) -> list[Pair]:
    return [make_pair(original=original, replaced=replaced, **fields) for _ in range(times)]


def found(*pairs: list[Pair], **negatives: dict[int, int]) -> ReleasedPairs:
    return ReleasedPairs([pair for some in pairs for pair in some], negatives, 1, 1)


def test_edits_that_go_both_ways_are_no_offenders() -> None:
    slot = balance(found(edits("a", "b", 21), edits("b", "a", 20), edits("a", "c", 3), edits("c", "a", 3))).slots
    assert slot["region name"].worst == []
    assert slot["region name"].one_way == pytest.approx(1 / 47)
    assert slot["region name"].values == {"a": (24, 23), "b": (20, 21), "c": (3, 3)}


def test_the_worst_is_what_chance_explains_least() -> None:
    slot = balance(found(edits("b", "a", 30), edits("a", "b", 10), edits("c", "a", 2), edits("c", "b", 50))).slots
    assert slot["region name"].worst == [Edit("c", "b", 50, 0), Edit("b", "a", 30, 10), Edit("c", "a", 2, 0)]
    assert slot["region name"].one_way == pytest.approx((50 + 20 + 2) / 92)


def test_an_edit_of_which_nineteen_in_twenty_go_either_way_is_told_from_one_of_which_fewer_do() -> None:
    assert Edit("a", "b", 21, 19).lopsided == pytest.approx(0.05)
    for there, worst in ((21, 0), (22, 1)):
        slot = balance(found(edits("a", "b", there), edits("b", "a", 19))).slots["region name"]
        assert len(slot.worst) == worst


def test_slots_of_captions_and_of_reports_are_told_apart() -> None:
    told = balance(found(edits("left", "right", 2, slot="side"), edits("right", "left", 1, slot="side", of="report")))
    assert {place: slot.pairs for place, slot in told.slots.items()} == {"region side": 2, "report side": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("A nodule of the node.", False),
        ("There are no cysts.", True),
        ("Free of disease.", True),
        ("It isn’t seen.", True),
        ("Nothing noted.", False),
        ("Absent: fracture.", True),
    ],
)
def test_negations_are_words(text: str, expected: bool) -> None:
    assert has_negation(text) is expected


def test_negations_are_counted_on_both_sides() -> None:
    pairs = [make_pair("No cyst.", "A cyst."), make_pair("No cyst.", "No mass."), make_pair(), make_pair()]
    assert balance(found(pairs)).negation == {"region name": (0.5, 0.25)}


def test_certainty_and_numbers_of_negatives_are_counted() -> None:
    told = balance(found(edits("a", "b", 2), edits("a", "b", 1, certainty="presumed"), region={0: 4, 12: 1, 10: 2}))
    assert told.certainty == {"certified": 2, "presumed": 1}
    assert list(told.negatives["region"]) == [0, 10, 12]
    assert told.enough("region") == (3, 7)
