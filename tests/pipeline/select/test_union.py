from typing import Any

import pytest

from pipeline.select.union import Union, unite
from tests.pipeline.select.tables import make_annotation, make_label, make_mask


def record(source: str = "a", *annotations: dict[str, Any], **columns: Any) -> dict[str, Any]:
    empty = {"labels": None, "annotation_scope": None, "licence": "MIT", "attribution": None}
    return {"source": source, **empty, "annotations": list(annotations), **columns}


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


def test_other_masks_in_one_box_are_other_annotations() -> None:
    one, other = make_annotation(mask=make_mask("04")), make_annotation(mask=make_mask("13"))
    assert len(unite([record("a", one), record("b", other)]).annotations) == 2


def test_an_annotation_keeps_its_own_source_and_licence() -> None:
    found = unite(
        [
            record("a", make_annotation(source=None)),
            record("b", make_annotation((1, 1, 5, 5), source=None), licence="CC BY-SA 4.0"),
            record("c", make_annotation((2, 2, 5, 5), source="d", licence="CC0"), licence="CC BY 4.0"),
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
        (make_annotation((10, 10, 20, 21)), 0),
    ],
)
def test_two_names_for_one_place_are_a_conflict(other: dict[str, Any], conflicts: int) -> None:
    found = unite([record("a", make_annotation()), record("b", other)])
    assert (found.conflicts, len(found.annotations)) == (conflicts, 2)


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
