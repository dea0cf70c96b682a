from pathlib import Path
from typing import Any

import pytest

from pipeline.inventory.check import check_source
from pipeline.sources import AnnotationSettings, LabelSettings, TableSettings
from schemas.errors import SourceError
from tests.pipeline.inventory.builders import make_files, make_source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tables = {"t.csv": "name,finding\n", "twice.csv": "name,finding,name\n", "not.parquet": "PAR1"}
    return make_files(tmp_path / "s", {"xml/a.xml": "", "classes.txt": "x", **tables})


def problem(folder: Path, **settings: Any) -> str:
    with pytest.raises(SourceError) as caught:
        check_source(make_source(**settings), folder)
    return caught.value.problem


def test_a_plain_source_is_right(root: Path) -> None:
    check_source(make_source(), root)


def test_full_settings_can_be_right(root: Path) -> None:
    source = make_source(
        modality="radiography",
        technique="plain",
        body_part="chest",
        projection="PA",
        labels={"x": LabelSettings(category="pneumonia")},
        annotations=AnnotationSettings(kind="yolo", path="xml", names="classes.txt"),
        tables=(TableSettings(path="t.csv", join="name", columns={"label": "finding"}),),
    )
    check_source(source, root)


def test_a_missing_root_is_named_as_the_config_has_it(tmp_path: Path) -> None:
    assert problem(tmp_path / "absent", root="data/absent") == "its root 'data/absent' is not a folder; correct `root`"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"modality": "radiografy"}, "modality: 'radiografy'; did you mean 'radiography'?"),
        ({"modality": "qqq"}, "modality: 'qqq'; one of: ct, dental"),
        ({"modality": "ct", "technique": "arterail"}, "technique: 'arterail'; did you mean 'arterial'?"),
        ({"technique": "plain"}, "technique: needs `modality` beside it"),
        ({"body_part": "chets"}, "body_part: 'chets'; did you mean 'chest'?"),
        ({"projection": "lateralis"}, "projection: 'lateralis'; did you mean 'lateral'?"),
        (
            {"labels": {"x": LabelSettings(category="pneumona")}},
            "labels.x.category: 'pneumona'; did you mean 'pneumonia'?",
        ),
        ({"annotations": AnnotationSettings(kind="voc", path="XML")}, "annotations.path: 'XML' is not a folder"),
        ({"annotations": AnnotationSettings(kind="yolo")}, "annotations.names: yolo needs the file of class names"),
        ({"annotations": AnnotationSettings(kind="yolo", names="no")}, "annotations.names: no file 'no'"),
        ({"annotations": AnnotationSettings(kind="label_masks", path="xml")}, "label masks need either `values`"),
        (
            {"annotations": AnnotationSettings(kind="label_masks", path="xml", values={1: "a"}, instances="b")},
            "label masks need either `values`",
        ),
        ({"annotations": AnnotationSettings(kind="label_masks", instances="a")}, "need a `prefix` or `suffix`"),
        ({"include": ("**", "[z-a].png")}, "include: '[z-a].png' is no pattern: bad character range z-a"),
        ({"exclude": ("[b-a]",)}, "exclude: '[b-a]' is no pattern"),
        ({"tables": (TableSettings(path="twice.csv", join="name"),)}, "several columns are named 'name'"),
        ({"tables": (TableSettings(path="no.csv", join="name"),)}, "tables.0: no file 'no.csv'"),
        ({"tables": (TableSettings(path="t.csv", join="nam"),)}, "tables.0: no column 'nam'; did you mean 'name'?"),
        (
            {"tables": (TableSettings(path="t.csv", join="name", columns={"sex": "qq"}),)},
            "tables.0: no column 'qq'; one of: finding, name",
        ),
        ({"tables": (TableSettings(path="t.csv", join="name", states={"e": "E"}),)}, "tables.0: no column 'e'"),
        ({"tables": (TableSettings(path="not.parquet", join="name"),)}, "tables.0: it is not readable as Parquet"),
    ],
)
def test_wrong_settings_say_where_and_what_instead(root: Path, settings: dict[str, Any], said: str) -> None:
    assert said in problem(root, **settings)
