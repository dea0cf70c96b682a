import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.ingest.records import Records
from pipeline.sources import AnnotationSettings, LabelSettings, SourceSettings, TableSettings
from schemas.keys import column_hashes, rows_hash
from schemas.tables.images import IMAGES
from schemas.tables.inventory import INVENTORY
from schemas.tables.records import RECORDS

Row = dict[str, Any]


def make_source(**settings: Any) -> SourceSettings:
    return SourceSettings(**{"name": "s", "root": "s", "licence": "MIT", "modality": "radiography", **settings})


def make_voc(*labels: str, xmax: int = 20) -> bytes:
    box = f"<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>{xmax}</xmax><ymax>10</ymax></bndbox>"
    objects = "".join(f"<object><name>{label}</name>{box}</object>" for label in labels)
    return f"<annotation>{objects}</annotation>".encode()


class Part:
    """Rows of the inventory and of images, and the annotation files' paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inventory: list[Row] = []
        self.images: list[Row] = []
        self.files: list[Row] = []

    def add(self, item: str, said: Row | None = None, *, voc: bytes | None = None, group: str | None = None) -> "Part":
        support = []
        if voc is not None:
            path = self.folder / f"{item}.xml"
            path.write_bytes(voc)
            support = [{"item": f"x{item}", "sha256": hashlib.sha256(voc).hexdigest(), "kind": "voc"}]
            self.files.append({"item": f"x{item}", "path": str(path)})
        record = None if said is None else json.dumps(said)
        self.inventory.append({"item": item, "support": support, "record": record, "group": group})
        return self

    def picture(self, item: str, frame: int = 0, view: str = "", **more: Any) -> "Part":
        wh = {"source_width": 100, "source_height": 50}
        self.images.append({"source": "s", "item": item, "frame": frame, "view": view, **wh, **more})
        return self

    def rows(self, source: SourceSettings | None = None) -> list[Row]:
        stage = Records(source or make_source())
        inventory = pa.Table.from_pylist(
            self.inventory, pa.schema([INVENTORY.field(n) for n in stage.reads["inventory"]])
        )
        images = pa.Table.from_pylist(self.images, IMAGES).select(stage.reads["images"])
        files = pa.Table.from_pylist(self.files, pa.schema([("item", pa.string()), ("path", pa.string())]))
        table = stage({"inventory": inventory, "images": images, "files": files})
        assert table.schema.equals(RECORDS)
        rows: list[Row] = table.to_pylist()
        return rows


@pytest.fixture
def part(tmp_path: Path) -> Part:
    return Part(tmp_path)


def test_an_empty_part_has_no_rows(part: Part) -> None:
    assert part.rows() == []


def test_a_picture_without_words_has_those_of_its_source(part: Part) -> None:
    source = make_source(attribution="somebody", body_part="chest", technique="plain")
    (row,) = part.add("a", group="g").picture("a").rows(source)
    said = {name: value for name, value in row.items() if value is not None}
    assert said == {
        **{
            "source": "s",
            "item": "a",
            "frame": 0,
            "view": "",
            "licence": "MIT",
            "attribution": "somebody",
            "group": "g",
        },
        **{"modality": "radiography", "body_part": "chest", "technique": "plain"},
        **{"labels": [], "texts": [], "annotations": [], "annotation_scope": [], "dropped": []},
    }


def test_there_is_a_row_for_every_picture_that_was_not_rejected(part: Part) -> None:
    part.add("b").add("a").picture("b", 1, "v").picture("b", 0).picture("a").picture("b", 1)
    part.picture("b", 2, rejected={"reason": "blank", "value": 0.0})
    assert [(row["item"], row["frame"], row["view"]) for row in part.rows()] == [
        ("a", 0, ""),
        ("b", 0, ""),
        ("b", 1, ""),
        ("b", 1, "v"),
    ]


def test_a_row_speaks_before_its_source(part: Part) -> None:
    said = {
        **{"licence": "CC BY 4.0", "attribution": "her", "patient": "p", "study": "t", "lesion": "l"},
        **{"sex": "f", "age": "44", "projection": "PA", "texts": [["report", "Clear."], ["note", "n"]]},
    }
    (row,) = part.add("a", said).picture("a").rows(make_source(attribution="him"))
    assert (row["licence"], row["attribution"]) == ("CC BY 4.0", "her")
    assert (row["patient"], row["study"], row["lesion"]) == ("p", "t", "l")
    assert (row["sex"], row["age_bucket"], row["projection"]) == ("F", "40-44", "pa")
    assert row["texts"] == [{"kind": "report", "text": "Clear."}, {"kind": "note", "text": "n"}]


def test_labels_are_mapped_and_unknown_ones_stay_unmapped(part: Part) -> None:
    labels = [
        ["Effusion", "present", "report"],
        ["Mass", "absent", "report"],
        ["gibberish", "uncertain", "reader"],
        ["No Finding", "present", "report"],
        ["Effusion", "present", "report"],
        ["Nodule", None, "report"],
    ]
    (row,) = part.add("a", {"labels": labels}).picture("a").rows()
    assert [(each["label"], each["category"], each["state"]) for each in row["labels"]] == [
        ("Effusion", "pleural_effusion", "present"),
        ("Mass", "lung_tumour", "absent"),
        ("gibberish", None, "uncertain"),
        ("No Finding", "no_finding", "present"),
    ]
    assert row["dropped"] == [{"reason": "label_state_unknown", "value": 0.0}]


def test_a_header_helps_to_understand_a_label(part: Part) -> None:
    part.add("a", {"labels": [["Nodule", "present", "reader"]]}).picture("a", modality="ct")
    (row,) = part.rows(make_source(modality=None))
    assert row["labels"][0]["category"] == "lung_tumour"
    assert row["modality"] is None


CELLS = {
    "RBC": LabelSettings(kind="cell", name="red blood cell"),
    "WBC": LabelSettings(kind="cell", name="white blood cell"),
}


def make_smears(**settings: Any) -> SourceSettings:
    annotations = AnnotationSettings(kind="voc", **settings)
    return make_source(modality="microscopy", annotations=annotations, labels=CELLS, exhaustive=("WBC",))


def test_annotations_carry_their_meaning_and_origin(part: Part) -> None:
    source = make_smears(licence="CC BY-SA 4.0", label_source="model")
    (row,) = part.add("a", voc=make_voc("WBC", "odd")).picture("a").rows(source)
    whites, odd = row["annotations"]
    assert whites == {
        **{"label": "WBC", "kind": "cell", "name": "white blood cell", "category": None, "box_xyxy": [0, 0, 20, 10]},
        **{
            "mask": None,
            "attributes": [],
            "exhaustive": True,
            "label_source": "model",
            "licence": "CC BY-SA 4.0",
            "source": "s",
        },
    }
    assert (odd["label"], odd["kind"], odd["name"], odd["exhaustive"]) == ("odd", None, None, False)
    assert row["licence"] == "MIT"
    assert row["annotation_scope"] == ["white blood cell"]


def test_annotations_without_a_licence_have_that_of_their_image(part: Part) -> None:
    (row,) = part.add("a", {"licence": "CC0-1.0"}, voc=make_voc("WBC")).picture("a").rows(make_smears())
    assert row["annotations"][0]["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("voc", "scope", "reasons"),
    [
        (None, [], []),
        (make_voc(), ["white blood cell"], []),
        (make_voc("RBC"), ["white blood cell"], []),
        (make_voc("WBC", xmax=110), ["white blood cell"], ["box_clipped"]),
        (make_voc("RBC", xmax=-5), ["white blood cell"], ["box_empty"]),
        (make_voc("WBC", xmax=-5), [], ["box_empty"]),
        (make_voc("WBC", ""), [], ["label_missing"]),
        (make_voc("WBC")[:-9], [], ["annotation_unreadable"]),
    ],
)
def test_only_what_was_wholly_read_counts_as_exhaustive(
    part: Part, voc: bytes | None, scope: list[str], reasons: list[str]
) -> None:
    (row,) = part.add("a", voc=voc).picture("a").rows(make_smears())
    assert row["annotation_scope"] == scope
    assert [each["reason"] for each in row["dropped"]] == reasons
    assert all(each["exhaustive"] is (each["label"] == "WBC" and bool(scope)) for each in row["annotations"])


def test_settings_hold_what_words_mean_and_not_where_files_lie() -> None:
    near, far = make_smears(path="a"), make_smears(path="b", prefix="x")
    assert Records(near).settings() == Records(far).settings()
    moved = make_source(
        root="elsewhere", include=("*",), tables=(TableSettings(path="t", join="n"),), rejected_limit=1.0
    )
    assert Records(moved).settings() == Records(make_source()).settings()
    assert Records(make_smears(licence="x")).settings() != Records(near).settings()
    assert json.loads(json.dumps(Records(near).settings()))
    assert "elsewhere" not in json.dumps(Records(moved).settings())


def test_the_stage_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Records(make_smears()))) == Records(make_smears())


def test_the_rows_of_this_version(part: Part) -> None:
    """Changed rows need a new version."""
    said = {"labels": [["gibberish", "present", "reader"]], "age": "61", "sex": "w", "patient": "p", "laterality": "OS"}
    part.add("a", said, voc=make_voc("WBC", "RBC", xmax=104), group="g").picture("a").add("b").picture("b", 3, "v")
    rows = pa.Table.from_pylist(part.rows(make_smears()), RECORDS)
    assert (Records.version, rows_hash(column_hashes(rows))) == (2, "f421ede33fe849ab617c1dd8fa3c9d1a")
