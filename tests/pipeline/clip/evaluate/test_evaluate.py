"""A model that learned coloured discs, judged on others of them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.clip.evaluate.embedding import boxes_alone, shuffled_boxes
from pipeline.clip.evaluate.evaluate import (
    BOXES,
    CHANCE,
    GEOMETRY,
    MODALITY,
    MODEL,
    RANDOM,
    SHUFFLED,
    Evaluation,
    Row,
    as_json,
    evaluate,
)  # fmt: skip
from pipeline.clip.evaluate.page import TOO_FEW, markdown, page
from pipeline.clip.evaluate.settings import EvaluationSettings
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.settings import RunSettings, StageSettings
from pipeline.clip.train import Training, train
from tests.pipeline.clip.builders import Silent, some_views, tiny_settings
from tests.pipeline.clip.releases import make_release

SETTINGS = EvaluationSettings(batch=16, resamples=60, draws=3, threads=1, device="cpu", examples=2)
STAGE = StageSettings(
    name="all", steps=220, report=1.0, region=1.0, negatives=0.5, roi=True, learning_rate=3e-3
)  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("discs") / "release"
    return str(make_release(folder, {"train": 96, "test": 66, "validation": 12}, placed=False))


@pytest.fixture(scope="module")
def checkpoint(release: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = RunSettings(stages=(STAGE,), batch=16, warmup_steps=20, log_every=500, threads=1, device="cpu")
    return train(Training(release, "train", tiny_settings(), run, tmp_path_factory.mktemp("run")), Silent())


@pytest.fixture(scope="module")
def found(release: str, checkpoint: Path) -> Evaluation:
    return evaluate(checkpoint, release, "test", SETTINGS, lambda _: None)


def value(found: Evaluation, table: str, what: str, method: str = MODEL, regime: str = "oracle") -> Row:
    asked = (table, method, regime)
    named = [row for row in found.rows if (row.table, row.method, row.regime) == asked and row.what.startswith(what)]
    exact = [row for row in named if row.what == what or row.what.startswith(f"{what} ")]
    (row,) = [row for row in exact if ("less" in row.what) == ("less" in what)]
    return row


def test_a_region_is_told_from_the_others_of_its_picture(found: Evaluation) -> None:
    ours = value(found, "region choice", "all").figure
    assert ours.value is not None
    assert ours.value > 0.9
    for control in (CHANCE, RANDOM, SHUFFLED, BOXES, GEOMETRY):
        above = value(found, "region choice", f"all, model less {control}").figure
        assert above.low is not None
        assert above.low > 0, control


def test_a_region_is_named_by_what_it_looks_like(found: Evaluation) -> None:
    """No caption of this release is a bare name, yet the words are known."""
    ours = value(found, "name choice", "all").figure
    assert ours.value is not None
    assert ours.value > 0.9
    for control in (SHUFFLED, GEOMETRY):
        above = value(found, "name choice", f"all, model less {control}").figure
        assert above.low is not None
        assert above.low > 0, control


def test_boxes_of_other_regions_tell_the_wrong_caption(found: Evaluation) -> None:
    shuffled = value(found, "region choice", "all", SHUFFLED).figure
    assert shuffled.value is not None
    assert shuffled.value < 0.2


def test_false_versions_are_told_from_the_true_one(found: Evaluation) -> None:
    row = value(found, "own negatives", "all")
    assert row.chance == 0.5
    assert row.figure.low is not None
    assert row.figure.low > 0.9


def test_a_caption_amid_its_false_versions_is_judged_against_each(found: Evaluation) -> None:
    """Untrained weights win half of the pairs, although the caption is nearly never nearest of all."""
    untrained = value(found, "own negatives", "all", RANDOM).figure
    assert untrained.value == pytest.approx(0.5, abs=0.25)


def test_what_all_modalities_share_scores_no_more_than_chance(found: Evaluation) -> None:
    """All discs are fundi of the retina."""
    row = value(found, "retrieval", "picture to report, within a modality, R@1 of", MODALITY, "none")
    assert row.figure.value is not None
    assert row.figure.value == pytest.approx(row.chance, abs=1e-6)
    ours = value(found, "retrieval", "picture to report, within a modality, R@1 of", MODEL, "none").figure
    assert ours.value is not None
    assert ours.value > row.figure.value
    untrained = value(found, "retrieval", "picture to report, within a modality, R@1 of", RANDOM, "none").figure
    assert untrained.value is not None
    assert untrained.value < ours.value


def test_the_floor_of_zero_shot_is_the_mean_over_its_draws(found: Evaluation) -> None:
    floor = value(found, "zero-shot", "macro AUC over 1 cells, label prompts", RANDOM, "none").figure
    drawn = [row.figure.value for row in found.rows if row.table == "zero-shot draws" and "label" in row.what]
    assert len(set(drawn)) == SETTINGS.draws
    assert floor.value == pytest.approx(np.mean([each for each in drawn if each is not None]))


def test_a_cell_needs_twenty_groups_a_side(found: Evaluation, release: str, checkpoint: Path) -> None:
    cells = [row for row in found.rows if row.table == "zero-shot cells"]
    assert {row.what.rpartition(",")[0] for row in cells} == {"fundus, retina: diabetic_retinopathy"}
    assert [row.figure.value is not None for row in cells] == [True] * 3
    few = evaluate(checkpoint, release, "validation", SETTINGS, lambda _: None)
    assert all(row.figure.value is None for row in few.rows)
    assert TOO_FEW in markdown(few, "few")


def test_the_tables_come_out_as_json_markdown_and_a_page(found: Evaluation, release: str) -> None:
    told = json.loads(json.dumps(as_json(found)))
    assert len(told["rows"]) == len(found.rows)
    assert told["about"]["rows"] == 66
    text = markdown(found, "discs")
    assert text.count("\n## ") == 8
    html = page(found, "discs", ReleaseRows(release, "test"), 2)
    assert html.count('<img src="data:image/jpeg;base64,') == 2
    assert "http" not in html.replace("http-equiv", "")


def test_one_checkpoint_gives_the_same_tables_twice(found: Evaluation, release: str, checkpoint: Path) -> None:
    assert as_json(evaluate(checkpoint, release, "test", SETTINGS, lambda _: None)) == as_json(found)


def test_shuffled_boxes_are_those_of_the_picture_and_boxes_alone_have_no_pixels() -> None:
    views = replace(some_views(2, 3), valid=torch.tensor([[True, False, True], [True, False, False]]))
    mixed = shuffled_boxes(views)
    assert torch.equal(mixed.boxes[0, [0, 2]], views.boxes[0, [2, 0]])
    assert torch.equal(mixed.crops[1], views.crops[1])
    grey = boxes_alone(views)
    assert torch.equal(grey.boxes, views.boxes)
    assert set(np.unique(grey.pixels)) == set(np.unique(grey.crops)) == {128}
