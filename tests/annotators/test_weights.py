import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from annotators.weights import architecture, read_state, read_weights, sha256_of, write_state
from schemas.errors import WeightsError
from tests.annotators.hostile import Touch

STATE = {"layer.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3), "layer.count": torch.tensor(7)}


def save(path: Path, *, shape: dict[str, Any] | None = None, family: str = "net") -> Path:
    write_state(STATE, family, shape or {"depth": 2}, path)
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    sha256 = write_state(STATE, "net", {"depth": 2, "names": ["ä", "b"]}, path)
    weights = read_weights(str(path), sha256.upper())
    assert weights.sha256 == sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert architecture(weights, "net") == {"depth": 2, "names": ["ä", "b"]}
    state = read_state(weights)
    assert state.keys() == STATE.keys()
    assert all(torch.equal(state[name], STATE[name]) for name in STATE)


def test_the_same_content_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    one = write_state(STATE, "net", {"a": 1, "b": 2}, tmp_path / "one.safetensors")
    two = write_state(dict(reversed(STATE.items())), "net", {"b": 2, "a": 1}, tmp_path / "two.safetensors")
    assert one == two


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_a_plain_state_dict_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    torch.save(STATE, path)
    weights = read_weights(str(path), None)
    assert weights.metadata == {}
    assert architecture(weights, "net") is None
    assert torch.equal(read_state(weights)["layer.weight"], STATE["layer.weight"])


def test_a_folder_is_known_by_its_config_and_its_tensors(tmp_path: Path) -> None:
    save(tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text("{}")
    files = [tmp_path / "config.json", tmp_path / "model.safetensors"]
    listed = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    weights = read_weights(str(tmp_path), hashlib.sha256(listed.encode()).hexdigest())
    assert torch.equal(read_state(weights)["layer.weight"], STATE["layer.weight"])
    (tmp_path / "config.json").write_text('{"id2label": {}}')
    with pytest.raises(WeightsError, match="but the config expects"):
        read_weights(str(tmp_path), weights.sha256)
    files[1].unlink()
    with pytest.raises(WeightsError, match=r"no file '.*model\.safetensors'"):
        read_weights(str(tmp_path), None)


def test_missing_weights_name_the_config_key_and_the_file(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.pt", tmp_path):
        with pytest.raises(WeightsError, match=r"^annotate\.segmenter\.weights: no file '.*put the weights there"):
            read_weights(str(path), None, place="annotate.segmenter.weights")


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(Touch(tmp_path / "created")))
    with pytest.raises(WeightsError, match="convert it to safetensors"):
        read_weights(str(path), None)


@pytest.mark.parametrize("sha256", ["", "0" * 64, "no checksum"])
def test_another_checksum_is_refused_with_both(tmp_path: Path, sha256: str) -> None:
    path = save(tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match=rf"has sha256 {sha256_of(path)}, but the config expects {sha256}"):
        read_weights(str(path), sha256)


def test_a_file_that_changes_gets_another_checksum(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"one")
    os.utime(path, ns=(1, 1))
    first = sha256_of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(2, 2))
    assert (first, sha256_of(path)) == tuple(hashlib.sha256(text).hexdigest() for text in (b"one", b"two"))
    path.unlink()
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        sha256_of(path)


def hostile_files(folder: Path, created: Path) -> list[Path]:
    zipped, wrapped, plain = folder / "zipped.pth", folder / "wrapped.pt", folder / "plain.pt"
    torch.save(Touch(created), zipped)
    torch.save({**STATE, "extra": Touch(created)}, wrapped)
    plain.write_bytes(pickle.dumps({"state": Touch(created)}))
    return [zipped, wrapped, plain]


def test_a_malicious_pickle_is_refused_and_does_not_run(tmp_path: Path) -> None:
    created = tmp_path / "created"
    paths = hostile_files(tmp_path, created)
    for path in paths:
        with pytest.raises(WeightsError, match="cannot be loaded safely"):
            read_state(read_weights(str(path), None))
        assert not created.exists()
    torch.load(paths[0], weights_only=False)  # it is malicious: what we never do would have run it
    assert created.exists()


@pytest.mark.parametrize("value", [[], {"epoch": 3}, {"state_dict": STATE}, STATE["layer.count"]])
def test_anything_but_named_tensors_is_refused(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "a.pt"
    torch.save(value, path)
    with pytest.raises(WeightsError, match="hold more than named tensors"):
        read_state(read_weights(str(path), None))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xff" * 99, b"\x89PNG\r\n\x1a\n" * 9])
@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"no safetensors file|cannot be loaded safely"):
        read_state(read_weights(str(path), None))


@pytest.mark.parametrize("header", ["", "[]", "3", "{}", '{"family": "net"}', '{"family": "net", "architecture": 3}'])
def test_a_broken_header_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.safetensors"
    save_file(STATE, path, metadata={"medregion": header})
    with pytest.raises(WeightsError, match="broken 'medregion' header"):
        architecture(read_weights(str(path), None), "net")


def test_weights_of_another_family_are_refused(tmp_path: Path) -> None:
    weights = read_weights(str(save(tmp_path / "a.safetensors", family="other")), None)
    with pytest.raises(WeightsError, match="are for 'other'; here a model of 'net' is needed"):
        architecture(weights, "net")


def test_a_safetensors_file_of_others_says_no_architecture(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(STATE, path, metadata={"format": "pt"})
    assert architecture(read_weights(str(path), None), "net") is None
