"""Committed files that somebody removed: the next build makes them again, and nothing else."""

from pathlib import Path

import pytest

from pipeline.work import TABLES
from tests.flows.corpora import build_small, make_corpus, manifest


@pytest.mark.parametrize("stage", TABLES)
def test_a_part_that_was_removed_is_made_again_and_the_release_stays_the_same(tmp_path: Path, stage: str) -> None:
    config, work = make_corpus(tmp_path / "sources", smears=2, films=1), tmp_path / "work"
    whole = manifest(build_small(config, work))
    parts = sorted((work / stage).glob("*.parquet"))
    for path in parts:
        path.unlink()
    assert manifest(build_small(config, work)) == whole
    assert sorted((work / stage).glob("*.parquet")) == parts
