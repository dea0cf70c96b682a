"""Model weights by path: there, unaltered, and read without running anything that they hold.

Architectures travel with the weights as one JSON value in a safetensors header. One key only: the library
keeps metadata in a hash map, so with a second key the bytes, and their checksum, would depend on the process.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import WeightsError

if TYPE_CHECKING:
    import torch

SUFFIXES = (".safetensors", ".pt", ".pth")
METADATA_KEY = "medregion"
CONFIG_FILE, TENSORS_FILE = "config.json", "model.safetensors"  # of a folder, as `save_pretrained` writes it


@dataclass(frozen=True)
class Weights:
    """A file or folder that exists; `sha256` is what keys know it by, `metadata` what a safetensors header says."""

    path: Path
    sha256: str
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_weights(path: str, sha256: str | None, place: str = "weights") -> Weights:
    """The file at `path`, checked against `sha256` where one is given; `place` is the config key of the path.

    A folder counts with its config.json and model.safetensors. Raises WeightsError: no such file, unknown format,
    another checksum, a damaged header.
    """
    files = _files(Path(path))
    for file in files:
        if not file.is_file():
            raise WeightsError(f"{place}: no file {str(file)!r}; put the weights there, or name where they are")
    tensors = files[-1]
    if tensors.suffix not in SUFFIXES:
        raise WeightsError(f"{place}: {path!r} is none of {', '.join(SUFFIXES)}; convert it to safetensors")
    found = sha256_of(path)
    check_sha256(path, found, sha256, place)
    return Weights(Path(path), found, _header(tensors) if tensors.suffix == ".safetensors" else {})


def check_sha256(path: str, found: str, expected: str | None, place: str) -> None:
    """Raises WeightsError where one is expected, and it is another."""
    if expected is not None and found != expected.strip().lower():
        raise WeightsError(
            f"{place}: {path!r} has sha256 {found}, but the config expects {expected}; "
            "fetch the file again, or correct the checksum if you trust this file"
        )


def _files(path: Path) -> list[Path]:
    """What weights consist of, the tensors last."""
    return [path / CONFIG_FILE, path / TENSORS_FILE] if path.is_dir() else [path]


def sha256_of(path: str | Path) -> str:
    """Hexadecimal; computed once a process while the file does not change. WeightsError where unreadable.

    Of a folder: of what `sha256sum config.json model.safetensors` prints.
    """
    file = Path(path)
    if file.is_dir():
        listed = "".join(f"{sha256_of(part)}  {part.name}\n" for part in _files(file))
        return hashlib.sha256(listed.encode()).hexdigest()
    try:
        stat = file.stat()
        return _digest(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
    except OSError as error:
        raise WeightsError(f"weights {str(path)!r} cannot be read: {error.strerror}") from error


@lru_cache(maxsize=64)
def _digest(path: str, _size: int, _mtime_ns: int, _inode: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _header(path: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except SafetensorError as error:
        raise WeightsError(f"weights {str(path)!r} are no safetensors file: {error}") from error


def architecture(weights: Weights, family: str) -> dict[str, Any] | None:
    """What the header says of the model's shape; None where it says nothing.

    Raises WeightsError when the header is of another family of models, or broken.
    """
    if METADATA_KEY not in weights.metadata:
        return None
    try:
        described = json.loads(weights.metadata[METADATA_KEY])
        found, shape = described["family"], dict(described["architecture"])
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"weights {str(weights.path)!r} have a broken {METADATA_KEY!r} header") from error
    if found != family:
        raise WeightsError(f"weights {str(weights.path)!r} are for {found!r}; here a model of {family!r} is needed")
    return shape


def read_state(weights: Weights) -> dict[str, "torch.Tensor"]:
    """Tensors by name, on the CPU; only formats and loaders that run no code.

    Raises WeightsError for a file that holds anything but named tensors, or is damaged.
    """
    import torch
    from safetensors.torch import load_file

    file = _files(weights.path)[-1]
    try:
        if file.suffix == ".safetensors":
            return dict(load_file(file))
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # a foreign file fails in any way that its reader can: it is never a bug of ours
        raise refused(weights, error) from error
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise WeightsError(f"weights {str(weights.path)!r} hold more than named tensors; save the state_dict alone")
    return dict(state)


def refused(weights: Weights, error: Exception) -> WeightsError:
    """For a file that a safe loader would not take; an unsafe one is never tried."""
    return WeightsError(
        f"weights {str(weights.path)!r} cannot be loaded safely ({_in_short(error)}); "
        "use a plain state dict or safetensors from a source that you trust"
    )


def unfit(weights: Weights, error: Exception) -> WeightsError:
    """For tensors of another architecture than the file names."""
    return WeightsError(
        f"weights {str(weights.path)!r} do not fit the architecture that they name ({_in_short(error)}); "
        "write them again with the architecture that they were trained with"
    )


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def write_state(state: Mapping[str, "torch.Tensor"], family: str, shape: Mapping[str, Any], path: str | Path) -> str:
    """Writes what `architecture` and `read_state` read back; same content, same bytes. Returns the sha256."""
    from safetensors.torch import save_file

    described = json.dumps({"architecture": dict(shape), "family": family}, sort_keys=True, separators=(",", ":"))
    tensors = {name: state[name].detach().cpu().contiguous() for name in sorted(state)}
    save_file(tensors, str(path), metadata={METADATA_KEY: described})
    return sha256_of(path)
