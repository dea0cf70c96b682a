"""A release proves itself: from its files alone, in a process that knows nothing of the build."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.release.folder import MANIFEST, UNLISTED, ReleaseFolder
from pipeline.release.scan import Check, Problems, Scan
from pipeline.release.verify_pixels import PICTURE_CHECKS
from pipeline.release.verify_rows import ROW_CHECKS
from schemas.errors import WrongRun
from schemas.tables.release import RELEASE_VERSION

PARTS = {"files": list, "counts": dict, "ledgers": dict, "schema_version": int}  # of a manifest
FILE_PARTS = {"path", "bytes", "sha256", "rows"}
OF_FILES = ("manifest", "schema version", "no missing files", "no extra files", "checksums", "shards readable")
OF_RELEASE = ("row counts", "splits disjoint", "ids unique", "counts add up", "ledgers add up")


def verify(url: str, *, full: bool = False) -> list[Check]:
    """Every check with its result, in a fixed order; fewer where manifest or schema version already fail.

    Reads every file whole for its checksum, and every row but for pixels; pixels of 16 rows a shard, or with
    `full` of all. Keeps 16 bytes a picture and a region. Raises WrongRun where there is no such folder.
    """
    folder = ReleaseFolder(url)
    names = folder.names()
    try:
        manifest = _known(folder.manifest())
    except WrongRun as error:
        return [Check("manifest", False, str(error))]
    if manifest["schema_version"] != RELEASE_VERSION:
        detail = f"rows of version {manifest['schema_version']}; this program knows version {RELEASE_VERSION}"
        return [Check("manifest", True, "reads"), Check("schema version", False, detail)]
    listed = {file["path"]: file for file in manifest["files"]}
    present = [name for name in sorted(listed) if name in names]
    problems = Problems()
    problems.note("no missing files", sorted(set(listed) - set(names)))
    problems.note("no extra files", sorted(set(names) - set(listed) - UNLISTED))
    problems.note("checksums", _changed(folder, listed, present))
    scan = Scan(folder, problems, full)
    for name in present:
        if name.endswith(".parquet"):
            scan.shard(name, listed[name]["rows"])
    scan.release(manifest)
    amounts = _amounts(listed, scan)
    order = (*OF_FILES, *ROW_CHECKS, *PICTURE_CHECKS, *OF_RELEASE)
    return [problems.check(name, amounts.get(name, amounts["rows"])) for name in order]


def _known(manifest: dict[str, Any]) -> dict[str, Any]:
    """Raises WrongRun where a part of the manifest is missing or of another kind."""
    wrong = [name for name, kind in PARTS.items() if not isinstance(manifest.get(name), kind)]
    if wrong or not all(isinstance(file, dict) and set(file) == FILE_PARTS for file in manifest["files"]):
        raise WrongRun(f"{MANIFEST} says nothing usable of {', '.join(wrong) or 'files'}; fetch the release again")
    return manifest


def _changed(folder: ReleaseFolder, listed: Mapping[str, Any], present: Iterable[str]) -> Iterator[str]:
    for name in present:
        found = folder.digest(name)
        if (found.bytes, found.sha256) != (listed[name]["bytes"], listed[name]["sha256"]):
            yield name


def _amounts(listed: Mapping[str, Any], scan: Scan) -> dict[str, str]:
    files = f"{len(listed):,} files"
    pixels = f"{scan.decoded:,} of {scan.rows:,} images, with their crops"
    return {
        "manifest": "reads",
        "schema version": f"version {RELEASE_VERSION}",
        **dict.fromkeys(OF_FILES[2:], files),
        **dict.fromkeys(PICTURE_CHECKS, pixels),
        "splits disjoint": f"{sum(map(len, scan.counts.groups.values())):,} groups",
        "rows": f"{scan.rows:,} rows, {scan.regions:,} regions",
    }
