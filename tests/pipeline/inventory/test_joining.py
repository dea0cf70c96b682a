import json
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.inventory.joining import TableCounts
from pipeline.sources import TableSettings
from schemas.errors import SourceError
from schemas.ids import IdKey
from tests.pipeline.inventory.builders import Taken, make_files, make_source, png, take

COLUMNS = {"label": "finding", "sex": "sex"}


def joined(root: Path, table: str = "name,finding,sex\na.png,Mass,F\n", **settings: Any) -> Taken:
    make_files(root, {"table.csv": table})
    chosen = {"path": "table.csv", "join": "name", "columns": COLUMNS, **settings}
    return take(root, make_source(tables=(TableSettings(**chosen),)))


def said(taken: Taken, path: str) -> dict[str, Any] | None:
    record = taken.rows[path]["record"]
    return None if record is None else dict(json.loads(record))


MASS = {"labels": [["Mass", "present", "reader"]], "sex": "F"}


def test_rows_reach_their_images(tmp_path: Path) -> None:
    taken = joined(make_files(tmp_path / "s", {"x/a.png": png(1), "b.png": png(2)}))
    assert said(taken, "x/a.png") == MASS
    assert said(taken, "b.png") is None
    assert taken.counts.tables == (TableCounts(rows=1, elsewhere=0, without_image=0, repeated=0, images_without_row=1),)
    assert taken.rows["table.csv"]["used_by"] == 1


@pytest.mark.parametrize(
    ("join_by", "cell"),
    [
        ("name", "a.png"),
        ("name", "somewhere/a.png"),
        ("name", "C:\\images\\a.png"),
        ("stem", "a"),
        ("stem", "a.png"),
        ("path", "x/a.png"),
        ("path", "./x/../x/a.png"),
    ],
)
def test_images_are_named_by_name_stem_or_path(tmp_path: Path, join_by: str, cell: str) -> None:
    root = make_files(tmp_path / "s", {"x/a.png": png(1), "x/b.png": png(2)})
    assert said(joined(root, f"name,finding,sex\n{cell},Mass,F\n", join_by=join_by), "x/a.png") == MASS


def test_dots_of_an_identifier_are_no_suffix(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"1.2.840.1.dcm": b"\x00" * 128 + b"DICM", "1.2.840.2": b"\x00" * 128 + b"DICM"})
    taken = joined(root, "name,finding,sex\n1.2.840.1,Mass,F\n1.2.840.2,Mass,F\n", join_by="stem")
    assert said(taken, "1.2.840.1.dcm") == said(taken, "1.2.840.2") == MASS


def test_paths_may_start_from_another_folder(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"x/a.png": png(1)})
    make_files(tmp_path, {"ALL.csv": "name,finding,sex\ns/x/a.png,Mass,F\nother/b.png,Mass,F\ns/x/gone.png,Mass,F\n"})
    taken = joined(root, path="../ALL.csv", join_by="path", join_root="..")
    assert said(taken, "x/a.png") == MASS
    assert taken.counts.tables == (TableCounts(3, elsewhere=1, without_image=1, repeated=0, images_without_row=0),)
    assert taken.fates()["../ALL.csv"] == ("table", None)


def test_accents_join_however_they_are_composed(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {unicodedata.normalize("NFD", "é.png"): png()})
    taken = joined(root, f"name,finding,sex\n{unicodedata.normalize('NFC', 'é.png')},Mass,F\n")
    assert said(taken, unicodedata.normalize("NFD", "é.png")) == MASS


def test_jsonl_and_parquet_join_too(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1)})
    assert said(joined(root, '{"name": "a.png", "finding": ["Mass"], "sex": "F"}\n'), "a.png") == MASS
    pq.write_table(pa.table({"name": ["a.png"], "finding": ["Mass"], "sex": ["F"]}), root / "t.parquet")
    assert said(joined(root, path="t.parquet"), "a.png") == MASS


def test_a_changed_row_changes_the_row_of_its_image_alone(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "b.png": png(2)})
    before = joined(root, "name,finding,sex\na.png,Mass,F\nb.png,Mass,F\n").rows
    after = joined(root, "name,finding,sex\nb.png,Nodule,F\na.png,Mass,F\n").rows
    assert before["a.png"] == after["a.png"]
    assert before["b.png"]["record"] != after["b.png"]["record"]
    assert before["b.png"]["sha256"] == after["b.png"]["sha256"]


def test_a_row_that_says_the_same_again_is_counted(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1)})
    assert joined(root, "name,finding,sex,x\na.png,Mass,F,1\na.png,Mass,F,2\n").counts.tables[0].repeated == 1


def test_rows_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "b.png": png(2)})
    table = "name,finding,sex\nb.png,Mass,F\na.png,Mass,F\nb.png,Mass,M\n"
    with pytest.raises(SourceError, match=r"tables\.0: rows 2 and 4 say different things of one image"):
        joined(root, table)


def test_a_row_that_names_several_images_is_named(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"x/a.png": png(1), "y/a.png": png(2)})
    with pytest.raises(SourceError, match="row 2 names 2 images; join by path"):
        joined(root)


def test_a_table_that_names_no_image_ends_the_run(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1)})
    with pytest.raises(SourceError, match=r"none of its 1 rows names an image; check join \('name'\)"):
        joined(root, "name,finding,sex\nb.png,Mass,F\n")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('name,finding,sex\n"a.png,Mass,F\n', "line 2: unexpected end of data"),
        ("name,finding,sex\na.png,Mass,F,more\n", "row 2 has 4 cells, the header 3"),
        ('{"name": "a.png", "finding": "x", "sex": "F"}\n{"finding": "y"}\n', "row 2 has no column 'name'"),
        ('{"name": "a.png", "finding": "x", "sex": "F"}\n[1]\n', "line 2 is no JSON object"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path: Path, table: str, problem: str) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1)})
    with pytest.raises(SourceError, match=problem):
        joined(root, table)


def test_identifiers_never_reach_the_inventory(tmp_path: Path) -> None:
    root = make_files(tmp_path / "s", {"a.png": png(1), "t.csv": "name,pid\na.png,CANARY-77\n"})
    tables = (TableSettings(path="t.csv", join="name", columns={"patient": "pid"}),)
    taken = take(root, make_source(tables=tables), key=IdKey(b"k" * 32))
    assert "CANARY" not in str(taken.table.to_pydict())
    assert said(taken, "a.png") == {"patient": IdKey(b"k" * 32).pseudonym("patient", "s", "CANARY-77")}


def test_later_tables_add_to_earlier_ones(tmp_path: Path) -> None:
    files = {
        "a.png": png(1),
        "b.png": png(2),
        "t.csv": "n,f\na.png,Mass\nb.png,Mass\n",
        "u.csv": "n,f,l\na.png,Nodule,MIT\n",
    }
    root = make_files(tmp_path / "s", files)
    tables = (
        TableSettings(path="t.csv", join="n", columns={"label": "f"}),
        TableSettings(path="u.csv", join="n", columns={"label": "f", "licence": "l"}),
    )
    taken = take(root, make_source(tables=tables))
    labels = [["Mass", "present", "reader"], ["Nodule", "present", "reader"]]
    assert said(taken, "a.png") == {"labels": labels, "licence": "MIT"}
    assert said(taken, "b.png") == {"labels": labels[:1]}
    assert (taken.rows["t.csv"]["used_by"], taken.rows["u.csv"]["used_by"]) == (2, 1)
