import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from annotators.detectors.rt_detr import RtDetrDetector, RtDetrSettings
from annotators.detectors.rt_detr_model import FAMILY, load_rt_detr, save_rt_detr
from annotators.weights import CONFIG_FILE, TENSORS_FILE, read_weights, write_state
from schemas.errors import WeightsError
from tests.annotators.hostile import Touch
from tests.annotators.tiny_models import (
    TINY_RT_DETR_SIDE_PX,
    make_picture,
    save_tiny_rt_detr,
    save_tiny_yolo,
    tiny_rt_detr,
)

Edit = Callable[[dict[str, Any]], Any]


def load(path: Path) -> Any:
    return load_rt_detr(read_weights(str(path), None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_rt_detr().network.save_pretrained(tmp_path / "saved")
    return tmp_path / "saved"


def edit_config(folder: Path, edit: Edit) -> None:
    described = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
    edit(described)
    (folder / CONFIG_FILE).write_text(json.dumps(described), encoding="utf-8")


def edit_tensors(folder: Path, edit: Edit) -> None:
    state = load_file(folder / TENSORS_FILE)
    edit(state)
    save_file(state, folder / TENSORS_FILE)


def test_file_and_folder_of_a_network_find_the_same(folder: Path, tmp_path: Path) -> None:
    save_rt_detr(load(folder).network, tmp_path / "a.safetensors")
    settings = RtDetrSettings(image_side_px=TINY_RT_DETR_SIDE_PX, device="cpu")
    of_file, of_folder = (
        RtDetrDetector(read_weights(str(path), None), settings).detect([make_picture()])
        for path in (tmp_path / "a.safetensors", folder)
    )
    assert of_file == of_folder
    assert of_file[0]


def test_the_same_network_gives_the_same_bytes_wherever_it_came_from(folder: Path, tmp_path: Path) -> None:
    saved = save_tiny_rt_detr(tmp_path / "a.safetensors")
    assert saved == save_rt_detr(load(folder).network, tmp_path / "b.safetensors")
    assert b"transformers_version" not in (tmp_path / "a.safetensors").read_bytes()


def test_names_are_in_the_order_of_the_classes(tmp_path: Path) -> None:
    names = [f"class {i}" for i in range(12)]
    save_tiny_rt_detr(tmp_path / "a.safetensors", names)
    assert load(tmp_path / "a.safetensors").names == tuple(names)


def test_half_precision_is_read_as_float32(folder: Path) -> None:
    edit_tensors(folder, lambda state: state.update({name: value.half() for name, value in state.items()}))
    edit_config(folder, lambda described: described.update(dtype="float16"))
    assert {value.dtype for value in load(folder).network.parameters()} == {torch.float32}


def test_second_names_and_counters_of_older_versions_are_passed_over(folder: Path) -> None:
    head = "decoder.class_embed.0.weight"
    edit_tensors(folder, lambda state: state.update({"class_embed.0.weight": state[f"model.{head}"].clone()}))
    edit_tensors(
        folder, lambda state: [state.pop(name) for name in list(state) if name.endswith(".num_batches_tracked")]
    )
    assert load(folder).names == ("a", "b", "c")


def test_loading_leaves_random_numbers_and_the_librarys_settings_alone(folder: Path) -> None:
    from transformers.utils import logging

    torch.manual_seed(1)
    expected = torch.rand(1)
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    torch.manual_seed(1)
    load(folder)
    assert torch.equal(torch.rand(1), expected)
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda d: d.update(model_type="detr"), "a model of type 'detr' is no rt_detr or rt_detr_v2"),
        (lambda d: d.pop("model_type"), "a model of type 'None'"),
        (lambda d: d.pop("backbone_config"), "a backbone of type None is no rt_detr_resnet"),
        (lambda d: d["backbone_config"].update(model_type="timm_backbone"), "a backbone of type 'timm_backbone'"),
        (lambda d: d.pop("id2label"), "id2label"),
        (lambda d: d.update(id2label={"0": "a", "2": "b"}), "'1'"),
        (lambda d: d.update(id2label={"0": "a"}), "class_embed.0.bias has another shape"),
        (lambda d: d.update(decoder_layers=3), "is missing"),
        (lambda d: d.update(decoder_layers=1), "has no place"),
        (lambda d: d.update(d_model="wide"), "d_model"),
        (lambda d: d.update(d_model=64), "has another shape"),
        (lambda d: d.update(feat_strides=[8, 16]), ""),
        (lambda d: d["backbone_config"].update(out_features=["stage4"], out_indices=[4]), ""),
    ],
)
def test_a_config_of_another_architecture_is_refused(folder: Path, edit: Edit, problem: str) -> None:
    edit_config(folder, edit)
    with pytest.raises(WeightsError, match=rf"do not fit the architecture that they name \(.*{re.escape(problem)}"):
        load(folder)


def test_keys_that_could_name_code_or_other_networks_are_not_taken(folder: Path) -> None:
    foreign = {
        "auto_map": {"AutoModel": "somebody/model--code.Model"},
        "disable_custom_kernels": False,
        "attn_implementation": "somebody/kernels",
        "_attn_implementation_internal": "somebody/kernels",
        "backbone": "resnet50",
        "use_timm_backbone": True,
        "use_pretrained_backbone": True,
        "dtype": "load",
        "anchor_image_size": [640, 640],
    }
    edit_config(folder, lambda described: described.update(foreign))
    edit_config(folder, lambda described: described["backbone_config"].update(foreign))
    config = load(folder).network.config
    assert config.disable_custom_kernels is True
    assert config.anchor_image_size is None
    assert "somebody" not in str(vars(config)) + str(vars(config.backbone_config))
    assert not hasattr(config, "use_timm_backbone")


@pytest.mark.parametrize("content", ["", "[1]", "{", "null"])
def test_a_broken_config_is_refused(folder: Path, content: str) -> None:
    (folder / CONFIG_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"have a broken config\.json"):
        load(folder)


def test_a_folder_of_a_pickle_alone_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    (folder / TENSORS_FILE).unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Touch(tmp_path / "created")))
    with pytest.raises(WeightsError, match=r"no file '.*/model\.safetensors'"):
        load(folder)
    (folder / "pytorch_model.bin").rename(folder / TENSORS_FILE)
    with pytest.raises(WeightsError, match="are no safetensors file"):
        load(folder)
    assert not (tmp_path / "created").exists()


def test_only_the_two_files_of_a_folder_are_read(folder: Path, tmp_path: Path) -> None:
    for name in ("pytorch_model.bin", "adapter_model.bin", "training_args.bin"):
        (folder / name).write_bytes(pickle.dumps(Touch(tmp_path / "created")))
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "somebody/model"}', encoding="utf-8")
    assert load(folder).names == ("a", "b", "c")
    assert not (tmp_path / "created").exists()


def test_missing_weights_are_a_wrong_run(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.safetensors", tmp_path / "absent"):
        with pytest.raises(WeightsError, match="no file"):
            load(path)


def test_weights_of_other_models_are_refused(tmp_path: Path) -> None:
    save_tiny_yolo(tmp_path / "yolo.safetensors")
    with pytest.raises(WeightsError, match="are for 'ultralytics'; here a model of 'rt-detr' is needed"):
        load(tmp_path / "yolo.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "bare.safetensors")
    torch.save({"a": torch.zeros(1)}, tmp_path / "bare.pt")
    for bare in ("bare.safetensors", "bare.pt"):
        with pytest.raises(WeightsError, match="do not say their architecture; write them with save_rt_detr, or"):
            load(tmp_path / bare)
    write_state({"a": torch.zeros(1)}, FAMILY, {"model_type": "detr"}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="a model of type 'detr' is no rt_detr"):
        load(tmp_path / "other.safetensors")
