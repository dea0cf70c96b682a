from collections.abc import Sequence
from typing import Any

import pytest

from pipeline.select.union import Union, unite
from tests.pipeline.select.tables import make_annotation, make_label, make_mask

CELL = "red blood cell"  # what `make_annotation` calls it
NEAR, FAR = (10, 10, 20, 20), (40, 40, 50, 50)


def record(source: str = "a", *annotations: dict[str, Any], **columns: Any) -> dict[str, Any]:
    empty = {"labels": None, "annotation_scope": None, "licence": "MIT", "attribution": None}
    return {"source": source, **empty, "annotations": list(annotations), **columns}


def stated(
    source: str, whole: bool, *given: tuple[int, ...], scope: Sequence[str] = (), others: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """A copy with boxes of CELL; `whole`: all that there are, as the source says."""
    cells = [make_annotation(box, exhaustive=whole, source=source) for box in given]
    return record(source, *cells, *others, annotation_scope=[*([CELL] if whole else []), *scope])


def boxes(union: Union) -> list[list[int]]:
    return [annotation["box_xyxy"] for annotation in union.annotations]


def test_nothing_said_is_nothing() -> None:
    found = unite([record(annotations=None), record("b")])
    assert (found.annotations, found.labels, found.annotation_scope) == ([], [], [])
    assert (found.licence, found.attribution, found.conflicts) == ("MIT", None, 0)


def test_annotations_of_both_stay() -> None:
    found = unite([record("a", make_annotation((0, 0, 9, 9))), record("b", make_annotation((20, 20, 30, 30)))])
    assert boxes(found) == [[0, 0, 9, 9], [20, 20, 30, 30]]
    assert found.conflicts == 0


def test_what_both_say_stays_once_as_the_first_says_it() -> None:
    first, second = make_annotation(label="RBC"), make_annotation(label="erythrocyte", source="b")
    found = unite([record("a", first), record("b", second)])
    assert [(each["label"], each["source"]) for each in found.annotations] == [("RBC", "a")]


def test_twins_within_one_copy_are_left_as_they_are() -> None:
    twice = [make_annotation(), make_annotation()]
    assert len(unite([record("a", *twice), record("b", *twice)]).annotations) == 2


def test_the_one_with_a_mask_stays() -> None:
    masked = make_annotation(mask=make_mask(), source="b")
    found = unite([record("a", make_annotation()), record("b", masked), record("c", make_annotation(source="c"))])
    assert [each["source"] for each in found.annotations] == ["b"]


def test_an_annotation_keeps_its_own_source_and_licence() -> None:
    found = unite(
        [
            record("a", make_annotation(source=None)),
            record("b", make_annotation((1, 1, 5, 5), source=None), licence="CC BY-SA 4.0"),
            record("c", make_annotation((22, 2, 25, 5), source="d", licence="CC0"), licence="CC BY 4.0"),
        ]
    )
    assert [(each["source"], each["licence"]) for each in found.annotations] == [
        ("a", "MIT"),
        ("b", "CC-BY-SA-4.0"),
        ("d", "CC0-1.0"),
    ]


def test_the_strictest_licence_and_every_credit_hold() -> None:
    found = unite(
        [
            record(licence="MIT", attribution="first"),
            record(licence="CC BY-SA 4.0", attribution="second"),
            record(licence="CC0", attribution="first"),
        ]
    )
    assert (found.licence, found.attribution) == ("CC-BY-SA-4.0", "first; second")


def test_scopes_and_labels_add_up() -> None:
    labels = [make_label("pneumonia"), make_label("liver")]
    found = unite(
        [
            record(labels=labels[:1], annotation_scope=["platelet"]),
            record(labels=labels, annotation_scope=["platelet", "white blood cell"]),
        ]
    )
    assert found.labels == labels
    assert found.annotation_scope == ["platelet", "white blood cell"]
    assert found.conflicts == 0


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [
        (make_annotation(name="white blood cell"), 1),
        (make_annotation((10, 10, 20, 21), name="white blood cell"), 1),  # IoU 0.91
        (make_annotation((10, 10, 20, 22), name="white blood cell"), 0),  # IoU 0.83
        (make_annotation(kind="artefact", name="stain"), 0),  # another question
        (make_annotation(kind=None, name=None, label="?"), 0),  # nobody knows what it means
    ],
)
def test_two_names_for_one_place_are_a_conflict(other: dict[str, Any], conflicts: int) -> None:
    found = unite([record("a", make_annotation()), record("b", other)])
    assert (found.conflicts, len(found.annotations)) == (conflicts, 2)


def test_a_thing_that_two_copies_frame_differently_is_counted_once() -> None:
    """IoU 0.91, of a label of which both have every instance."""
    stated = [make_annotation(box, exhaustive=True) for box in ((10, 10, 20, 20), (10, 10, 20, 21))]
    found = unite([record(name, each, annotation_scope=[CELL]) for name, each in zip("ab", stated, strict=True)])
    assert (boxes(found), found.annotation_scope, found.conflicts) == ([[10, 10, 20, 20]], [CELL], 0)
    assert found.annotations[0]["exhaustive"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([True, NEAR], [True, NEAR, FAR]),
        ([True, NEAR, FAR], [True, NEAR]),
        ([True], [True, FAR]),
        ([True, NEAR], [False, FAR]),  # the first does not have all of them
        ([False, FAR], [True, NEAR]),
        ([True, (10, 10, 20, 20)], [True, (10, 16, 20, 26)]),  # IoU 0.25: not one thing
    ],
)
def test_of_a_disputed_name_nothing_is_exhaustive(one: list[Any], other: list[Any]) -> None:
    platelet = make_annotation((60, 60, 70, 70), name="platelet", exhaustive=True)
    copies = [stated("a", *one, scope=["platelet"], others=[platelet]), stated("b", *other)]
    found = unite(copies)
    assert (found.annotation_scope, found.conflicts) == (["platelet"], 1)
    assert {each["name"]: each["exhaustive"] for each in found.annotations} == {CELL: False, "platelet": True}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([True], [True]),
        ([True, NEAR, FAR], [True, NEAR, FAR]),
        ([True, NEAR, FAR], [False, NEAR]),  # one has all of them, the other some of these
        ([False], [True, NEAR]),
    ],
)
def test_what_one_copy_has_whole_stays_exhaustive_where_others_add_nothing(one: list[Any], other: list[Any]) -> None:
    found = unite([stated("a", *one), stated("b", *other)])
    assert (found.annotation_scope, found.conflicts) == ([CELL], 0)
    assert all(each["exhaustive"] for each in found.annotations)


def test_a_third_copy_disputes_what_two_agree_on() -> None:
    found = unite([stated("a", True, NEAR), stated("b", True, NEAR), stated("c", False, NEAR, FAR)])
    assert (boxes(found), found.annotation_scope, found.conflicts) == ([list(NEAR), list(FAR)], [], 1)


def test_two_names_for_one_place_leave_neither_exhaustive() -> None:
    other = make_annotation(NEAR, name="white blood cell")
    found = unite([stated("a", True, NEAR), record("b", other)])
    assert (found.annotation_scope, found.conflicts, len(found.annotations)) == ([], 1, 2)
    assert not any(each["exhaustive"] for each in found.annotations)


def test_unmapped_boxes_take_no_part_in_conflicts() -> None:
    unmapped = make_annotation(kind=None, name=None, label="?")
    found = unite([record("a", unmapped, make_annotation()), record("b", make_annotation(name="white blood cell"))])
    assert found.conflicts == 1


def test_one_source_does_not_contradict_itself() -> None:
    assert unite([record("a", make_annotation(), make_annotation(name="white blood cell")), record("b")]).conflicts == 0


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [
        (make_label("pneumonia", state="absent"), 1),
        (make_label("pneumonia", basis="report"), 0),
        (make_label("liver", state="absent"), 0),
        (make_label(None, state="absent"), 0),
    ],
)
def test_two_states_of_one_category_are_a_conflict(other: dict[str, Any], conflicts: int) -> None:
    assert unite([record(labels=[make_label("pneumonia")]), record(labels=[other])]).conflicts == conflicts
