"""A build and `gc` remove files, so neither may be let loose on a folder that holds anything else."""

from pathlib import Path

import pytest

from flows.commands.gc import run as gc
from flows.work_folder import is_foreign
from schemas.errors import WrongRun
from tests.flows.corpora import build_small, make_corpus, order_for


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return make_corpus(tmp_path / "data", smears=1, films=1)


@pytest.mark.parametrize("place", ["data/films", "data", "."])
def test_a_work_directory_that_is_or_holds_a_source_is_refused(config: Path, tmp_path: Path, place: str) -> None:
    with pytest.raises(WrongRun, match="holds source"):
        order_for(config, tmp_path / place)
    assert not (tmp_path / place / "inventory").exists()


def test_a_link_to_a_source_is_refused_too(config: Path, tmp_path: Path) -> None:
    (tmp_path / "work").symlink_to(tmp_path / "data" / "films")
    with pytest.raises(WrongRun, match="holds source"):
        order_for(config, tmp_path / "work")


def test_a_work_directory_within_a_source_is_no_part_of_it(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "data" / "films" / "work"
    first = build_small(config, work)
    assert build_small(config, work).release == first.release


def test_a_folder_with_other_files_is_left_alone(config: Path, tmp_path: Path) -> None:
    mine = tmp_path / "other" / "images" / "mine.parquet"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(WrongRun, match="no work directory"):
        order_for(config, tmp_path / "other")
    with pytest.raises(WrongRun, match="no work directory"):
        gc(str(tmp_path / "other"), dry_run=False)
    assert [path.name for path in (tmp_path / "other").rglob("*")] == ["images", "mine.parquet"]


@pytest.mark.parametrize(
    ("names", "foreign"),
    [
        ([], False),
        ([".gitkeep"], False),
        (["lost+found"], False),
        (["notes.txt"], True),
        ([".lock", "log"], False),
        (["log"], True),
    ],
)
def test_a_folder_is_foreign_by_what_can_be_seen_in_it(tmp_path: Path, names: list[str], foreign: bool) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert is_foreign(tmp_path) is foreign
