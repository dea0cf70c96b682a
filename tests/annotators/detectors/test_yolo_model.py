import pickle
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch

from annotators.detectors.yolo import YoloDetector, YoloSettings
from annotators.detectors.yolo_library import tasks
from annotators.detectors.yolo_model import YoloModel, build_yolo, load_yolo, save_safetensors
from annotators.proposal import Proposal
from annotators.weights import read_weights, write_state
from schemas.errors import WeightsError
from tests.annotators.hostile import Touch
from tests.annotators.tiny_models import TINY_YOLO_SIDE_PX, make_picture, save_tiny_sam, tiny_yolo


def load(path: Path) -> YoloModel:
    return load_yolo(read_weights(str(path), None))


def look(path: Path) -> list[list[Proposal]]:
    settings = YoloSettings(image_side_px=TINY_YOLO_SIDE_PX, device="cpu")
    return YoloDetector(read_weights(str(path), None), settings).detect([make_picture(seed=s) for s in range(3)])


def save_checkpoint(network: Any, path: Path) -> None:
    """As ultralytics' trainer saves: the pickled model itself, in half precision, among other values."""
    checkpoint = {"date": "2024", "ema": deepcopy(network).half(), "model": None, "train_args": {"imgsz": 640}}
    torch.save(checkpoint, path)


def test_a_network_survives_being_saved(tmp_path: Path) -> None:
    model, path = tiny_yolo(("cell", "café")), tmp_path / "a.safetensors"
    save_safetensors(model.network, path)
    loaded = load(path)
    assert loaded.names == model.names == ("cell", "café")
    assert loaded.stride == 32
    assert not loaded.network.training
    state, expected = loaded.network.state_dict(), model.network.state_dict()
    assert state.keys() == expected.keys()
    assert all(torch.equal(state[name], expected[name]) for name in expected)


def test_saving_twice_gives_the_same_file_and_no_path_in_it(tmp_path: Path) -> None:
    network = tiny_yolo().network
    assert "yaml_file" in network.yaml
    one, two = (save_safetensors(network, tmp_path / f"{name}.safetensors") for name in ("one", "two"))
    assert one == two
    assert str(network.yaml["yaml_file"]).encode() not in (tmp_path / "one.safetensors").read_bytes()


def test_a_checkpoint_of_the_library_says_the_same_as_its_safetensors(tmp_path: Path) -> None:
    save_checkpoint(tiny_yolo().network, tmp_path / "yolov5s.pt")  # a name that the library would change
    save_safetensors(load(tmp_path / "yolov5s.pt").network, tmp_path / "a.safetensors")
    found = look(tmp_path / "yolov5s.pt")
    assert found == look(tmp_path / "a.safetensors")
    assert any(found)


def test_a_quote_in_the_path_is_no_reason_to_look_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    save_checkpoint(tiny_yolo().network, folder / "a.pt")
    assert load(folder / "a.pt").names == ("a", "b", "c")


def test_loading_leaves_the_random_numbers_of_others_alone(tmp_path: Path) -> None:
    save_safetensors(tiny_yolo().network, tmp_path / "a.safetensors")
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    load(tmp_path / "a.safetensors")
    assert torch.equal(torch.rand(3), expected)


def test_a_network_fused_for_inference_is_not_saved(tmp_path: Path) -> None:
    network = tiny_yolo().network.fuse(verbose=False)
    with pytest.raises(WeightsError, match="save it before it predicts"):
        save_safetensors(network, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_malicious_checkpoint_is_refused_and_does_not_run(tmp_path: Path) -> None:
    created, zipped, plain = tmp_path / "created", tmp_path / "zipped.pt", tmp_path / "plain.pt"
    torch.save({"model": Touch(created), "ema": None}, zipped)
    plain.write_bytes(pickle.dumps({"model": Touch(created)}))
    for path in (zipped, plain):
        with pytest.raises(WeightsError, match="cannot be loaded safely"):
            load(path)
        assert not created.exists()


def tiny_yaml() -> dict[str, Any]:
    return {key: value for key, value in tiny_yolo().network.yaml.items() if key != "yaml_file"}


def with_activation(created: Path) -> dict[str, Any]:
    return tiny_yaml() | {"activation": f"nn.SiLU() if __import__('pathlib').Path('{created}').touch() else nn.SiLU()"}


def with_layer(name: str, arguments: list[Any]) -> Callable[[Path], dict[str, Any]]:
    yaml = tiny_yaml()
    return lambda _created: yaml | {"backbone": [[-1, 1, name, arguments], *yaml["backbone"][1:]]}


@pytest.mark.parametrize(
    ("make_yaml", "problem"),
    [
        (with_activation, "is no torch.nn layer"),
        (with_layer("TorchVision", [64, "resnet18", "DEFAULT"]), "no permitted layer"),  # would download weights
        (with_layer("DetectionModel", ["yolo11n.yaml"]), "no permitted layer"),
        (with_layer("torch.hub.load", ["a/b", "c"]), "no permitted layer"),
        (with_layer("nn.functional.relu", []), "no permitted layer"),
        (with_layer("nn.init.zeros_", []), "no permitted layer"),
        (with_layer("Path", ["x"]), "no permitted layer"),
        (with_layer("__import__", ["os"]), "no permitted layer"),
        (lambda _created: {}, "backbone"),
    ],
)
def test_an_architecture_that_names_anything_but_layers_is_refused(
    tmp_path: Path, make_yaml: Callable[[Path], dict[str, Any]], problem: str
) -> None:
    created, path = tmp_path / "created", tmp_path / "a.safetensors"
    shape = {"names": ["a", "b", "c"], "yaml": make_yaml(created)}
    write_state(tiny_yolo().network.state_dict(), "ultralytics", shape, path)
    with pytest.raises(WeightsError, match=f"do not fit the architecture that they name .*{problem}"):
        load(path)
    assert not created.exists()


def test_a_plain_activation_is_taken(tmp_path: Path) -> None:
    model = build_yolo(tiny_yaml() | {"activation": "nn.LeakyReLU(0.1)"}, ("a",))
    save_safetensors(model.network, tmp_path / "a.safetensors")
    layers = {type(layer).__name__ for layer in load(tmp_path / "a.safetensors").network.modules()}
    assert "LeakyReLU" in layers
    assert "SiLU" not in layers


def save_other_task(path: Path, task: str) -> None:
    yaml = dict(tasks().yaml_model_load(f"yolo11n-{task}.yaml")) | {"scales": {"n": [0.25, 0.0625, 256]}}
    network = getattr(tasks(), {"seg": "SegmentationModel", "cls": "ClassificationModel"}[task])(yaml, verbose=False)
    save_checkpoint(network, path)


@pytest.mark.parametrize(("task", "head"), [("seg", "Segment"), ("cls", "ClassificationModel")])
def test_a_network_for_another_task_is_refused(tmp_path: Path, task: str, head: str) -> None:
    save_other_task(tmp_path / "a.pt", task)
    with pytest.raises(WeightsError, match=f"end in {head}; a model that detects boxes is needed"):
        load(tmp_path / "a.pt")


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    other, wider, bare = (tmp_path / f"{name}.safetensors" for name in ("other", "wider", "bare"))
    save_tiny_sam(other)
    with pytest.raises(WeightsError, match="are for 'segment_anything'; here a model of 'ultralytics' is needed"):
        load(other)
    state = tiny_yolo().network.state_dict()
    write_state(state, "ultralytics", {"names": list("abcd"), "yaml": tiny_yaml()}, wider)
    with pytest.raises(WeightsError, match=r"do not fit .* size mismatch"):
        load(wider)
    torch.save(state, tmp_path / "bare.pt")
    with pytest.raises(WeightsError, match="cannot be loaded safely"):
        load(tmp_path / "bare.pt")
    write_state(state, "ultralytics", {}, bare)
    with pytest.raises(WeightsError, match="do not fit the architecture"):
        load(bare)
