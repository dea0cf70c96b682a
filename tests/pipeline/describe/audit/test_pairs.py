import json
from pathlib import Path

import pytest

from pipeline.describe.audit.pairs import halves, read_pairs
from schemas.errors import SchemaError, WrongRun
from tests.pipeline.describe.audit.builders import fair, make_pair, make_pairs, write_release

REGION = make_pair("A cyst.", "A mass.", group_id="a")
REPORT = make_pair("Two cysts.", "One cyst.", of="report", slot="count", original="2", replaced="1", group_id="a")
OTHER = make_pair("A rib.", "A clavicle.", original="rib", replaced="clavicle", group_id="b", modality="radiography")
PIXELS = ("image", "facts", "provenance")


def test_pairs_are_those_of_reports_and_of_regions(tmp_path: Path) -> None:
    found = read_pairs(str(write_release(tmp_path / "r", [REGION, REPORT, OTHER])), 0)
    assert sorted(found.pairs, key=lambda pair: pair.true) == [REGION, OTHER, REPORT]
    assert (found.patients, found.all_patients) == (2, 2)
    assert found.negatives == {"report": {0: 1, 1: 1}, "region": {1: 2}}


def test_no_pixel_and_no_other_column_is_asked_for(tmp_path: Path) -> None:
    found = read_pairs(str(write_release(tmp_path / "r", [REGION], without=PIXELS)), 0)
    assert list(found.pairs) == [REGION]


def test_what_is_not_known_of_a_picture_is_a_word(tmp_path: Path) -> None:
    (pair,) = read_pairs(str(write_release(tmp_path / "r", [REGION], modality=None, body_part=None)), 0).pairs
    assert (pair.modality, pair.body_part) == ("unknown", "unknown")


def test_a_text_that_was_withheld_has_no_pair_and_is_not_counted(tmp_path: Path) -> None:
    found = read_pairs(str(write_release(tmp_path / "r", [REGION, REPORT], report=None)), 0)
    assert list(found.pairs) == [REGION]
    assert found.negatives["report"] == {}


def test_a_limit_is_of_patients_drawn_by_the_seed(tmp_path: Path) -> None:
    release = str(write_release(tmp_path / "r", make_pairs(fair, patients=40, each=2)))
    drawn = [frozenset(pair.group_id for pair in read_pairs(release, seed, 10).pairs) for seed in (0, 0, 1)]
    assert [len(groups) for groups in drawn] == [10, 10, 10]
    assert drawn[0] == drawn[1] != drawn[2]
    assert read_pairs(release, 0, 10).all_patients == 40
    assert len(read_pairs(release, 0, 1000).pairs) == 80


def test_a_release_without_negatives_is_a_wrong_run(tmp_path: Path) -> None:
    with pytest.raises(WrongRun, match="no text has a negative"):
        read_pairs(str(write_release(tmp_path / "r", [REGION], regions=None)), 0)


def test_a_release_of_another_version_is_refused(tmp_path: Path) -> None:
    release = write_release(tmp_path / "r", [REGION])
    (release / "manifest.json").write_text(json.dumps({"schema_version": 1}))
    with pytest.raises(SchemaError, match="rows of version 1"):
        read_pairs(str(release), 0)


def test_halves_share_no_patient_and_lose_no_pair() -> None:
    pairs = make_pairs(fair, patients=200, each=3)
    one, other = halves(pairs, "a")
    assert not {pair.group_id for pair in one} & {pair.group_id for pair in other}
    assert len(one) + len(other) == 600
    assert 200 < len(one) < 400
    assert halves(pairs, "b")[0] != one
