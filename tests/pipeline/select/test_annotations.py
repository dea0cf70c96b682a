import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.select.annotations import PAIRS_AT_ONCE, SAME_THING, Annotation, lacking, share, word
from schemas.boxes import iou_matrix
from tests.pipeline.select.tables import make_annotation, make_mask

NEAR = make_annotation((10, 10, 20, 20))


def boxes_and_copies(*stated: Sequence[Annotation]) -> list[tuple[list[int], list[int]]]:
    return [(each.annotation["box_xyxy"], sorted(each.copies)) for each in share(stated)]


@pytest.mark.parametrize(
    ("stated", "shared"),
    [
        ([], []),
        ([[], []], []),
        ([[NEAR], []], [([10, 10, 20, 20], [0])]),
        ([[], [NEAR]], [([10, 10, 20, 20], [1])]),
        ([[NEAR], [NEAR], [NEAR]], [([10, 10, 20, 20], [0, 1, 2])]),
        ([[NEAR, NEAR], [NEAR]], [([10, 10, 20, 20], [0, 1]), ([10, 10, 20, 20], [0])]),  # one to one
        ([[NEAR, NEAR], [NEAR, NEAR]], [([10, 10, 20, 20], [0, 1])] * 2),
    ],
)
def test_equal_boxes_are_partners(stated: list[list[Annotation]], shared: list[Any]) -> None:
    assert boxes_and_copies(*stated) == shared


@pytest.mark.parametrize(
    ("box", "partners"),
    [
        ((10, 10, 20, 21), True),  # IoU 0.91
        ((10, 10, 20, 30), True),  # 0.5
        ((10, 10, 20, 31), False),  # 0.48
        ((20, 10, 30, 20), False),
    ],
)
def test_boxes_of_one_name_are_partners_from_half_of_their_union(box: tuple[int, ...], partners: bool) -> None:
    assert len(share([[NEAR], [make_annotation(box)]])) == (1 if partners else 2)
    assert boxes_and_copies([NEAR], [make_annotation(box)])[0][0] == NEAR["box_xyxy"]


@pytest.mark.parametrize(
    "columns", [{"kind": "artefact"}, {"name": "white blood cell"}, {"category": "pneumonia"}, {"name": None}]
)
def test_what_means_something_else_is_no_partner(columns: dict[str, Any]) -> None:
    assert boxes_and_copies([NEAR], [make_annotation(**columns)]) == [([10, 10, 20, 20], [0]), ([10, 10, 20, 20], [1])]


def test_unmapped_boxes_are_partners_by_the_sources_word() -> None:
    odd, blob = (make_annotation(kind=None, name=None, label=label) for label in ("odd", "blob"))
    assert [word(each.annotation) for each in share([[odd], [blob, odd]])] == ["odd", "blob"]


def test_the_likest_boxes_are_partners_first() -> None:
    """The second copy's first box overlaps both, and is liker to the second of the first copy."""
    first = [make_annotation((0, 0, 10, 10)), make_annotation((0, 3, 10, 13))]
    second = [make_annotation((0, 2, 10, 12)), make_annotation((0, 0, 10, 9))]
    assert boxes_and_copies(first, second) == [([0, 0, 10, 10], [0, 1]), ([0, 3, 10, 13], [0, 1])]


def test_equal_boxes_with_one_mask_are_partners_before_others() -> None:
    bare, masked = make_annotation(), make_annotation(mask=make_mask())
    assert [each.annotation["mask"] for each in share([[bare, masked], [masked]])] == [None, make_mask()]


@pytest.mark.parametrize(
    ("one", "other", "mask", "source"),
    [
        (make_annotation(), make_annotation(mask=make_mask(), source="b"), make_mask(), "b"),
        (make_annotation(), make_annotation((10, 10, 20, 21), mask=make_mask(), source="b"), None, "a"),
        (make_annotation(mask=make_mask("13")), make_annotation(mask=make_mask(), source="b"), make_mask("13"), "a"),
        (make_annotation(mask=make_mask()), make_annotation(source="b"), make_mask(), "a"),
    ],
)
def test_a_later_mask_comes_only_into_an_equal_box_without_one(
    one: Annotation, other: Annotation, mask: Any, source: str
) -> None:
    (found,) = share([[one], [other]])
    assert (found.annotation["mask"], found.annotation["source"]) == (mask, source)


@pytest.mark.parametrize(
    ("stated", "complete", "words"),
    [
        ([], [], set()),
        ([[NEAR], []], [set(), set()], set()),
        ([[NEAR], []], [{"red blood cell"}, set()], set()),
        ([[NEAR], []], [set(), {"red blood cell"}], {"red blood cell"}),
        ([[NEAR], [NEAR]], [{"red blood cell"}] * 2, set()),
        ([[NEAR], [NEAR], []], [set(), set(), {"platelet"}], set()),
    ],
)
def test_a_copy_lacks_what_it_is_said_to_have_all_of(
    stated: list[list[Annotation]], complete: list[set[str]], words: set[str]
) -> None:
    assert lacking(share(stated), complete) == words


corners = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 12), st.integers(1, 12))
copies = st.lists(
    st.lists(
        corners.map(lambda c: make_annotation((c[0], c[1], c[0] + c[2], c[1] + c[3]))),
        max_size=6,
    ),
    max_size=4,
)


@given(copies)
def test_every_annotation_has_one_place(stated: list[list[Annotation]]) -> None:
    shared = share(stated)
    assert sum(len(each.copies) for each in shared) == sum(map(len, stated))
    first = stated[0] if stated else []
    assert [each.annotation for each in shared[: len(first)]] == first


@given(copies)
def test_what_two_copies_hold_apart_is_no_pair_that_was_left_over(stated: list[list[Annotation]]) -> None:
    shared = share(stated[:2])
    alone = [[each.annotation["box_xyxy"] for each in shared if each.copies == {copy}] for copy in (0, 1)]
    assert not (iou_matrix(*(np.array(boxes, np.int64) for boxes in alone)) >= SAME_THING).any()


def test_more_pairs_than_are_compared_at_once_find_their_partners() -> None:
    side = math.isqrt(PAIRS_AT_ONCE // 1000) + 2
    many = [make_annotation((x, y, x + 9, y + 9)) for x in range(0, 10 * side, 10) for y in range(0, 10 * side, 10)]
    assert len(many) ** 2 > PAIRS_AT_ONCE
    assert boxes_and_copies(many, many[::-1]) == [(each["box_xyxy"], [0, 1]) for each in many]
