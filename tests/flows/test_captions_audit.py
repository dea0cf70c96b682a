"""`medregion captions audit`, as a user runs it, on small releases of made-up texts."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import call, guarded
from tests.pipeline.describe.audit.builders import fair, make_pairs, own_word, write_release

Call = Callable[..., tuple[int, str, str]]
FILES = ["captions_audit.html", "captions_audit.json", "captions_audit.md"]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command in this process: exit code, stdout, stderr."""

    def called(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["medregion", "captions", "audit", *map(str, arguments)])
        code = guarded(call)
        return code, *capfd.readouterr()

    return called


def test_a_release_that_gives_itself_away_is_exit_1_and_its_tables_are_written(tmp_path: Path, here: Call) -> None:
    release = write_release(tmp_path / "release", make_pairs(own_word))
    code, out, err = here(release, "--out", tmp_path / "out")
    assert code == 1
    assert "fell short: texts alone tell which is true" in err
    assert "region name" in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    told = json.loads((tmp_path / "out" / "captions_audit.json").read_text())
    assert told["release"] == "made-0123"
    assert {row["classifier"] for row in told["rows"] if row["exceeded"]} == {"ngrams", "companions", "likelihood"}


def test_a_release_within_the_bounds_is_exit_0(tmp_path: Path, here: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    release = write_release(tmp_path / "release", make_pairs(fair, patients=400, each=6, seed=1))
    code, out, err = here(release)
    assert code == 0, out
    assert "every bound of 0.55 is met" in out
    assert "fell short" not in err
    assert sorted(path.name for path in (tmp_path / "audits" / "made-0123").iterdir()) == FILES


def test_a_limit_and_a_seed_are_told(tmp_path: Path, here: Call) -> None:
    release = write_release(tmp_path / "release", make_pairs(fair))
    code, _, _ = here(release, "--out", tmp_path / "out", "--limit", "15", "--seed", "7")
    assert code == 0
    about = json.loads((tmp_path / "out" / "captions_audit.json").read_text())["about"]
    assert (about["seed"], about["patients"], about["patients of the release"]) == (7, 15, 300)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Missing argument 'RELEASE'"),
        (["/nowhere"], "/nowhere: no manifest.json"),
        (["/nowhere", "--limit", "0"], "'--limit'"),
    ],
)
def test_a_wrong_use_is_one_line_and_exit_2(here: Call, arguments: list[str], line: str) -> None:
    code, _, err = here(*arguments)
    assert (code, len(err.splitlines())) == (2, 1)
    assert line in err


def test_a_folder_that_cannot_be_written_is_exit_2_before_anything_is_fitted(tmp_path: Path, here: Call) -> None:
    release = write_release(tmp_path / "release", make_pairs(fair, patients=30))
    (tmp_path / "file").write_text("")
    code, _, err = here(release, "--out", tmp_path / "file" / "out")
    assert code == 2
    assert "name another folder with --out" in err
    assert "fitting" not in err
