import pytest

from annotators.proposal import Proposal
from pipeline.annotate.regions import Found, boxes_of, merge

Box = tuple[int, int, int, int]


def make_found(box: Box, name: str | None = "nodule", detector: str = "given") -> Found:
    return Found(Proposal(box, name or "area", None, None), detector, name)


def test_no_regions_are_an_empty_array() -> None:
    assert boxes_of([]).shape == (0, 4)
    assert merge([], [], 0.5) == []


def test_what_only_one_detector_found_stays() -> None:
    one, other = make_found((0, 0, 10, 10)), make_found((50, 50, 60, 60))
    assert merge([one], [], 0.5) == [one]
    assert merge([], [other], 0.5) == [other]
    assert merge([one], [other], 0.5) == [one, other]


@pytest.mark.parametrize(("box", "is_new"), [((0, 0, 10, 10), False), ((0, 0, 10, 20), False), ((0, 0, 10, 21), True)])
def test_a_later_box_over_an_earlier_one_says_nothing_new(box: Box, is_new: bool) -> None:
    merged = merge([make_found((0, 0, 10, 10))], [make_found(box, detector="yolo")], 0.5)
    assert len(merged) == 1 + is_new


def test_agreement_is_the_largest_overlap_with_the_same_name() -> None:
    earlier = make_found((0, 0, 10, 10))
    merged = merge([earlier], [make_found((0, 0, 10, 20)), make_found((0, 0, 10, 10), name="cyst")], 0.5)
    assert [found.agreement for found in merged] == [0.5]
    assert merge(merged, [make_found((0, 0, 10, 40))], 0.1)[0].agreement == 0.5
    assert earlier.agreement is None
