"""From finished shards to `release/VERSION/`: links, card, report, and the manifest last."""

import hashlib
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
from pipeline.release.task import STAGE, shard_path
from pipeline.release.unmapped import unmapped_labels
from pipeline.work import StoredPart, Work
from schemas.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class About:
    """What only the run knows of a release; names and settings, never a folder or a date."""

    name: str
    version: str
    named: bool  # by the config; else it is a hash of what is released
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
    """A release is there once its manifest is; one that is there and the same is left alone, but for its report.

    Raises LedgerError where a ledger does not add up, before a manifest exists, and ConfigError where a version that
    the config names holds something else.
    """
    work, shards = tables.work, tables.indexes["shards"].parts
    folder = work.path("release", about.version)
    files = [_file(work, shard) for shard in shards]
    counts = _counts(ReleaseFolder(f"{work.url.rstrip('/')}/{STAGE}"), shards).as_json()
    build = _build(tables, about, counts)
    card = render_card(make_manifest(build, files, counts)).encode()
    listed = [*files, ReleaseFile(CARD, len(card), hashlib.sha256(card).hexdigest())]
    manifest = canonical_bytes(make_manifest(build, listed, counts))
    if not _is_there(work, folder, about, manifest):
        for file, shard in zip(files, shards, strict=True):
            _place(work, shard, f"{folder}/{file.path}")
        commit_bytes(work.filesystem, f"{folder}/{CARD}", card)
        commit_bytes(work.filesystem, f"{folder}/{MANIFEST}", manifest)
    release = ReleaseFolder(f"{work.url.rstrip('/')}/release/{about.version}")
    commit_bytes(work.filesystem, f"{folder}/report.html", render_report(release, facts).encode())
    commit_bytes(work.filesystem, work.path("release", "index.json"), canonical_bytes({"version": about.version}))
    return Published(about.version, folder, f"{folder}/report.html")


def _build(tables: Tables, about: About, counts: Mapping[str, Any]) -> Build:
    released = {source: amounts["images"] for source, amounts in counts["by_source"].items()}
    said = {name: value for name, value in vars(about).items() if name != "named"}
    return Build(
        **said,
        files=file_ledger(tables),
        images=image_ledger(tables, released),
        unmapped=unmapped_labels(tables, named=about.ids == "content"),
    )


def _is_there(work: Work, folder: str, about: About, manifest: bytes) -> bool:
    """Whether this very release is published; removes what else lies under its name, the manifest first."""
    filesystem, path = work.filesystem, f"{folder}/{MANIFEST}"
    if filesystem.exists(path):
        if filesystem.cat_file(path) == manifest:
            return True
        if about.named:
            raise ConfigError("release.version", f"{about.version!r} is published with other content; name another")
        filesystem.rm(path)
    for left in filesystem.glob(f"{folder}/*.parquet"):
        filesystem.rm(left)
    return False


def _file(work: Work, shard: StoredPart) -> ReleaseFile:
    name = f"{shard.part.split('/', 1)[0]}-{shard.key}.parquet"
    size = int(work.filesystem.size(shard_path(work, shard.key)))
    return ReleaseFile(name, size, shard.columns["sha256"], shard.rows)


def _place(work: Work, shard: StoredPart, target: str) -> None:
    source = shard_path(work, shard.key)
    work.filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
    if work.local:
        link(Path(source), Path(target))
    else:
        work.filesystem.copy(source, target)


def link(source: Path, target: Path) -> None:
    """A hard link where the disk has them, else a copy: the release must outlive the work directory."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _counts(folder: ReleaseFolder, shards: Sequence[StoredPart]) -> Counts:
    counts = Counts()
    for shard in shards:
        for rows in folder.groups(f"{shard.key}.parquet", COLUMNS):
            counts.add(rows)
    return counts
