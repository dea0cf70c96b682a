import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from segment_anything import sam_model_registry

from annotators.segmenters.sam_model import PUBLISHED, build_sam, load_sam, save_sam
from annotators.weights import read_weights, write_state
from schemas.errors import WeightsError
from tests.annotators.hostile import Touch
from tests.annotators.tiny_models import TINY_SAM, save_tiny_sam, save_tiny_yolo, tiny_sam


def load(path: Path) -> Any:
    return load_sam(read_weights(str(path), None))


def test_a_network_survives_being_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    sam = tiny_sam()
    assert save_sam(sam, TINY_SAM, path) == save_sam(sam, TINY_SAM, tmp_path / "b.safetensors")
    loaded = load(path)
    expected = sam.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in loaded.state_dict().items())
    assert torch.equal(loaded.pixel_mean, sam.pixel_mean)
    assert torch.equal(loaded.pixel_std, sam.pixel_std)
    assert not loaded.training
    picture = torch.rand(1, 3, 128, 128)
    with torch.inference_mode():
        assert torch.equal(loaded.image_encoder(picture), sam.image_encoder(picture))


@pytest.mark.parametrize(("name", "width"), [("vit_b", 768), ("vit_l", 1024), ("vit_h", 1280)])
def test_the_published_architectures_are_those_of_the_library(name: str, width: int) -> None:
    with torch.device("meta"):
        theirs, ours = sam_model_registry[name](), build_sam(PUBLISHED[width])
    shapes = [{key: value.shape for key, value in sam.state_dict().items()} for sam in (theirs, ours)]
    assert shapes[0] == shapes[1]
    windows = [[block.window_size for block in sam.image_encoder.blocks] for sam in (theirs, ours)]
    assert windows[0] == windows[1]
    assert str(theirs) == str(ours)  # activations, norms and their epsilons
    assert theirs.image_encoder.img_size == ours.image_encoder.img_size == 1024


def test_a_published_state_dict_is_known_by_the_width_of_its_encoder(tmp_path: Path) -> None:
    """Its tensors take no room here: all elements of each are one and the same."""
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in build_sam(PUBLISHED[768]).state_dict().items()}
    torch.save({name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}, tmp_path / "sam.pth")
    assert (tmp_path / "sam.pth").stat().st_size < 1_000_000
    sam = load(tmp_path / "sam.pth")
    assert len(sam.image_encoder.blocks) == 12
    assert {tensor.device.type for tensor in [*sam.parameters(), *sam.buffers()]} == {"cpu"}


def test_half_precision_is_widened(tmp_path: Path) -> None:
    state = {name: tensor.half() for name, tensor in tiny_sam().state_dict().items()}
    write_state(state, "segment_anything", asdict(TINY_SAM), tmp_path / "a.safetensors")
    assert {tensor.dtype for tensor in load(tmp_path / "a.safetensors").parameters()} == {torch.float32}


def test_a_malicious_pickle_is_refused_and_does_not_run(tmp_path: Path) -> None:
    created, path = tmp_path / "created", tmp_path / "sam_vit_b.pth"
    torch.save({"image_encoder.pos_embed": Touch(created)}, path)
    with pytest.raises(WeightsError, match="cannot be loaded safely"):
        load(path)
    assert not created.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"encoder_depth": 3},
        {"encoder_embed_dim": 33},
        {"image_size": "large"},
        {"image_size": 0},
        {"encoder_global_attn_indexes": 1},
        {"no_such_key": 1},
    ],
)
def test_an_architecture_that_does_not_fit_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    write_state(tiny_sam().state_dict(), "segment_anything", asdict(TINY_SAM) | changed, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match="do not fit the architecture that they name"):
        load(tmp_path / "a.safetensors")


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    save_tiny_yolo(tmp_path / "yolo.safetensors")
    with pytest.raises(WeightsError, match="are for 'ultralytics'; here a model of 'segment_anything' is needed"):
        load(tmp_path / "yolo.safetensors")
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="neither a header nor the encoder's width says which one it is"):
        load(tmp_path / "other.pth")


def test_an_architecture_without_some_of_its_keys_is_refused(tmp_path: Path) -> None:
    save_tiny_sam(tmp_path / "a.safetensors")
    header = json.dumps({"family": "segment_anything", "architecture": {"encoder_depth": 2}})
    save_file(tiny_sam().state_dict(), tmp_path / "b.safetensors", metadata={"medregion": header})
    with pytest.raises(WeightsError, match="do not fit the architecture that they name"):
        load(tmp_path / "b.safetensors")
