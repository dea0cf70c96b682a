from pathlib import Path

import pytest

from flows.config.evaluation import read_evaluation
from flows.config.training import read_training
from schemas.errors import ConfigError

EXAMPLES = Path(__file__).parents[3] / "examples"
TINY, FULL, EVALUATION = EXAMPLES / "train-tiny.yaml", EXAMPLES / "train-regionmed.yaml", EXAMPLES / "evaluate.yaml"


def test_the_examples_are_read() -> None:
    tiny = read_training(TINY, ("release=somewhere",))
    assert tiny.release == "somewhere"
    assert [stage.name for stage in tiny.train.stages] == ["warmup", "refine", "region", "joint"]
    assert read_training(FULL).model.image.weights == "google/vit-base-patch16-224-in21k"
    assert read_evaluation(EVALUATION, ("run=there",)).checkpoint == "there"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.btach=3", "train.btach: unknown key; did you mean 'batch'?"),
        ("model.image.heads=5", "model.image.heads: 5 does not divide the width 96"),
        ("model.image.side_px=100", "model.image.side_px: 100 is no multiple"),
        ("model.roi.crop_px=50", "model.roi.crop_px: 50 is no multiple"),
        ("model.roi.branch=neither", "model.roi.branch"),
        ("model.text.frozen=true", "model.text.frozen: a tower that is made has to learn"),
        ("train.batch=1", "train.batch: 1 is not from 2"),
        ("train.stages=[]", "train.stages: no stage"),
        ("train.stages.0.report=0", "train.stages.0: give report"),
        ("train.stages.2.roi=false", "train.stages.2.roi: region texts need regions"),
        ("train.augment.drop_boxes=2", "train.augment.drop_boxes: 2 is not from 0 to 1"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_training(TINY, (override,))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [("evaluate.resamples=3", "evaluate.resamples: 3 is not from 20"), ("splits=test", "did you mean 'split'?")],
)
def test_a_wrong_evaluation_is_named_with_its_place(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_evaluation(EVALUATION, (override,))
    assert words in str(caught.value)
