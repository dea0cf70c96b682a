import pickle
from typing import Any

import pytest

from pipeline.select.selection import Select
from pipeline.select.settings import SelectSettings
from pipeline.stage import Stage
from schemas.ids import IdKey
from schemas.keys import column_hashes, rows_hash
from schemas.tables.selection import SELECTION
from tests.pipeline.select.tables import (
    ID_KEY,
    Row,
    decide_on,
    make_annotation,
    make_images,
    make_label,
    make_mask,
    make_records,
    rejected,
    select,
)


def one(image: Row | None = None, record: Row | None = None, settings: SelectSettings | None = None) -> dict[str, Any]:
    (row,) = select(
        make_images({"item": "1", **(image or {})}), make_records({"item": "1", **(record or {})}), settings
    )
    return row


def test_a_part_without_pictures_has_no_rows() -> None:
    assert select(make_images(), make_records()) == []


def test_a_good_picture_is_kept() -> None:
    row = one()
    assert (row["status"], row["rule"], row["value"], row["duplicate_of"]) == ("kept", None, None, None)
    assert row["image_id"] == ID_KEY.image("pixels of 1", "full")
    assert row["split"] is not None


@pytest.mark.parametrize(
    ("image", "record", "rule", "value"),
    [
        ({"width": 10}, {}, "too_small", 10.0),
        ({"width": 2000}, {}, "extreme_aspect", 20.0),
        ({"pixel_std": 0.25}, {}, "blank", 0.25),
        ({"burned_in": "annotation"}, {}, "burned_in_annotation", None),
        ({}, {"licence": "CC BY-NC 4.0"}, "licence_not_open", None),
        ({}, {"licence": "mine"}, "licence_not_open", None),
        ({}, {"annotations": [make_annotation(licence="CC BY-NC 4.0")]}, "licence_not_open", None),
    ],
)
def test_a_rule_excludes_with_its_word_and_number(image: Row, record: Row, rule: str, value: float | None) -> None:
    row = one(image, record)
    assert (row["status"], row["rule"], row["value"]) == ("excluded", rule, value)
    assert row["image_id"] is not None


def test_policies_keep_what_they_may() -> None:
    settings = SelectSettings(burned_in_annotation="keep", min_side_px=1)
    row = one({"burned_in": "annotation", "width": 20, "height": 20}, settings=settings)
    assert (row["status"], row["burned_in"]) == ("kept", "annotation")


def test_a_release_may_admit_any_licence() -> None:
    images, records = make_images({"item": "1"}), make_records({"item": "1", "licence": "mine"})
    (row,) = select(images, records, profile="any")
    assert (row["status"], row["licence"]) == ("kept", "other")


@pytest.mark.parametrize(
    ("image", "record"),
    [
        ({"rejected": rejected(), "pixel_std": 0.0}, {}),
        ({}, {"rejected": rejected()}),
        ({"rejected": rejected()}, {"rejected": rejected("bad_row", 1.0)}),  # the pixels come first
    ],
)
def test_bad_data_is_rejected_with_its_reason(image: Row, record: Row) -> None:
    row = one(image, record)
    assert (row["status"], row["rule"], row["value"]) == ("rejected", "truncated", 3.0)
    assert [row[name] for name in ("image_id", "group_id", "split", "annotations", "licence")] == [None] * 5


def test_a_picture_that_did_not_decode_has_no_record() -> None:
    (row,) = select(make_images({"item": "1", "rejected": rejected(), "pixel_hash": None}), make_records())
    assert (row["status"], row["rule"]) == ("rejected", "truncated")


def test_a_copy_names_the_picture_that_stays_by_its_id_and_leaves_it_everything() -> None:
    images = make_images({"item": "1", "pixel_hash": "same"}, {"item": "2", "source": "b", "pixel_hash": "same"})
    records = make_records(
        {"item": "1", "annotations": [make_annotation((0, 0, 9, 9))]},
        {
            "item": "2",
            "source": "b",
            "licence": "CC BY-SA 4.0",
            "attribution": "them",
            "annotations": [make_annotation((20, 20, 30, 30), source="b", mask=make_mask())],
            "labels": [make_label()],
            "annotation_scope": ["platelet"],
        },
    )
    kept, copy = select(images, records)
    assert [(each["source"], each["licence"]) for each in kept["annotations"]] == [("a", "MIT"), ("b", "CC-BY-SA-4.0")]
    assert kept["annotations"][1]["mask"] == make_mask()
    assert (kept["licence"], kept["attribution"], kept["annotation_scope"]) == ("CC-BY-SA-4.0", "them", ["platelet"])
    assert kept["label_states"] == [
        {"category": "pneumonia", "state": "present", "visible": None, "basis": "reader", "stated": True}
    ]
    assert (copy["status"], copy["image_id"], copy["duplicate_of"]) == ("duplicate", None, kept["image_id"])
    assert [copy[name] for name in ("annotations", "annotation_scope", "label_states", "unmapped")] == [None] * 4
    assert copy["group_id"] == kept["group_id"]


def test_a_copy_of_a_closed_source_closes_the_picture() -> None:
    images = make_images({"item": "1", "pixel_hash": "same"}, {"item": "2", "source": "b", "pixel_hash": "same"})
    rows = select(images, make_records({"item": "1"}, {"item": "2", "source": "b", "licence": "mine"}))
    assert [(row["status"], row["rule"]) for row in rows] == [("excluded", "licence_not_open"), ("duplicate", None)]


def test_what_a_person_typed_wins_over_a_header() -> None:
    image = {"modality": "ct", "body_part": "chest", "sex": "F", "study": "header"}
    row = one(image, {"modality": "radiography", "age_bucket": "40-44", "study": "typed"})
    stated = [row[name] for name in ("modality", "body_part", "sex", "age_bucket", "study_id", "projection")]
    assert stated == ["radiography", "chest", "F", "40-44", "typed", None]


def test_unknown_labels_are_kept_and_the_picture_stays() -> None:
    row = one(
        {}, {"labels": [make_label(None, label="odd")], "annotations": [make_annotation(kind=None, label="blob")]}
    )
    assert (row["status"], row["unmapped"], row["label_states"]) == ("kept", ["blob", "odd"], [])


def test_licences_become_ids() -> None:
    row = one({}, {"licence": "cc by 4.0", "annotations": [make_annotation(licence="cc by-sa 4.0")]})
    assert (row["licence"], row["annotations"][0]["licence"]) == ("CC-BY-4.0", "CC-BY-SA-4.0")


def test_rows_follow_the_pictures_whatever_the_order_of_the_other_tables() -> None:
    items = [{"item": item} for item in "132"]
    images, records = make_images(*items), make_records(*items)
    tables = {
        "images": images,
        "records": records.take([2, 0, 1]),
        "decisions": decide_on(images, records).take([1, 2, 0]),
    }
    found = Select(rules=SelectSettings(), id_key=ID_KEY)(tables)
    assert found["item"].to_pylist() == ["1", "3", "2"]
    assert found["image_id"].to_pylist() == [ID_KEY.image(f"pixels of {item}", "full") for item in "132"]


def test_the_stage_fits_the_runner_and_hides_its_key() -> None:
    stage: Stage = Select(rules=SelectSettings(), id_key=IdKey(b"secret" * 8))
    assert pickle.loads(pickle.dumps(stage)) == stage
    assert "secret" not in repr(stage)
    assert "decisions" in stage.reads


def test_settings_name_what_changes_rows_and_no_more() -> None:
    def settings(id_key: IdKey = ID_KEY, **changed: Any) -> Any:
        return Select(rules=SelectSettings(**changed), id_key=id_key).settings()

    assert settings(splits={"train": 1.0}) == settings()
    assert settings(min_side_px=32) != settings()
    assert settings(id_key=IdKey()) != settings()
    assert "kkkk" not in str(settings())


def test_golden_rows_of_this_version() -> None:
    """Changed rows under an old version are wrong: raise `Select.version` together with the hash."""
    images = make_images(
        {"item": "1", "modality": "radiography", "body_part": "chest", "patient": "p"},
        {"item": "2", "width": 20},
        {"item": "3", "rejected": rejected()},
        {"item": "4", "source": "b", "pixel_hash": "pixels of 1", "study": "s"},
    )
    records = make_records(
        {"item": "1", "labels": [make_label(), make_label(None, label="odd")], "annotations": [make_annotation()]},
        {"item": "2", "licence": "mine"},
        {"item": "4", "source": "b", "annotations": [make_annotation(mask=make_mask())], "attribution": "them"},
    )
    tables = {"images": images, "records": records, "decisions": decide_on(images, records)}
    found = Select(rules=SelectSettings(), id_key=ID_KEY)(tables)
    assert found.schema == SELECTION
    assert (Select.version, rows_hash(column_hashes(found))) == (3, "758731472b6a46a8dcbe241a7ede2026")
