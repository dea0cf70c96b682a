from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.evidence import UNLABELLED, UNNAMED
from pipeline.describe.count_facts import count_facts, spread
from schemas.facts import IMAGE_SIDES, VERTICALS, Fact
from tests.pipeline.describe.builders import make_marked, make_region

Row = dict[str, Any]
BOX = (100, 100, 180, 140)
RIGHT_BOX, LOWER_BOX = (500, 110, 540, 130), (110, 400, 130, 420)


def facts_of(
    *regions: Row, scope: tuple[str, ...] = (), sides: tuple[str | None, ...] | None = None
) -> tuple[Fact, ...]:
    told = [
        side and Fact("r", "side", "patient", side, "dicom_orientation", frame="patient")
        for side in (sides or (None,) * len(regions))
    ]
    return count_facts({"annotation_scope": list(scope)}, make_marked(regions), [side or None for side in told])


def counts(*regions: Row, scope: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    return [(f.kind, f.attribute, f.value) for f in facts_of(*regions, scope=scope) if f.kind.startswith("count")]


def test_an_empty_picture_without_scope_has_no_fact() -> None:
    assert facts_of() == ()


def test_a_number_is_exact_where_every_instance_is_annotated() -> None:
    rbc, wbc = make_region(BOX, "red blood cell"), make_region(RIGHT_BOX, "white blood cell", exhaustive=True)
    assert counts(rbc, wbc) == [("count", "white blood cell", "1"), ("count_at_least", "red blood cell", "1")]
    assert counts(rbc, scope=("red blood cell",)) == [("count", "red blood cell", "1")]


def test_one_instance_that_may_have_company_makes_the_number_a_least_one() -> None:
    regions = [make_region(BOX, "drusen", exhaustive=True), make_region(RIGHT_BOX, "drusen", exhaustive=False)]
    assert counts(*regions) == [("count_at_least", "drusen", "2")]


def test_an_absence_needs_a_scope_and_no_region_of_the_name_by_anyone() -> None:
    def absences(*regions: Row, scope: tuple[str, ...]) -> list[str]:
        return [fact.value for fact in facts_of(*regions, scope=scope) if fact.assertion == "absent"]

    assert absences(scope=("b", "a")) == ["a", "b"]
    assert absences(make_region(BOX, "a"), scope=("a", "b")) == ["b"]
    assert absences(make_region(BOX, "a", label_source="model"), scope=("a",)) == []
    assert absences(make_region(BOX, None, label="own word"), scope=("own word",)) == []


def test_a_model_s_regions_count_under_names_that_nobody_else_gave() -> None:
    by_model = {"label_source": "model", "detector": "yolo"}
    assert counts(make_region(BOX, "polyp"), make_region(RIGHT_BOX, "polyp", **by_model)) == [
        ("count_at_least", "polyp", "1")
    ]
    possible = facts_of(make_region(RIGHT_BOX, "polyp", **by_model), scope=("polyp",))[0]
    assert (possible.kind, possible.assertion) == ("count_at_least", "possible")


def test_what_nobody_named_is_counted_apart() -> None:
    found = make_region(BOX, None, label_source="model")
    marked, generic = make_region(RIGHT_BOX, None), make_region(LOWER_BOX, None, kind="device")
    assert counts(found, marked, generic) == [("count_at_least", UNNAMED, "2"), ("count_at_least", UNLABELLED, "1")]


def test_findings_come_first_then_the_exact_the_many_and_the_large() -> None:
    def names(*regions: Row) -> list[str]:
        return [name for _, name, _ in counts(*regions)]

    cells = [
        make_region(BOX, "b", kind="cell"),
        make_region(RIGHT_BOX, "b", kind="cell"),
        make_region(BOX, "c", kind="cell", exhaustive=True),
    ]
    assert names(make_region(BOX, "liver", kind="anatomy"), *cells, make_region(BOX, "z")) == ["z", "c", "b", "liver"]
    large = make_region((0, 0, 500, 500), "z", kind="anatomy")
    assert names(make_region(BOX, "a", kind="anatomy"), large) == ["z", "a"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ([("upper", "centre")], "upper centre"),
        ([("upper", "centre")] * 3, "upper centre"),
        ([("upper", "centre"), ("upper", "image-left")], "upper"),
        ([("upper", "centre"), ("lower", "centre")], "centre"),
        ([("upper", "centre"), ("lower", "image-left")], "apart"),
        ([("upper", "centre"), ("lower", "image-left"), ("lower", "centre")], "several"),
        ([(v, s) for v in VERTICALS for s in IMAGE_SIDES][:5], "everywhere"),
    ],
)
def test_one_word_tells_where_regions_lie(fields: list[tuple[str, str]], word: str) -> None:
    assert spread(fields) == word


@given(st.lists(st.tuples(st.sampled_from(VERTICALS), st.sampled_from(IMAGE_SIDES)), min_size=1, max_size=12))
def test_that_word_is_true_of_every_region(fields: list[tuple[str, str]]) -> None:
    word = spread(fields)
    if word not in ("apart", "several", "everywhere"):
        assert all(set(word.split()) <= set(field) for field in fields)
    else:
        assert len({vertical for vertical, _ in fields}) > 1
        assert len({side for _, side in fields}) > 1


@pytest.mark.parametrize(
    ("name", "sides", "told"),
    [
        ("rib", ("left", "left"), "left"),
        ("rib", ("left", "right"), "both"),
        ("rib", ("left", None), None),
        ("left rib", ("left", "left"), None),
    ],
)
def test_a_side_is_told_of_all_or_none(name: str, sides: tuple[str | None, ...], told: str | None) -> None:
    facts = facts_of(make_region(BOX, name), make_region(LOWER_BOX, name), sides=sides)
    assert [fact.value for fact in facts if fact.frame == "patient"] == ([told] if told else [])


def relations(*regions: Row) -> set[tuple[str, str, str]]:
    names = {region["region_id"]: region["name"] for region in regions}
    return {(names[f.subject], f.attribute, names[f.value]) for f in facts_of(*regions) if f.kind == "relation"}


def test_relations_hold_between_regions_with_names_of_their_own() -> None:
    big, small = make_region((100, 100, 300, 300), "a"), make_region((400, 150, 440, 190), "b")
    assert relations(big, small) == {("a", "left_of", "b"), ("a", "larger_than", "b")}
    assert relations(make_region(BOX, "a"), make_region(LOWER_BOX, "b")) == {
        ("a", "above", "b"),
        ("a", "larger_than", "b"),
    }
    assert relations(big, make_region((250, 250, 450, 450), "b")) == set()


def test_what_bears_a_name_twice_or_a_model_s_has_no_relation() -> None:
    far = make_region(RIGHT_BOX, "a")
    assert relations(make_region(BOX, "a"), far) == set()
    assert relations(make_region(BOX, "b", label_source="model"), far) == set()
    assert relations(make_region(BOX, None), far) == set()


def test_among_many_names_relations_are_left_out() -> None:
    regions = [make_region((100 * i, 10, 100 * i + 40, 50), f"n{i}") for i in range(5)]
    assert relations(*regions) == set()
    assert len(relations(*regions[:4])) == 6
