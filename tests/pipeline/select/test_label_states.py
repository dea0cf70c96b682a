from typing import Any

import pyarrow as pa
import pytest

from pipeline.select.label_states import PICTURE, label_states
from schemas.tables.columns import ANNOTATION
from schemas.tables.records import LABEL
from schemas.taxonomy.assessable import assessable_categories
from tests.pipeline.select.tables import make_annotation, make_label

CHEST = {"modality": "radiography", "body_part": "chest", "projection": "pa", "technique": "plain"}
UNKNOWN: dict[str, str | None] = dict.fromkeys(PICTURE)

State = tuple[str, str, str]


def of_one(
    labels: list[dict[str, Any]], annotations: list[dict[str, Any]], picture: dict[str, Any] | None = None
) -> tuple[list[State], list[str]]:
    pictures = pa.Table.from_pylist([picture or CHEST], schema=pa.schema([(name, pa.string()) for name in PICTURE]))
    lists = pa.array([labels], pa.list_(LABEL)), pa.array([annotations], pa.list_(ANNOTATION))
    states, unmapped = label_states(pictures, *lists)
    told = [(state["category"], state["state"], state["basis"]) for state in states[0].as_py()]
    return told, unmapped[0].as_py()


def states(*labels: dict[str, Any], picture: dict[str, Any] | None = None) -> list[State]:
    return of_one(list(labels), [], picture)[0]


def finding(category: str | None, **columns: Any) -> dict[str, Any]:
    return make_annotation(kind="finding", category=category, **columns)


def test_no_pictures_no_states() -> None:
    empty = pa.table({name: pa.array([], pa.string()) for name in PICTURE})
    found = label_states(empty, pa.array([], pa.list_(LABEL)), pa.array([], pa.list_(ANNOTATION)))
    assert [array.to_pylist() for array in found] == [[], []]


def test_what_nobody_mentions_is_not_in_the_list() -> None:
    assert of_one([], []) == ([], [])


@pytest.mark.parametrize("state", ["present", "absent", "uncertain"])
def test_a_label_gives_its_state(state: str) -> None:
    assert states(make_label("pneumonia", state=state)) == [("pneumonia", state, "reader")]


def test_states_are_sorted_by_category() -> None:
    found = states(make_label("tuberculosis"), make_label("pneumonia"))
    assert [category for category, *_ in found] == ["pneumonia", "tuberculosis"]


def test_a_finding_that_is_drawn_is_present() -> None:
    found, _ = of_one([], [finding("pneumonia", label_source="model"), finding("pneumonia", label_source="reader")])
    assert found == [("pneumonia", "present", "reader")]


@pytest.mark.parametrize(
    ("labels", "regions", "stated"),
    [
        ([make_label("pneumonia")], [], True),
        ([], [finding("pneumonia")], False),
        ([make_label("pneumonia", basis="report")], [finding("pneumonia")], True),
    ],
)
def test_who_draws_a_finding_does_not_state_its_category(
    labels: list[dict[str, Any]], regions: list[dict[str, Any]], stated: bool
) -> None:
    pictures = pa.Table.from_pylist([CHEST])
    lists = pa.array([labels], pa.list_(LABEL)), pa.array([regions], pa.list_(ANNOTATION))
    (state,) = label_states(pictures, *lists)[0][0].as_py()
    assert (state["state"], state["stated"]) == ("present", stated)


@pytest.mark.parametrize(
    "region", [finding(None), make_annotation(kind="cell", category="blood_disorder"), make_annotation(kind="anatomy")]
)
def test_cells_and_anatomy_are_no_disease(region: dict[str, Any]) -> None:
    assert of_one([], [region])[0] == []


def test_the_strongest_basis_is_named() -> None:
    found = states(*(make_label("pneumonia", basis=basis) for basis in ("report", "pathology", "model")))
    assert found == [("pneumonia", "present", "pathology")]


def test_claims_that_differ_are_uncertain() -> None:
    found = states(make_label("pneumonia", basis="report"), make_label("pneumonia", state="absent"))
    assert found == [("pneumonia", "uncertain", "reader")]


def test_a_drawn_finding_against_an_absent_label_is_uncertain() -> None:
    found, _ = of_one([make_label("pneumonia", state="absent")], [finding("pneumonia")])
    assert found == [("pneumonia", "uncertain", "reader")]


@pytest.mark.parametrize("state", ["present", "absent", "uncertain"])
def test_what_such_a_picture_cannot_show_is_not_assessed(state: str) -> None:
    assert states(make_label("diabetic_retinopathy", state=state)) == []


def test_a_region_shows_what_it_shows() -> None:
    assert of_one([], [finding("diabetic_retinopathy")])[0] == [("diabetic_retinopathy", "present", "reader")]


def test_an_unknown_modality_leaves_what_is_present_and_nothing_absent() -> None:
    labels = [make_label("pneumonia"), make_label("liver", state="absent"), make_label("no_finding", label="Normal")]
    assert states(*labels, picture=UNKNOWN) == [("pneumonia", "present", "reader")]


def test_no_finding_speaks_of_all_that_can_be_assessed() -> None:
    found = states(make_label("no_finding", label="No Finding", basis="report"))
    expected = sorted(assessable_categories(*CHEST.values()))
    assert found == [(category, "absent", "report") for category in expected]
    assert "diabetic_retinopathy" not in expected


def test_no_finding_that_does_not_hold_says_nothing() -> None:
    assert states(make_label("no_finding", state="absent")) == []


def test_unknown_words_are_kept_once_and_sorted() -> None:
    labels = [make_label(None, label="zebra"), make_label("pneumonia"), make_label(None, label="zebra")]
    regions = [make_annotation(kind=None, label="blob"), make_annotation(label="RBC")]
    assert of_one(labels, regions)[1] == ["blob", "zebra"]


def test_rows_do_not_mix() -> None:
    pictures = pa.Table.from_pylist([CHEST, CHEST, CHEST])
    labels = pa.array([[make_label("pneumonia")], None, [make_label(None, label="x")]], pa.list_(LABEL))
    regions = pa.array([None, [finding("tuberculosis")], []], pa.list_(ANNOTATION))
    found, unmapped = label_states(pictures, labels, regions)
    assert [[state["category"] for state in row] for row in found.to_pylist()] == [["pneumonia"], ["tuberculosis"], []]
    assert unmapped.to_pylist() == [[], [], ["x"]]
