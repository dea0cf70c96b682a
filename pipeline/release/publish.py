"""From finished shards to `release/VERSION/`: links, card, report, and the manifest last."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.commit import commit_bytes
from pipeline.release.card import render_card
from pipeline.release.counts import COLUMNS, Counts
from pipeline.release.folder import CARD, MANIFEST, ReleaseFile, ReleaseFolder
from pipeline.release.ledgers import Tables, file_ledger, image_ledger
from pipeline.release.manifest import Build, canonical_bytes, make_manifest
from pipeline.release.report import RunFacts, render_report
from pipeline.release.task import shard_path
from pipeline.work import StoredPart, Work


@dataclass(frozen=True, kw_only=True)
class About:
    """What only the run knows of a release; names and settings, never a folder or a date."""

    name: str
    version: str
    revision: str
    ids: Literal["content", "keyed"]
    key_id: str
    profile: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """Where a release lies."""

    version: str
    folder: str
    report: str


def publish(tables: Tables, about: About, facts: RunFacts) -> Published:
    """A release is there once its manifest is; the report is written anew by every run.

    Raises LedgerError where a ledger does not add up, before a manifest exists.
    """
    work, shards = tables.work, tables.indexes["shards"]
    folder = work.path("release", about.version)
    release = ReleaseFolder(f"{work.url.rstrip('/')}/release/{about.version}")
    _clear(work, folder)
    files = [_place(work, folder, shard) for shard in shards.parts]
    counts = _counts(release, files).as_json()
    build = _build(tables, about, counts)
    commit_bytes(work.filesystem, f"{folder}/{CARD}", render_card(make_manifest(build, files, counts)).encode())
    manifest = make_manifest(build, [*files, release.digest(CARD)], counts)
    commit_bytes(work.filesystem, f"{folder}/{MANIFEST}", canonical_bytes(manifest))
    commit_bytes(work.filesystem, f"{folder}/report.html", render_report(release, facts).encode())
    commit_bytes(work.filesystem, work.path("release", "index.json"), canonical_bytes({"version": about.version}))
    return Published(about.version, folder, f"{folder}/report.html")


def _build(tables: Tables, about: About, counts: Mapping[str, Any]) -> Build:
    released = {source: amounts["images"] for source, amounts in counts["by_source"].items()}
    return Build(**vars(about), files=file_ledger(tables), images=image_ledger(tables, released))


def _clear(work: Work, folder: str) -> None:
    """What a killed run of another state left under this version; its manifest goes first."""
    if not work.filesystem.isdir(folder):
        return
    for path in [f"{folder}/{MANIFEST}", *work.filesystem.glob(f"{folder}/*.parquet")]:
        if work.filesystem.exists(path):
            work.filesystem.rm(path)


def _place(work: Work, folder: str, shard: StoredPart) -> ReleaseFile:
    name = f"{shard.part.split('/', 1)[0]}-{shard.key}.parquet"
    source, target = shard_path(work, shard.key), f"{folder}/{name}"
    work.filesystem.makedirs(folder, exist_ok=True)
    if work.local:
        link(Path(source), Path(target))
    else:
        work.filesystem.copy(source, target)
    size = int(work.filesystem.size(target))
    return ReleaseFile(name, size, shard.columns["sha256"], shard.rows)


def link(source: Path, target: Path) -> None:
    """A hard link where the disk has them, else a copy: the release must outlive the work directory."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _counts(release: ReleaseFolder, files: Sequence[ReleaseFile]) -> Counts:
    counts = Counts()
    for file in files:
        for rows in release.groups(file.path, COLUMNS):
            counts.add(rows)
    return counts
