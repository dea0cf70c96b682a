"""`medregion train`, `evaluate` and `embed`, as a user runs them, on a small release of coloured discs."""

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from flows.commands import embed
from flows.commands.evaluate import EvaluateCommand
from flows.commands.evaluate import run as evaluate
from flows.commands.train import TrainCommand
from flows.commands.train import run as train
from pipeline.clip.embed_images import EMBEDDINGS
from pipeline.clip.journal import read_lines
from schemas.errors import ConfigError, FellShort, SourceError, StorageError, WeightsError, WrongRun
from tests.pipeline.clip.releases import make_release

TRAIN = """
name: discs
release: {release}
model:
  embedding: 12
  image: {{side_px: 32, patch_px: 4, width: 16, depth: 1, heads: 2}}
  text: {{width: 16, depth: 1, heads: 2, tokens: 24, vocabulary: 200}}
  roi: {{regions: 3, crop_px: 16}}
train:
  batch: 8
  threads: 1
  device: cpu
  log_every: 2
  checkpoint_every: 4
  stages:
    - {{name: warmup, steps: 4, report: 1.0}}
    - {{name: joint, steps: 4, report: 1.0, region: 1.0, negatives: 0.5, roi: true}}
"""
EVALUATE = """
name: discs
checkpoint: {run}
release: {release}
evaluate: {{resamples: 20, threads: 1, device: cpu, examples: 1}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release, a run on it, and the config of its evaluation."""
    place = tmp_path_factory.mktemp("training")
    release = make_release(place / "release", {"train": 24, "test": 44})
    (place / "train.yaml").write_text(TRAIN.format(release=release))
    (place / "evaluate.yaml").write_text(EVALUATE.format(run=place / "run", release=release))
    train(TrainCommand(place / "train.yaml", str(place / "run"), ()))
    return place


def test_a_run_leaves_checkpoints_log_events_curves_and_its_config(folder: Path) -> None:
    run = folder / "run"
    assert [path.name for path in sorted((run / "checkpoints").iterdir())] == ["00000004", "00000008"]
    assert [line["step"] for line in read_lines(run)] == [2, 4, 6, 8]
    assert list((run / "tensorboard").glob("events.out.tfevents.*"))
    page = (run / "curves.html").read_text()
    assert page.count("<polyline") > 8
    assert "http" not in page.replace("http-equiv", "")
    assert "branch: both" in (run / "train.yaml").read_text()


def test_the_same_command_again_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (folder / "run" / "checkpoints").rglob("*")}
    lines = read_lines(folder / "run")
    train(TrainCommand(folder / "train.yaml", str(folder / "run"), ()))
    assert "from step 8" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in (folder / "run" / "checkpoints").rglob("*")} == before
    assert read_lines(folder / "run") == lines


def test_more_steps_are_another_run(folder: Path) -> None:
    with pytest.raises(WrongRun, match="another run"):
        train(TrainCommand(folder / "train.yaml", str(folder / "run"), ("train.stages.1.steps=9",)))


def test_weights_that_are_nowhere_are_refused_before_anything_is_trained(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"model\.image\.weights: no weights of an encoder in 'nobody/none'"):
        train(TrainCommand(folder / "train.yaml", str(tmp_path / "x"), ("model.image.weights=nobody/none",)))
    assert not (tmp_path / "x" / "checkpoints").exists()


def test_an_evaluation_leaves_tables_and_a_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(EvaluateCommand(folder / "evaluate.yaml", str(tmp_path / "tables"), ()))
    told = json.loads((tmp_path / "tables" / "evaluation.json").read_text())
    assert told["about"]["checkpoint"] == "00000008"
    assert {row["table"] for row in told["rows"]} >= {"zero-shot", "retrieval", "region choice"}
    assert "| what | method | regime |" in (tmp_path / "tables" / "evaluation.md").read_text()
    assert "What retrieval finds" in (tmp_path / "tables" / "evaluation.html").read_text()
    assert "region choice" in capsys.readouterr().out


def pictures(folder: Path) -> Path:
    folder.mkdir()
    for name, wh in (("a.png", (40, 30)), ("sub/b.jpg", (30, 60))):
        (folder / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((wh[1], wh[0], 3), 90, np.uint8))
    return folder


def test_pictures_of_a_folder_get_vectors_with_and_without_boxes(folder: Path, tmp_path: Path) -> None:
    images, boxes = pictures(tmp_path / "images"), tmp_path / "boxes.jsonl"
    boxes.write_text(json.dumps({"image": "a.png", "boxes": [[2, 3, 12, 13], [5, 5, 30, 25]]}) + "\n")
    embed.run(folder / "run", images, tmp_path / "plain.parquet", None)
    embed.run(folder / "run", images, tmp_path / "boxed.parquet", boxes)
    plain, boxed = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("plain", "boxed"))
    assert plain.schema.equals(EMBEDDINGS)
    assert plain["image"].to_pylist() == boxed["image"].to_pylist() == ["a.png", "sub/b.jpg"]
    assert [len(regions) for regions in plain["regions"].to_pylist()] == [0, 0]
    assert [len(regions) for regions in boxed["regions"].to_pylist()] == [2, 0]
    for one, other in zip(plain.to_pylist(), boxed.to_pylist(), strict=True):
        assert one["z_global"] == one["z_global_roi"]
        assert np.allclose(one["z_global"], other["z_global"], atol=1e-6)
        assert np.linalg.norm(one["z_global"]) == pytest.approx(1, abs=1e-5)


def test_a_release_brings_its_own_boxes(folder: Path, tmp_path: Path) -> None:
    embed.run(folder / "run", folder / "release", tmp_path / "out.parquet", None)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 68
    assert {len(regions) for regions in table["regions"].to_pylist()} == {0, 1, 2}


def test_what_does_not_decode_has_no_row_and_the_rest_is_kept(folder: Path, tmp_path: Path) -> None:
    images = pictures(tmp_path / "images")
    (images / "c.png").write_bytes(b"nothing")
    with pytest.raises(FellShort, match="1 files did not decode"):
        embed.run(folder / "run", images, tmp_path / "out.parquet", None)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[1]", "line 1 is no"),
        ('{"image": "x.png", "boxes": []}', "line 1 names no picture"),
        ('{"image": "../a.png", "boxes": []}', "line 1 names no picture"),
        ('{"image": "a.png", "boxes": [[5, 5, 5, 9]]}', "line 1 has a box without an area"),
        ('{"image": "a.png", "boxes": [[5, 5, NaN, 9]]}', "line 1 has an edge that is no number"),
        ('{"image": "a.png", "boxes": []}\n{"image": "./a.png", "boxes": []}', "line 2 names a picture again"),
    ],
)
def test_a_wrong_line_of_boxes_is_named(folder: Path, tmp_path: Path, line: str, words: str) -> None:
    images, boxes = pictures(tmp_path / "images"), tmp_path / "boxes.jsonl"
    boxes.write_text(line + "\n")
    with pytest.raises(SourceError, match=words):
        embed.run(folder / "run", images, tmp_path / "out.parquet", boxes)
    assert not (tmp_path / "out.parquet").exists()


def test_vectors_that_cannot_be_written_are_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere/out\.parquet: No such file or directory; name another file"):
        embed.run(folder / "run", pictures(tmp_path / "images"), tmp_path / "nowhere" / "out.parquet", None)


def test_tables_on_what_was_trained_on_say_so(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate(EvaluateCommand(folder / "evaluate.yaml", str(tmp_path / "tables"), ("split=train",)))
    assert "groups were trained on" in capsys.readouterr().err
    assert "- groups also trained on: 0" not in (tmp_path / "tables" / "evaluation.md").read_text()


def test_curves_are_drawn_however_a_run_ends(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    norms = iter([1.0] * 5)
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *_: torch.tensor(next(norms, float("nan"))))
    with pytest.raises(WrongRun, match=r"step 5: the norm of the gradient is nan"):
        train(TrainCommand(folder / "train.yaml", str(tmp_path / "run"), ("train.log_every=1",)))
    assert "<svg" in (tmp_path / "run" / "curves.html").read_text()
    assert (tmp_path / "run" / "train.yaml").is_file()
    assert len(read_lines(tmp_path / "run")) == 5


def test_no_folder_and_no_picture_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no folder"):
        embed.run(folder / "run", tmp_path / "none", tmp_path / "out.parquet", None)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongRun, match="no picture decodes"):
        embed.run(folder / "run", tmp_path / "empty", tmp_path / "out.parquet", None)
