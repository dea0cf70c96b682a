"""`manifest.json`: files with checksums, counts, ledgers, config. The same bytes for the same rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

from pipeline.release.folder import ReleaseFile
from schemas.errors import LedgerError
from schemas.tables.release import RELEASE_VERSION

FILE_STATUSES = ("opened", "support", "rejected")
IMAGE_STATUSES = ("released", "excluded", "rejected", "duplicate", "withdrawn")


class LedgerRow(TypedDict):
    """How many files or images of a source ended how; `reason` is a closed word or None."""

    source: str
    status: str
    reason: str | None
    count: int


class Ledger(TypedDict):
    """Where everything went; `total` is counted apart, so that the rows can fail to add up."""

    total: int
    rows: list[LedgerRow]


class Unmapped(TypedDict):
    """Of a source: images with labels that the taxonomy does not know, and how many such labels.

    `words` are the most frequent of them in the source's own words, or None where ids are keyed.
    """

    source: str
    images: int
    labels: int
    words: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Build:
    """What the run knows of a release beyond its rows; names and settings, never a folder or a date."""

    name: str
    version: str
    revision: str  # of the code: git's, or the package's version
    ids: Literal["content", "keyed"]
    key_id: str
    profile: str
    config: Mapping[str, Any]  # resolved; sources by name
    files: Ledger
    images: Ledger
    unmapped: Sequence[Unmapped]


def make_manifest(build: Build, files: Iterable[ReleaseFile], counts: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as JSON; `counts` is what `Counts.as_json` gives for the shards among `files`.

    Raises LedgerError where a ledger does not add up, or the shards hold another number of images.
    """
    for problem in ledger_problems(build.files, build.images, counts["total"]["images"]):
        raise LedgerError(problem)
    return {
        "schema_version": RELEASE_VERSION,
        "name": build.name,
        "version": build.version,
        "revision": build.revision,
        "ids": {"mode": build.ids, "key_id": build.key_id},
        "profile": build.profile,
        "files": [asdict(file) for file in sorted(files, key=lambda file: file.path)],
        "counts": counts,
        "ledgers": {"files": _sorted(build.files), "images": _sorted(build.images)},
        "unmapped": list(build.unmapped),
        "config": build.config,
    }


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, one line a value."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def ledger_problems(files: Ledger, images: Ledger, released: int) -> list[str]:
    """Why the ledgers do not add up; empty where they do."""
    problems = []
    for name, ledger, statuses in (("files", files, FILE_STATUSES), ("images", images, IMAGE_STATUSES)):
        found = sum(row["count"] for row in ledger["rows"])
        if found != ledger["total"]:
            problems.append(f"ledger of {name}: its rows add up to {found}, not to {ledger['total']}")
        unknown = sorted({row["status"] for row in ledger["rows"]} - set(statuses))
        problems += [f"ledger of {name}: unknown status {status!r}" for status in unknown]
    entered = sum(row["count"] for row in images["rows"] if row["status"] == "released")
    if entered != released:
        problems.append(f"ledger of images: {entered} released, but the shards hold {released}")
    return problems


def _sorted(ledger: Ledger) -> Ledger:
    rows = sorted(ledger["rows"], key=lambda row: (row["source"], row["status"], row["reason"] or ""))
    return {"total": ledger["total"], "rows": rows}
