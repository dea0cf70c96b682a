"""A release opens with the readers that people use, offline."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import PIL.Image
import pytest
import torch
from torch.utils.data import DataLoader

from tests.pipeline.release.builders import decoded
from tests.pipeline.release.releases import some_pictures, write_release

REPOSITORY = Path(__file__).parents[3]
SPLITS = {"train": 8, "validation": 2, "test": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    write_release(folder, some_pictures())
    return folder


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    import datasets

    datasets.disable_progress_bars()
    return datasets


@pytest.mark.parametrize("streaming", [False, True])
def test_load_dataset_gives_splits_and_decoded_pictures(
    datasets: Any, folder: Path, tmp_path: Path, streaming: bool
) -> None:
    corpus = datasets.load_dataset(str(folder), cache_dir=str(tmp_path), streaming=streaming)
    assert {name: sum(1 for _ in split) for name, split in corpus.items()} == SPLITS
    row = next(row for row in corpus["train"] if row["regions"])
    assert isinstance(row["image"], PIL.Image.Image)
    assert row["image"].size == (row["width"], row["height"])
    crop = row["regions"][0]["crop"]
    assert isinstance(crop, PIL.Image.Image)
    assert np.asarray(crop).std() > 0
    assert len(row["regions"][0]["box_xyxy"]) == 4
    assert row["regions"][0]["negatives"][0]["text"].startswith("A platelet")


def test_pandas_reads_a_shard(folder: Path) -> None:
    frame = pd.read_parquet(next(folder.glob("train-*.parquet")), columns=["image_id", "split", "image", "regions"])
    assert len(frame) == SPLITS["train"]
    assert decoded(frame["image"].iloc[0]["bytes"]).ndim >= 2


# Dask 2026.8 resets an index in place, of which pandas 3.1 warns; not ours to mend.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_dask_reads_all_shards(folder: Path) -> None:
    import dask.dataframe

    frame = dask.dataframe.read_parquet(str(folder / "*.parquet"), columns=["image_id", "split"])
    assert frame.groupby("split").size().compute(scheduler="synchronous").to_dict() == SPLITS


def test_duckdb_asks_within_regions(folder: Path) -> None:
    question = f"""
        select split, count(*), sum(len(regions)), min(octet_length(image.bytes)) > 0
        from '{folder}/*.parquet' group by split
    """
    found = {row[0]: row[1:] for row in duckdb.sql(question).fetchall()}
    regions = {split: sum(len(p.regions) for p in some_pictures() if p.split == split) for split in SPLITS}
    assert found == {split: (rows, regions[split], True) for split, rows in SPLITS.items()}


EXAMPLE = REPOSITORY / "examples" / "torch_dataset.py"


def test_the_torch_example_gives_every_pair_once(folder: Path) -> None:
    dataset = runpy.run_path(str(EXAMPLE))["ReleasedPairs"](folder)
    pairs = list(DataLoader(dataset, batch_size=None))
    assert len(pairs) == SPLITS["train"]
    for image, report in pairs:
        assert (image.shape[0], image.dtype) == (3, torch.uint8)
        assert report == "A blood smear with cells."


WORKERS = """
from pathlib import Path
from torch.utils.data import DataLoader
from torch_dataset import ReleasedPairs
if __name__ == "__main__":
    loader = DataLoader(ReleasedPairs(Path({folder!r})), batch_size=None, num_workers=2)
    print(sum(1 for _ in loader))
"""


@pytest.mark.slow
def test_workers_of_the_torch_example_share_the_rows(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(WORKERS.format(folder=str(folder)))
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLE.parent)}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=200)
    assert done.stdout.strip() == str(SPLITS["train"])
