import gc
import json
import pickle
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from annotators.captioners.captioner import Texts
from annotators.captioners.evidence import Evidence
from annotators.captioners.rules import RuleWriter
from annotators.captioners.templates import templates_sha256
from pipeline.describe.captions import Describe
from pipeline.describe.settings import DescribeSettings
from schemas.errors import StorageError
from schemas.facts import IMAGE
from schemas.keys import column_hashes, part_key, rows_hash
from schemas.tables.captions import CAPTIONS
from schemas.tables.columns import KEY_NAMES
from tests.pipeline.describe.builders import (
    Row,
    describe,
    make_image,
    make_picture,
    make_region,
    make_selection,
    make_tables,
)
from tests.pipeline.describe.scenes import (
    SCENES,
    abdominal_ct,
    blood_smear,
    chest_film,
    fundus,
    proposals_alone,
    tissue,
)

GOLDEN = {20: "1fec99076c8107328a2401b45bc2b7a5"}


def texts_of(row: Row) -> list[str]:
    """Every text of a picture but its negatives."""
    return [row["summary"], row["report"], *(r[text] for r in row["regions"] for text in ("caption", "paraphrase"))]


def test_no_pictures_give_an_empty_table() -> None:
    rows = Describe()(make_tables([], []))
    assert rows.schema.equals(CAPTIONS, check_metadata=True)
    assert rows.num_rows == 0


def test_every_kept_picture_has_a_row_and_no_other_has() -> None:
    images = [make_image(item) for item in "dcba"]
    selection = [
        make_selection("a"),
        make_selection("b", status="excluded"),
        make_selection("c", status="duplicate"),
        make_selection("d"),
    ]
    assert [row["item"] for row in describe(make_tables(images, selection))] == ["a", "d"]


def test_views_of_one_picture_are_told_apart() -> None:
    places = [(frame, view) for view in ("lung", "bone") for frame in (1, 0)]
    images = [make_image(frame=frame, view=view) for frame, view in places]
    selection = [make_selection(frame=frame, view=view) for frame, view in places]
    rows = describe(make_tables(images, selection, [make_region((1, 1, 9, 9), "cyst", view="bone", frame=1)]))
    assert [(row["frame"], row["view"]) for row in rows] == sorted(places)
    assert [len(row["regions"]) for row in rows] == [0, 0, 1, 0]


def test_a_kept_picture_that_is_no_longer_there_ends_the_run() -> None:
    with pytest.raises(StorageError, match="1 kept pictures"):
        describe(make_tables([], [make_selection()]))


def test_it_reads_no_pixels_and_of_records_the_texts_alone() -> None:
    assert set(Describe.reads) == {"images", "selection", "regions", "records"}
    assert Describe.reads["records"] == (*KEY_NAMES, "texts")
    assert "image" not in Describe.reads["images"]
    assert "mask" not in Describe.reads["regions"]
    assert not Describe.reads_files


def test_a_changed_template_changes_the_key_of_captions() -> None:
    settings = dict(Describe().settings())
    assert settings["templates"] == templates_sha256()
    assert json.loads(json.dumps(settings)) == settings
    keys = [
        part_key("captions", 1, {**settings, "templates": templates}, {}) for templates in (templates_sha256(), "other")
    ]
    assert keys[0] != keys[1]


def test_settings_are_part_of_the_key_and_the_stage_survives_pickling() -> None:
    fewer = Describe(DescribeSettings(negatives_per_region=2))
    assert fewer.settings() != Describe().settings()
    assert pickle.loads(pickle.dumps(fewer)) == fewer


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_told_without_fault(scene: str) -> None:
    row = describe(SCENES[scene]())[0]
    assert row["rejected"] is None
    assert row["texts_origin"] == "rules"
    for text in texts_of(row):
        assert re.fullmatch(r"[A-Z0-9][^{}]*\.", text), text
        assert not re.search(r"\b(a [aeio]\w|an [bcdfgjkpqtvwyz]\w|None|the the|of of)\b|  |,,| ,|\.\.", text), text
    assert all(region["caption"] != region["paraphrase"] for region in row["regions"])


@pytest.mark.parametrize("name", ["blip", "cyst", "polyp"])
@pytest.mark.parametrize("sources", [("reader", "model"), ("model", "reader")])
def test_two_things_of_one_name_one_sure_and_one_not_are_told(name: str, sources: tuple[str, str]) -> None:
    regions = [
        make_region((20 + 300 * i, 20, 90 + 300 * i, 90), name, label_source=source) for i, source in enumerate(sources)
    ]
    (row,) = describe(make_tables([make_image(modality="ct")], [make_selection(modality="ct", group_id="g")], regions))
    assert row["rejected"] is None
    assert len(row["regions"]) == 2


def test_rows_are_as_they_were_under_this_version() -> None:
    """Changed words need no new version, since their hash is in every key; changed rules do."""
    together = pa.concat_tables([Describe()(make()) for make in SCENES.values()])
    assert GOLDEN[Describe.version] == rows_hash(column_hashes(together))


def test_pausing_collection_leaves_nothing_to_collect() -> None:
    tables = [make() for make in SCENES.values()]
    stage = Describe()
    rows = [stage(each) for each in tables]  # what is looked up once is kept by then
    gc.collect()
    gc.disable()
    try:
        again = [stage(each) for each in tables]
        assert gc.collect() == 0
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert again == rows
    stage(tables[0])
    assert gc.isenabled()


def test_order_of_rows_does_not_change_what_is_said() -> None:
    def build(turn: int) -> list[Row]:
        images = [make_image(item, modality="fundus") for item in "ab"]
        regions = [make_region((10, 10, 50, 50), "drusen", item) for item in "ab"]
        selected = [make_selection(item, modality="fundus") for item in "ab"]
        return describe(make_tables(images[::turn], selected[::turn], regions[::turn]))

    assert build(1) == build(-1)


def test_a_smear_tells_the_exact_number_of_what_is_annotated_exhaustively_alone() -> None:
    report = describe(blood_smear())[0]["report"].lower()
    assert "one white blood cell" in report
    assert re.search(r"at least fifteen red blood cells|fifteen or more red blood cells", report)
    assert "lesion" not in report


def test_an_eye_is_told_only_where_it_is_known() -> None:
    assert not any("eye" in text for text in texts_of(describe(fundus())[0]))
    assert "right eye" in describe(fundus("R"))[0]["report"]


def test_a_patient_s_side_and_lengths_are_told_only_with_orientation_and_spacing() -> None:
    oriented, bare = describe(abdominal_ct(["L", "P"]))[0], describe(abdominal_ct(None))[0]
    mirrored = describe(abdominal_ct(["R", "P"]))[0]
    assert [_sides(row) for row in (oriented, mirrored, bare)] == [{"right"}, {"left"}, set()]
    assert all(" mm " in region["caption"] for region in oriented["regions"])


def _sides(row: Row) -> set[str]:
    """The patient's sides among the facts of the cyst at the image's left."""
    return {fact["value"] for fact in row["regions"][0]["facts"] if fact["kind"] == "side"}


def test_a_film_without_labels_says_so_and_is_not_called_normal() -> None:
    text = " ".join(texts_of(describe(chest_film())[0])).lower()
    assert "annotat" in text
    assert not re.search(r"normal|no finding|clear", text)


def test_absent_labels_are_told_in_the_report() -> None:
    absent = {"state": "absent", "visible": None, "basis": "reader", "stated": True}
    labels = [{"category": name, **absent} for name in ("pneumonia", "fracture")]
    assert "pneumonia and fracture" in describe(chest_film(labels))[0]["report"]


def test_unlabelled_proposals_claim_nothing_but_their_place() -> None:
    row = describe(proposals_alone())[0]
    assert not any(re.search(r"lesion|finding|melanoma|naevus", text) for text in texts_of(row))
    assert all("area" in region["caption"] for region in row["regions"])
    assert {negative["slot"] for region in row["regions"] for negative in region["negatives"]} == {
        "image_side",
        "vertical",
        "position",
        "size",
        "other_region",
    }


def test_hundreds_of_regions_are_recorded_and_captioned_but_not_all_have_negatives() -> None:
    row = describe(tissue(200), Describe(DescribeSettings(regions_with_negatives=20)))[0]
    with_negatives = [region for region in row["regions"] if region["negatives"]]
    assert len(row["regions"]) == 200
    assert len(with_negatives) == 20
    assert all(region["caption"] and region["facts"] for region in row["regions"])
    assert "200 cell nuclei" in row["report"]


def test_facts_name_their_subject() -> None:
    row = describe(blood_smear())[0]
    assert {fact["subject"] for fact in row["facts"]} == {IMAGE}
    assert all({fact["subject"] for fact in region["facts"]} == {region["region_id"]} for region in row["regions"])


def test_a_name_that_cannot_be_said_is_noted_among_the_checks() -> None:
    row = describe(make_picture([make_region((10, 10, 50, 50), "no tumour"), make_region((90, 10, 130, 50), "cyst")]))[
        0
    ]
    assert [region["checks"] for region in row["regions"]] == [["polarity"], []]
    assert not any("tumour" in text for text in texts_of(row))
    assert any(fact["value"] == "no tumour" for fact in row["regions"][0]["facts"])


class Careless(RuleWriter):
    """Says of every picture what no fact says."""

    def write(self, evidence: Sequence[Evidence]) -> list[Texts]:
        return [replace(texts, report="A cyst of 12 mm.") for texts in super().write(evidence)]


def test_a_wrong_text_is_replaced_and_the_row_says_so() -> None:
    row = describe(blood_smear(), Describe(writer=Careless()))[0]
    assert row["rejected"] is None
    assert row["report"] == describe(blood_smear())[0]["report"]
    summary, report = row["written"]
    assert (summary["outcome"], report["outcome"]) == ("kept", "replaced")
    assert report["failures"] == ["finding", "measurement"]


def test_a_text_that_the_fallback_has_wrong_too_is_a_rejected_row() -> None:
    row = describe(blood_smear(), Describe(writer=Careless(), fallback=Careless()))[0]
    assert row["rejected"] == {"reason": "unsupported_text", "value": 2.0}
    assert row["report"] is None
    assert row["regions"] is None


def film_with_report(report: str, *regions: Row, **selected: Any) -> Row:
    film = {"modality": "radiography", "technique": "plain", "body_part": "chest", **selected}
    return describe(make_picture(regions, report=report, **film))[0]


def test_a_report_is_told_as_such_with_sides_places_and_doubt() -> None:
    row = film_with_report("Left pleural effusion. Possible pneumonia in the right lower lobe. No pneumothorax.")
    assert row["rejected"] is None
    assert "a pleural effusion on the patient's left" in row["report"]
    assert re.search(r"possib\w+[^.]* pneumonia in the right lower lobe", row["report"], re.IGNORECASE)
    assert re.search(r"no (sign|evidence) of pneumothoraces", row["report"])
    assert "pleural effusion" in row["summary"]
    assert "pneumonia" not in row["summary"]


def test_only_a_denial_licenses_a_denial() -> None:
    assert not re.search(r"\bno\b", film_with_report("Pleural effusion.")["report"])
    assert "effusion" not in film_with_report("No large pleural effusion.")["report"]


def test_of_one_finding_an_annotation_is_believed_and_the_report_is_counted() -> None:
    effusion = make_region((100, 300, 300, 500), "pleural effusion")
    row = film_with_report("No pleural effusion. No pneumothorax.", effusion)
    assert not re.search(r"no [^.]*effusion", row["report"])
    assert "pneumothoraces" in row["report"]
    assert row["left_out"] == [{"reason": "report_contradicts_annotation", "value": 1.0}]


def test_change_is_recorded_and_not_said() -> None:
    row = film_with_report("The pleural effusion is larger than before.")
    assert {("change", "larger")} <= {(fact["kind"], fact["value"]) for fact in row["facts"]}
    assert "larger" not in row["report"]


def test_the_other_side_of_what_a_report_tells_is_no_negative() -> None:
    row = film_with_report("Left pleural effusion.", make_region((100, 300, 300, 500), "pulmonary nodule"))
    assert not any("on the patient's right" in negative["text"] for negative in row["negatives"])


def test_a_name_that_a_report_states_is_no_false_name_of_a_region() -> None:
    def names(report: str) -> set[str]:
        region, scope = make_region((100, 50, 190, 110), "hard exudate"), ["cotton-wool spot"]
        row = describe(make_picture([region], report=report, modality="fundus", annotation_scope=scope))[0]
        return {each["replaced"] for each in row["regions"][0]["negatives"] if each["slot"] == "name"}

    assert names("") - names("Possible cotton-wool spots.") == {"cotton-wool spot"}


def test_a_name_that_a_report_states_is_not_falsely_there() -> None:
    def falsely_there(report: str) -> bool:
        row = describe(make_picture([], report=report, modality="fundus", annotation_scope=["cotton-wool spot"]))[0]
        return any(each["replaced"] == "cotton-wool spot present" for each in row["negatives"])

    assert falsely_there("")
    assert not falsely_there("There is a cotton-wool spot.")
