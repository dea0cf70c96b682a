import gzip
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from tests.flows.corpora import build_small, make_corpus, order_for


@pytest.mark.parametrize("splits", ["{train: 0.5}", "{train: 1.5, test: -0.5}", "{}"])
def test_splits_that_are_no_partition_end_a_run_before_it_begins(tmp_path: Path, splits: str) -> None:
    config = make_corpus(tmp_path / "sources", smears=1, films=1)
    with pytest.raises(ConfigError, match="fractions sum to"):
        order_for(config, tmp_path / "work", f"select.splits={splits}")
    assert not (tmp_path / "work").exists()


def test_a_corpus_of_volumes_alone_is_a_wrong_run(tmp_path: Path) -> None:
    root, config = tmp_path / "volumes", tmp_path / "corpus.yaml"
    root.mkdir()
    header = b"\x5c\x01\x00\x00".ljust(344, b"\0") + b"n+1\0"
    (root / "brain.nii.gz").write_bytes(gzip.compress(header + bytes(100)))
    config.write_text(f"name: a\nids: content\nsources: [{{name: v, root: {root}, licence: MIT}}]")
    with pytest.raises(ConfigError, match="none holds a PNG"):
        build_small(config, tmp_path / "work")
    assert [path.name for path in (tmp_path / "work").iterdir()] == [".lock"]
