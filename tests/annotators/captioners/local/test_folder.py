import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from annotators.captioners.local.folder import folder_sha256, read_folder
from annotators.captioners.local.model import load_model
from schemas.errors import WeightsError
from tests.annotators.hostile import Touch

CPU = torch.device("cpu")


@pytest.fixture
def folder(tiny_vlm: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_vlm, tmp_path / "model"))


def change(file: Path, **changed: object) -> None:
    """Keys of a JSON file; None takes one away."""
    known = {**json.loads(file.read_text("utf-8")), **changed}
    file.write_text(json.dumps({key: value for key, value in known.items() if value is not None}))


def test_the_checksum_is_what_a_shell_computes(folder: Path) -> None:
    (folder / "README.md").write_text("not counted")
    listed = subprocess.run(
        "sha256sum *.jinja *.json *.safetensors",
        shell=True,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        check=True,
    ).stdout
    assert read_folder(str(folder), None).sha256 == hashlib.sha256(listed).hexdigest() == folder_sha256(str(folder))


@pytest.mark.parametrize("name", ["config.json", "chat_template.jinja", "tokenizer.json", "generation_config.json"])
def test_whatever_answers_depend_on_is_part_of_the_checksum(folder: Path, name: str) -> None:
    known = read_folder(str(folder), None).sha256
    assert read_folder(str(folder), known.upper()).sha256 == known
    (folder / name).write_text((folder / name).read_text("utf-8") + "\n")
    with pytest.raises(WeightsError, match=r"^describe\.weights: .* has sha256 .*, but the config expects"):
        read_folder(str(folder), known, "describe.weights")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=rf"^weights: no file '.*{name}'; fetch the model's folder whole"):
        read_folder(str(folder), None)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"^place: no folder '.*nowhere'; put the model's folder there"):
        read_folder(str(tmp_path / "nowhere"), None, "place")


def test_a_model_in_several_files_is_read(folder: Path, tmp_path: Path) -> None:
    whole = load_model(read_folder(str(folder), None), CPU, "float32").network
    (folder / "model.safetensors").unlink()
    whole.save_pretrained(folder, max_shard_size="200KB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 1
    again = load_model(read_folder(str(folder), None), CPU, "float32").network
    assert all(torch.equal(one, two) for one, two in zip(whole.parameters(), again.parameters(), strict=True))
    shards[0].unlink()
    with pytest.raises(WeightsError, match=f"no file '.*{shards[0].name}'"):
        read_folder(str(folder), None)


@pytest.mark.parametrize("name", ["../model.safetensors", "pytorch_model.bin", 3])
def test_an_index_names_safetensors_beside_it_alone(folder: Path, name: object) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(WeightsError, match=r"which is no safetensors file beside it|is broken"):
        read_folder(str(folder), None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}'])
def test_a_broken_index_is_refused(folder: Path, text: str) -> None:
    (folder / "model.safetensors.index.json").write_text(text)
    with pytest.raises(WeightsError, match="is broken; fetch it again"):
        read_folder(str(folder), None)


def test_an_adapter_is_refused(folder: Path) -> None:
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "some/model"}')
    with pytest.raises(WeightsError, match="holds an adapter; merge it"):
        read_folder(str(folder), None)


def test_a_pickle_is_not_opened(folder: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    torch.save(Touch(touched), folder / "pytorch_model.bin")
    load_model(read_folder(str(folder), None), CPU, "float32")
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"no file '.*model\.safetensors'"):
        read_folder(str(folder), None)
    assert not touched.exists()
