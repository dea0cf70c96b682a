"""Names that outlive a crash, for their owner's eyes alone."""

import os
from pathlib import Path

OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


def sync_folder(folder: Path) -> None:
    """Makes the names within it durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
