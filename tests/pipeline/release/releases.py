"""Whole small releases on disk, written as a build writes them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.release.card import render_card
from pipeline.release.counts import COLUMNS, Counts
from pipeline.release.folder import CARD, MANIFEST, ReleaseFolder
from pipeline.release.manifest import Build, Ledger, LedgerRow, canonical_bytes, make_manifest
from pipeline.release.plan import ShardPlan
from pipeline.release.settings import ReleaseSettings
from pipeline.release.shards import write_shard
from tests.pipeline.release.builders import Picture, Region, part_tables

SETTINGS = ReleaseSettings(global_side_px=80)  # small enough that pictures of the tests are shrunk


def some_pictures() -> list[Picture]:
    """Twelve pictures of two sources in all splits, with up to three regions each."""
    boxes = [(20, 10, 50, 40), (60, 30, 90, 60), (0, 0, 12, 9)]
    splits = ["train"] * 8 + ["validation"] * 2 + ["test"] * 2
    return [
        Picture(
            number=number,
            split=split,
            source="smears" if number % 2 else "films",
            modality="microscopy" if number % 2 else "radiography",
            channels=3 if number % 2 else 1,
            encoding="png" if number % 3 else "jpeg",
            licence="MIT" if number % 2 else "CC-BY-4.0",
            spacing_mm=(0.2, 0.1),
            regions=tuple(
                Region(box=box, label=f"cell {at}", masked=at != 2) for at, box in enumerate(boxes[: number % 4])
            ),
        )
        for number, split in enumerate(splits)
    ]


def write_release(
    folder: Path, pictures: Sequence[Picture], settings: ReleaseSettings = SETTINGS, **changes: Any
) -> ReleaseFolder:
    """One shard a split, the card, the manifest; `changes` to what the run knows."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = part_tables(pictures)
    for split in sorted({picture.split for picture in pictures}):
        with (folder / f"{split}-0123456789abcdef.parquet").open("wb") as sink:
            write_shard(ShardPlan(split, "", ("all",)), lambda _: tables, sink, settings)
    return finish_release(folder, replace(build_of(pictures), **changes))


def finish_release(folder: Path, build: Build) -> ReleaseFolder:
    """Card and manifest for the shards that lie in a folder."""
    release = ReleaseFolder(str(folder))
    counts = count(release)
    files = [replace(release.digest(name), rows=pq.read_metadata(folder / name).num_rows) for name in release.shards()]
    (folder / CARD).write_text(render_card(make_manifest(build, files, counts)))
    files.append(release.digest(CARD))
    (folder / MANIFEST).write_bytes(canonical_bytes(make_manifest(build, files, counts)))
    return release


def count(release: ReleaseFolder) -> dict[str, Any]:
    found = Counts()
    for name in release.shards():
        for rows in release.groups(name, COLUMNS):
            found.add(rows)
    return found.as_json()


def build_of(pictures: Sequence[Picture]) -> Build:
    """A run that opened one file a picture, and lost some others."""
    released = Counter(picture.source for picture in pictures)
    extra: list[LedgerRow] = [
        {"source": "films", "status": "excluded", "reason": "too_small", "count": 3},
        {"source": "films", "status": "duplicate", "reason": None, "count": 2},
        {"source": "smears", "status": "rejected", "reason": "truncated", "count": 1},
    ]
    return Build(
        name="demo",
        version="1.0",
        revision="abc1234",
        ids="content",
        key_id="content",
        profile="open",
        config={
            "name": "demo",
            "release": {"global_side_px": 80, "crop_context": 0.25},
            "select": {"splits": {"train": 0.8, "validation": 0.1, "test": 0.1}},
        },
        files=_ledger(
            released, "opened", [{**row, "status": "rejected"} for row in extra if row["reason"] == "truncated"]
        ),
        images=_ledger(released, "released", extra),
        unmapped=[],
    )


def _ledger(counts: Counter[str], status: str, extra: list[LedgerRow]) -> Ledger:
    rows: list[LedgerRow] = [
        {"source": source, "status": status, "reason": None, "count": amount} for source, amount in counts.items()
    ]
    return {"total": sum(row["count"] for row in [*rows, *extra]), "rows": [*rows, *extra]}
