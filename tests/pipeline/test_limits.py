from pathlib import Path

import pytest

from pipeline.limits import bytes_needed, check_rejected_share, check_space, free_bytes
from pipeline.sources import SourceSettings
from pipeline.work import StageIndex, StoredPart, Work
from schemas.errors import RejectedShare, StorageError


def index(stage: str, rows: int, **rejected: int) -> StageIndex:
    other = StoredPart("other/all", "o", 9, {"truncated": 9}, {})
    return StageIndex(stage, 1, (StoredPart("a/all", "k", rows, rejected, {}), other))


def source(limit: float) -> SourceSettings:
    return SourceSettings(name="a", root=".", licence="MIT", rejected_limit=limit)


@pytest.mark.parametrize(
    ("limit", "listed", "ingested", "falls_short"),
    [
        (0.05, {}, {}, False),
        (0.05, {}, {"truncated": 5}, False),
        (0.05, {}, {"truncated": 6}, True),
        (0.0, {}, {"truncated": 1}, True),
        (1.0, {}, {"truncated": 100}, False),
        (0.05, {"empty_file": 6}, {}, True),
        (0.05, {"format_in_later_step": 60}, {"not_an_image": 60}, False),  # never were pictures
    ],
)
def test_only_lost_pictures_of_the_source_count(
    tmp_path: Path, limit: float, listed: dict[str, int], ingested: dict[str, int], falls_short: bool
) -> None:
    work, found = Work(str(tmp_path)), (index("inventory", 100, **listed), index("images", 100, **ingested))
    if falls_short:
        with pytest.raises(RejectedShare, match=r"'a': \d+ of \d+ images"):
            check_rejected_share(source(limit), *found, work)
    else:
        check_rejected_share(source(limit), *found, work)


def test_too_little_space_is_told_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"about .* GB are needed and .* GB are free"):
        check_space(Work(str(tmp_path)), 10**18)
    check_space(Work(str(tmp_path)), 1)
    check_space(Work("memory://x"), 10**18)  # an object store tells no free space


def test_what_is_there_already_is_not_needed_again(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(b"x" * 1000)
    assert bytes_needed(Work(str(tmp_path)), 1000) == 1500
    assert bytes_needed(Work(str(tmp_path / "none")), 1000) == 2500


def test_space_is_that_of_the_disk_of_a_folder_yet_to_be_made(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b") > 0
