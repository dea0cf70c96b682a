"""How much of a source may be lost before a run ends, and whether there is space for what it will write."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.inventory.rules import LOST_IMAGE_REASONS
from pipeline.sources import SourceSettings
from pipeline.work import StageIndex, Work
from schemas.errors import RejectedShare, StorageError

# Files that never were pictures, as a report among DICOM files, are no loss.
NO_LOSS = ("not_an_image", "no_pixel_data", "tiled_slide_not_yet", "parameter_map")


def check_rejected_share(source: SourceSettings, inventory: StageIndex, images: StageIndex, work: Work) -> None:
    """Raises RejectedShare where a source lost more of its images than `rejected_limit`."""
    lost = sum(_lost(part.rejected, NO_LOSS) for part in images.parts if part.source == source.name)
    good = sum(part.rows - sum(part.rejected.values()) for part in images.parts if part.source == source.name)
    for part in inventory.parts:
        if part.source == source.name:
            lost += sum(part.rejected.get(reason, 0) for reason in LOST_IMAGE_REASONS)
    if lost and lost > source.rejected_limit * (lost + good):
        raise RejectedShare(
            f"source {source.name!r}: {lost} of {lost + good} images were rejected, more than "
            f"rejected_limit {source.rejected_limit:g}; see `medregion status {work.url}`"
        )


def _lost(rejected: Mapping[str, int], no_loss: Sequence[str]) -> int:
    return sum(count for reason, count in rejected.items() if reason not in no_loss)


# `images` and shards each hold about the sources' bytes, crops and tables half as much again.
BYTES_A_SOURCE_BYTE = 2.5


def bytes_needed(work: Work, source_bytes: int) -> int:
    """About what a build will add to the work directory, less what is there already."""
    there = work.filesystem.du(work.root) if work.filesystem.exists(work.root) else 0
    return max(0, int(source_bytes * BYTES_A_SOURCE_BYTE) - int(there))


def check_space(work: Work, source_bytes: int) -> None:
    """Raises StorageError where a local disk has less free space than a build is expected to need."""
    if not work.local:
        return
    needed, free = bytes_needed(work, source_bytes), free_bytes(Path(work.root))
    if needed > free:
        raise StorageError(
            f"{work.root}: about {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free; "
            "free space, choose another --work, or try --limit"
        )


def free_bytes(folder: Path) -> int:
    """Of the disk on which a folder lies or will lie."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free
