import pyarrow as pa
import pytest

from pipeline.select.licensing import annotations_with_ids, licence_ids, strictest_of_rows
from schemas.tables.columns import ANNOTATION
from tests.pipeline.select.tables import make_annotation, make_mask

LISTS = pa.list_(ANNOTATION)


def test_no_words_no_ids() -> None:
    assert licence_ids(pa.array([], pa.string())).to_pylist() == []


def test_words_become_ids_in_their_order() -> None:
    words = pa.chunked_array([["MIT", None], ["mit", "CC BY 4.0", "mine"]])
    assert licence_ids(words).to_pylist() == ["MIT", "other", "MIT", "CC-BY-4.0", "other"]


def test_annotations_change_by_their_licence_alone() -> None:
    rows = [[], None, [make_annotation(licence="cc by 4.0", mask=make_mask()), make_annotation()]]
    found = annotations_with_ids(pa.array(rows, LISTS)).to_pylist()
    assert found[:2] == [[], None]
    assert found[2] == [make_annotation(licence="CC-BY-4.0", mask=make_mask()), make_annotation()]


def test_a_slice_of_annotations_keeps_its_rows() -> None:
    lists = pa.array([[make_annotation((i, i, i + 1, i + 1))] for i in range(4)], LISTS).slice(1, 2)
    assert annotations_with_ids(lists).to_pylist() == lists.to_pylist()


@pytest.mark.parametrize(
    ("own", "given", "strictest"),
    [
        ("MIT", None, "MIT"),
        ("MIT", [], "MIT"),
        ("MIT", [None], "MIT"),
        ("MIT", ["CC0-1.0"], "MIT"),
        ("MIT", ["CC-BY-4.0", "CC-BY-NC-4.0", "CC0-1.0"], "CC-BY-NC-4.0"),
        ("other", ["MIT"], "other"),
    ],
)
def test_the_strictest_of_a_picture_and_what_is_drawn_on_it(
    own: str, given: list[str | None] | None, strictest: str
) -> None:
    annotations = None if given is None else [make_annotation(licence=licence) for licence in given]
    rows = pa.array([[make_annotation(licence="other")], annotations], LISTS)  # another row must not count
    assert strictest_of_rows(pa.array(["MIT", own]), rows).to_pylist() == ["other", strictest]
