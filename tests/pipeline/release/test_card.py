import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.release.card import front_matter, licence_fields, render_card
from pipeline.release.folder import CARD
from pipeline.release.manifest import make_manifest
from tests.pipeline.release.builders import Picture
from tests.pipeline.release.releases import build_of, count, some_pictures, write_release


def manifest_of(folder: Path, *pictures: Picture, **changes: Any) -> dict[str, Any]:
    counts = count(write_release(folder, pictures))
    return make_manifest(replace(build_of(pictures), **changes), [], counts)


def test_the_front_matter_lets_load_dataset_find_the_splits(tmp_path: Path) -> None:
    known = yaml.safe_load(front_matter(manifest_of(tmp_path, *some_pictures())))
    assert known["configs"] == [
        {
            "config_name": "default",
            "data_files": [{"split": split, "path": f"{split}-*.parquet"} for split in ("train", "validation", "test")],
        }
    ]
    assert known["license"] == ["cc-by-4.0", "mit"]
    assert known["size_categories"] == ["n<1K"]
    assert known["pretty_name"] == "demo"


def test_splits_without_rows_are_not_promised(tmp_path: Path) -> None:
    known = yaml.safe_load(front_matter(manifest_of(tmp_path, Picture(split="test"))))
    assert [entry["split"] for entry in known["configs"][0]["data_files"]] == ["test"]


@pytest.mark.parametrize(
    ("licences", "licence"),
    [
        ([], "other"),
        (["CC0-1.0"], ["cc0-1.0"]),
        (["MIT", "CC-BY-SA-4.0"], ["mit", "cc-by-sa-4.0"]),
        (["MIT", "other"], "other"),
        (["PhysioNet-restricted"], "other"),
    ],
)
def test_licences_that_the_hub_does_not_know_are_other(licences: list[str], licence: object) -> None:
    assert licence_fields(licences)["license"] == licence


def test_the_card_is_front_matter_and_a_body_with_counts_that_match(tmp_path: Path) -> None:
    card = (write_release(tmp_path, some_pictures()).open, (tmp_path / CARD).read_text())[1]
    assert card.startswith("---\npretty_name: demo\n")
    body = card.split("---\n", 2)[2]
    assert "| train | 8 | 8 | 12 | 8 | 12 | 20 |" in body
    assert "| **all** | 12 | 12 | 18 | 12 | 18 | 30 |" in body
    assert "makers of smears" in body
    assert "| films | excluded | too_small | 3 |" in body
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", body)


@pytest.mark.parametrize(("ids", "says"), [("content", "can find its row"), ("keyed", "does not end linkage")])
def test_the_card_says_what_ids_protect(tmp_path: Path, ids: str, says: str) -> None:
    assert says in " ".join(render_card(manifest_of(tmp_path, Picture(), ids=ids)).split())


def test_the_card_names_its_limits(tmp_path: Path) -> None:
    card = " ".join(render_card(manifest_of(tmp_path, Picture())).split())
    for limit in ("No expert reader", "unknown, not absent", "Not for clinical use", "known gaps", "`ellipse`"):
        assert limit in card


@pytest.mark.parametrize(
    ("labels", "words", "says"),
    [
        (1, ["odd"], "- smears: images with unmapped labels 1,200, different labels 1; `manifest.json` names them."),
        (2, ["odd"], "different labels 2; `manifest.json` names the most frequent."),
        (2, None, "different labels 2.\n"),
    ],
)
def test_the_card_counts_unmapped_labels_and_names_none(
    tmp_path: Path, labels: int, words: list[str] | None, says: str
) -> None:
    unmapped = [{"source": "smears", "images": 1200, "labels": labels, "words": words}]
    card = render_card(manifest_of(tmp_path, Picture(), unmapped=unmapped))
    assert says in card
    assert "odd" not in card


def test_names_cannot_break_a_table(tmp_path: Path) -> None:
    card = render_card(manifest_of(tmp_path, Picture(source="a|b")))
    assert "| a\\|b | 1 |" in card


def test_the_example_in_the_card_is_code_that_compiles(tmp_path: Path) -> None:
    card = render_card(manifest_of(tmp_path, Picture()))
    code = re.search(r"```python\n(.*?)```", card, re.DOTALL)
    assert code is not None
    compile(code[1], "card", "exec")
    assert 'corpus["train"]' in code[1]
