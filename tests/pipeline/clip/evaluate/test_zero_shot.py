"""Prompts, cells and their mean, with a text tower that is written by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.clip.evaluate.embedding import Known
from pipeline.clip.evaluate.zero_shot import LABEL, PAIR, WRITER, ZeroShot, prompts, scores
from pipeline.clip.samples import Sample
from pipeline.describe.claims import NOTHING, Subject
from schemas.taxonomy.csv_table import read_rows

MODEL: Any = SimpleNamespace(
    image_head=torch.nn.Linear(1, 1),
    settings=SimpleNamespace(embedding=2),
    embed_texts=lambda texts: torch.stack(
        [torch.tensor([-1.0, 1.0] if "not" in text else [1.0, 1.0]) for text in texts]
    ),
)


class Words(list[str]):
    def to(self, _: object) -> "Words":
        return self


TOKENIZER: Any = Words


def pictures(states: list[dict[str, str]], parts: list[str], groups: list[str]) -> list[Known]:
    pixels = np.zeros((0, 0, 3), np.uint8)
    subject = Subject(NOTHING, NOTHING)
    samples = [
        Sample(f"i{i}", group, "ct", part, pixels, (), None, None, subject, state)
        for i, (state, part, group) in enumerate(zip(states, parts, groups, strict=True))
    ]
    return [Known(sample, ()) for sample in samples]


def test_prompts_say_that_a_thing_is_there_or_is_not() -> None:
    for row in read_rows("pipeline.clip.evaluate", "prompts"):
        assert "not" in row["absent"]
        assert "not" not in row["present"] + row["label"]
    assert len(list(prompts("pneumonia", PAIR, []))) > 1
    ((toward, away),) = prompts("pneumonia", WRITER, ["phantom"])
    assert all("pneumonia" in text for text in toward + away)
    assert toward[0] == "The synthetic image was made to show: pneumonia."


@pytest.mark.parametrize("by", [PAIR, LABEL])
def test_what_lies_nearer_to_the_presence_scores_higher(by: str) -> None:
    z = np.array([[1, 0], [0, 0], [-1, 0]], np.float32)
    found = scores(MODEL, TOKENIZER, z, prompts("pneumonia", by, []))
    assert found[0] > found[1] > found[2]


def test_a_cell_is_one_modality_part_and_category_and_the_macro_is_the_mean_of_its_aucs() -> None:
    """Chest: all right. Abdomen: all wrong. Brain has too few groups, and unknown states count nowhere."""
    sides = ["present", "absent"] * 20
    states = [{"fracture": side} for side in sides] * 2 + [{"fracture": "present"}, {"fracture": "uncertain"}, {}]
    parts = ["chest"] * 40 + ["abdomen"] * 40 + ["brain"] * 3
    judge = ZeroShot(pictures(states, parts, [f"g{i}" for i in range(83)]), 50)
    assert [cell.body_part for cell in judge.counted] == ["abdomen", "chest"]
    right = np.array([side == "present" for side in sides], np.float64)
    scored = {"fracture": np.concatenate([right, -right, np.zeros(3)])}
    by_name = {cell.body_part: found.value for cell, found in judge.each(scored)}
    assert by_name == {"chest": 1.0, "abdomen": 0.0, "brain": None}
    assert judge.macro(scored).value == 0.5
    same = judge.lead(scored, scored)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_a_lead_is_over_the_mean_of_the_draws() -> None:
    sides = ["present", "absent"] * 20
    judge = ZeroShot(pictures([{"fracture": side} for side in sides], ["chest"] * 40, [f"g{i}" for i in range(40)]), 50)
    right = np.array([side == "present" for side in sides], np.float64)
    best, worst = {"fracture": right}, {"fracture": -right}
    assert judge.macro(best, worst).value == 0.5
    found = judge.lead(best, best, worst)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_no_cell_with_enough_groups_has_no_figure() -> None:
    judge = ZeroShot(pictures([{"fracture": "present"}], ["chest"], ["g"]), 50)
    assert judge.macro({}).value is None
