import json
from pathlib import Path

import pytest

from flows.config.corpus import CorpusConfig, read_corpus
from schemas.errors import ConfigError
from tests.annotators.tiny_models import save_tiny_yolo

SOURCE = "{name: films, root: /private/films, licence: MIT, tables: [{path: names.csv, join: file}]}"


def read(folder: Path, *overrides: str) -> CorpusConfig:
    path = folder / "corpus.yaml"
    path.write_text(f"name: a\nsources: [{SOURCE}]\n")
    return read_corpus(path, overrides)


def test_what_a_manifest_says_names_no_folder(tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    sha256 = save_tiny_yolo(weights, ["nodule"])
    config = read(tmp_path, f"annotate.detectors=[{{name: given}}, {{name: yolo, weights: {weights}}}]")
    public = config.public()
    text = json.dumps(public)
    for private in (str(tmp_path), "/private", "names.csv"):
        assert private not in text
    assert [detector["sha256"] for detector in public["annotate"]["detectors"]] == [None, sha256]


def test_where_a_model_runs_and_lies_changes_no_manifest(tmp_path: Path) -> None:
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    save_tiny_yolo(one, ["nodule"])
    other.write_bytes(one.read_bytes())
    settings = [f"annotate.detectors=[{{name: yolo, weights: {one}, device: cpu, batch: 1}}]"]
    settings += [f"annotate.detectors=[{{name: yolo, weights: {other}, device: auto, batch: 9}}]"]
    first, second = (read(tmp_path, each).public() for each in settings)
    assert first == second
    assert first != read(tmp_path, f"{settings[0][:-2]}, confidence: 0.5}}]").public()


@pytest.mark.parametrize("version", ["", ".", "..", "../other", "a/b", ".hidden", "a b", "index.json"])
def test_a_version_is_the_name_of_a_folder(tmp_path: Path, version: str) -> None:
    with pytest.raises(ConfigError, match=r"release: .* names a folder"):
        read(tmp_path, f"release.version='{version}'")


def test_versions_as_people_write_them_are_taken(tmp_path: Path) -> None:
    assert read(tmp_path, "release.version='1.0.0-rc.1+b_2'").release.version == "1.0.0-rc.1+b_2"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("select.splits={train: .nan}", "select.splits: fractions sum to nan"),
        ("sources.0.rejected_limit=.nan", "sources.0.rejected_limit: nan is not from 0 to 1"),
        ("sources.0.rejected_limit=-1", "sources.0.rejected_limit: -1 is not from 0 to 1"),
        ("ingest.max_file_mb=0", "ingest.max_file_mb: 0 is not from 1"),
        ("describe.negatives_per_report=-1", "describe.negatives_per_report: -1 is not from 0 to 100"),
        ("describe.regions_with_negatives=-1", "describe.regions_with_negatives: -1 is not from 0 to 10000"),
        ("describe.names_per_report=101", "describe.names_per_report: 101 is not from 0 to 100"),
        ("describe.relations_per_report=-2", "describe.relations_per_report: -2 is not from 0 to 100"),
        ("release.jpeg_quality=101", "release.jpeg_quality: 101 is not from 1 to 100"),
    ],
)
def test_a_number_out_of_range_names_its_place(tmp_path: Path, override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, override)
