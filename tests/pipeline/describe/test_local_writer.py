import json
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipeline.describe.captions import Describe
from pipeline.describe.settings import DescribeSettings, TransformersSettings
from schemas.keys import canonical_hash

IN_THE_KEY: dict[str, Any] = {
    **{"dtype": "float32", "letters_a_text": 99, "image_side_px": 500, "crop_side_px": 100, "crop_context": 0.5},
    **{"jpeg_quality": 80, "regions_a_request": 4, "max_tokens": 999, "temperature": 0.7, "seed": 3},
}
IN_NO_KEY: dict[str, Any] = {"device": "cpu", "batch": 3, "threads": 2, "sha256": "0" * 64}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def key(folder: Path, **settings: Any) -> str:
    local = TransformersSettings(weights=str(folder), **settings)
    stage = Describe(DescribeSettings(writer="transformers", transformers=local))
    return canonical_hash(json.loads(json.dumps(stage.settings())))


def test_every_setting_is_in_the_key_or_known_not_to_be() -> None:
    """Weights and prompt stand there with the hash of their content."""
    assert {*IN_THE_KEY, *IN_NO_KEY, "weights", "prompt"} == {field.name for field in fields(TransformersSettings)}


@pytest.mark.parametrize("name", IN_THE_KEY)
def test_what_affects_the_texts_is_in_the_key(folder: Path, name: str) -> None:
    assert key(folder, **{name: IN_THE_KEY[name]}) != key(folder)


@pytest.mark.parametrize("name", IN_NO_KEY)
def test_where_a_model_runs_is_in_no_key(folder: Path, name: str) -> None:
    assert key(folder, **{name: IN_NO_KEY[name]}) == key(folder)


def test_the_content_of_the_folder_is_in_the_key_and_its_place_is_not(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("{}")
    assert key(other) == key(folder)
    (other / "config.json").write_text("{ }")
    assert key(other) != key(folder)


def test_the_content_of_the_prompt_is_in_the_key(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    content = (files("annotators.captioners.prompts") / "findings-1.yaml").read_text()
    own.write_text(content)
    assert key(folder, prompt=str(own)) == key(folder)
    own.write_text(content.replace("plain text", "simple text", 1))
    assert key(folder, prompt=str(own)) != key(folder)
