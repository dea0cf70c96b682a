import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.release.counts import Counts
from pipeline.release.folder import ReleaseFile
from pipeline.release.manifest import Build, Ledger, Unmapped, canonical_bytes, ledger_problems, make_manifest
from schemas.errors import LedgerError
from tests.pipeline.release.releases import build_of

EMPTY: Ledger = {"total": 0, "rows": []}
FILES = [
    ReleaseFile("train-b.parquet", 2, "bb", 5),
    ReleaseFile("README.md", 1, "aa"),
    ReleaseFile("train-a.parquet", 2, "cc", 0),
]


def build(**changes: Any) -> Build:
    return replace(build_of([]), **{"files": EMPTY, "images": EMPTY, **changes})


def manifest(**changes: Any) -> dict[str, Any]:
    return make_manifest(build(**changes), FILES, Counts().as_json())


def ledger(total: int, *rows: tuple[str, int]) -> Ledger:
    return {
        "total": total,
        "rows": [{"source": "s", "status": status, "reason": None, "count": n} for status, n in rows],
    }


@pytest.mark.parametrize(
    ("files", "images", "released", "problems"),
    [
        (EMPTY, EMPTY, 0, []),
        (ledger(3, ("opened", 2), ("support", 1)), ledger(2, ("released", 1), ("duplicate", 1)), 1, []),
        (ledger(3, ("opened", 2)), EMPTY, 0, ["ledger of files: its rows add up to 2, not to 3"]),
        (EMPTY, ledger(1, ("released", 1)), 2, ["ledger of images: 1 released, but the shards hold 2"]),
        (EMPTY, ledger(1, ("lost", 1)), 0, ["ledger of images: unknown status 'lost'"]),
    ],
)
def test_ledgers_add_up_or_say_why_not(files: Ledger, images: Ledger, released: int, problems: list[str]) -> None:
    assert ledger_problems(files, images, released) == problems


def test_a_ledger_that_does_not_add_up_ends_the_run() -> None:
    with pytest.raises(LedgerError, match="not to 7"):
        manifest(files=ledger(7, ("opened", 1)))


def test_files_and_ledger_rows_are_sorted() -> None:
    found = manifest(images=ledger(3, ("rejected", 1), ("excluded", 2)))
    assert [file["path"] for file in found["files"]] == ["README.md", "train-a.parquet", "train-b.parquet"]
    assert [row["status"] for row in found["ledgers"]["images"]["rows"]] == ["excluded", "rejected"]


def test_a_manifest_says_what_was_built_and_how() -> None:
    found = manifest(ids="keyed", key_id="0f")
    assert found["ids"] == {"mode": "keyed", "key_id": "0f"}
    assert (found["name"], found["version"], found["revision"], found["profile"]) == ("demo", "1.0", "abc1234", "open")
    assert found["schema_version"] == 7
    assert found["config"]["release"]["global_side_px"] == 80


def test_unmapped_labels_stand_beside_the_counts_that_rows_can_prove() -> None:
    unmapped: list[Unmapped] = [{"source": "s", "images": 2, "labels": 1, "words": None}]
    found = manifest(unmapped=unmapped)
    assert found["unmapped"] == unmapped
    assert found["counts"] == Counts().as_json()


@pytest.mark.parametrize("shuffle", [lambda items: items, reversed])
def test_the_bytes_do_not_depend_on_the_order_of_keys(shuffle: Callable[[Any], Any]) -> None:
    found = dict(shuffle(list(manifest().items())))
    assert canonical_bytes(found) == canonical_bytes(manifest())
    assert json.loads(canonical_bytes(found)) == manifest()
