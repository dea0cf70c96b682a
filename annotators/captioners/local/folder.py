"""A folder with a chat model, as models are published: which of its files count, and the checksum over them."""

import hashlib
import json
from pathlib import Path

from annotators.weights import CONFIG_FILE, TENSORS_FILE, Weights, check_sha256, sha256_of
from schemas.errors import WeightsError

INDEX_FILE = "model.safetensors.index.json"  # of tensors in several files
TOKENIZER_FILE = "tokenizer.json"
ADAPTER_FILE = "adapter_config.json"  # its base would be looked up by name
COUNTED = (".jinja", ".json", ".safetensors")


def read_folder(path: str, sha256: str | None, place: str = "weights") -> Weights:
    """The folder at `path`, checked against `sha256` where one is given; `place` is the config key of the path.

    Raises WeightsError: no such folder, a file that is missing, another checksum, tensors that are no safetensors.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise WeightsError(f"{place}: no folder {path!r}; put the model's folder there, or name where it is")
    for name in (CONFIG_FILE, TOKENIZER_FILE, *_tensor_files(folder, place)):
        if not (folder / name).is_file():
            raise WeightsError(f"{place}: no file {str(folder / name)!r}; fetch the model's folder whole")
    if (folder / ADAPTER_FILE).exists():
        raise WeightsError(f"{place}: {path!r} holds an adapter; merge it into its model, and save that")
    found = folder_sha256(path)
    check_sha256(path, found, sha256, place)
    return Weights(folder, found)


def folder_sha256(path: str) -> str:
    """Of what `LC_ALL=C sha256sum *.jinja *.json *.safetensors` prints: templates and settings change answers too."""
    files = sorted(Path(path).iterdir(), key=lambda file: (file.suffix, file.name.encode()))
    counted = [file for file in files if file.suffix in COUNTED and file.is_file()]
    listed = "".join(f"{sha256_of(file)}  {file.name}\n" for file in counted)
    return hashlib.sha256(listed.encode()).hexdigest()


def _tensor_files(folder: Path, place: str) -> list[str]:
    """Their names; of a model in several files, as its index tells."""
    index = folder / INDEX_FILE
    if not index.is_file():
        return [TENSORS_FILE]
    try:
        names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{place}: {str(index)!r} is broken; fetch it again") from error
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".safetensors"):
            raise WeightsError(f"{place}: {str(index)!r} names {name!r}, which is no safetensors file beside it")
    return [INDEX_FILE, *names]
