"""The ledger of files: each is opened, supports images, or is rejected with a reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import LedgerError

ANNOTATION_FILE_REASONS = ("annotation_unreadable", "annotation_too_large")  # of `dropped`: a whole file is lost


@dataclass(frozen=True)
class FileCounts:
    """Of one source. What a single part gives may hold negative support: only the sum over all parts adds up."""

    files: int = 0
    opened: int = 0
    support: int = 0
    uses: int = 0  # of support files by images
    rejected: Mapping[str, int] = field(default_factory=dict)  # reason -> files

    def __add__(self, other: "FileCounts") -> "FileCounts":
        reasons = Counter(self.rejected)
        reasons.update(other.rejected)
        return FileCounts(
            self.files + other.files,
            self.opened + other.opened,
            self.support + other.support,
            self.uses + other.uses,
            dict(sorted(reasons.items())),
        )

    def check(self, source: str) -> None:
        """Raises LedgerError where files are neither opened nor support nor rejected."""
        accounted = self.opened + self.support + sum(self.rejected.values())
        if accounted != self.files:
            raise LedgerError(f"source {source!r}: {self.files} files, but {accounted} in the file ledger")


def file_counts(inventory: pa.Table, images: pa.Table | None = None, records: pa.Table | None = None) -> FileCounts:
    """Of one part. For a part of images, with its rows of `images` (item, rejected) and `records` (item, dropped).

    A file is opened when a frame of it became a picture, else rejected for its first frame's reason. An annotation
    file that could not be read moves from support to rejected.
    """
    reasons = pc.struct_field(inventory["rejected"], "reason")
    unused = Counter(reasons.drop_null().to_pylist())
    role = inventory["role"]
    supporting = pc.and_(pc.is_in(role, pa.array(["annotation", "table"])), pc.is_null(reasons))
    listed = FileCounts(
        files=inventory.num_rows,
        support=pc.sum(supporting).as_py() or 0,
        uses=pc.sum(pc.if_else(supporting, inventory["used_by"], 0)).as_py() or 0,
        rejected=unused,
    )
    opened = FileCounts() if images is None else _opened(images)
    return listed + opened + (FileCounts() if records is None else _lost(records))


def _opened(images: pa.Table) -> FileCounts:
    reasons = images.select(["item"]).append_column("reason", pc.struct_field(images["rejected"], "reason"))
    good = set(reasons.filter(pc.is_null(reasons["reason"]))["item"].to_pylist())
    first = {row["item"]: row["reason"] for row in reversed(reasons.to_pylist()) if row["item"] not in good}
    return FileCounts(opened=len(good), rejected=Counter(first.values()))


def _lost(records: pa.Table) -> FileCounts:
    """Each frame and view of an item names the same lost files: the first speaks for all."""
    first = {row["item"]: row["dropped"] or [] for row in reversed(records.select(["item", "dropped"]).to_pylist())}
    reasons = Counter(each["reason"] for dropped in first.values() for each in dropped)
    lost = {reason: reasons[reason] for reason in ANNOTATION_FILE_REASONS if reasons[reason]}
    return FileCounts(support=-sum(lost.values()), rejected=lost)
