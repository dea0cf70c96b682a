"""Every file under a source's root: hidden ones too, links only where they stay within it."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pipeline.trace import PAGE_ROWS, Trace, TracedFile
from schemas.errors import SourceError
from schemas.ids import IdKey


@dataclass(frozen=True)
class Listing:
    """Where to look, and which relative paths matter: others are listed and not opened.

    `extra` are files outside the root that the settings name, `skip` files and folders that are not listed.
    """

    source: str
    root: Path
    id_key: IdKey
    is_wanted: Callable[[str], bool]
    extra: tuple[str, ...] = ()
    skip: tuple[Path, ...] = ()


def list_into(trace: Trace, listing: Listing) -> Iterator[int]:
    """Records all files in the trace and marks those that are gone; yields how many it saw since the last time.

    Raises SourceError where the root itself cannot be listed.
    """
    trace.begin(listing.source, listing.root)
    seen = _seen(listing)
    while page := list(islice(seen, PAGE_ROWS)):
        trace.record(listing.source, page)
        yield len(page)
    trace.end(listing.source)


def item_text(path: str) -> str:
    """The relative path as text: names that are not UTF-8 with their odd bytes written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _seen(listing: Listing) -> Iterator[TracedFile]:
    for path, status, problem in chain(_extra(listing), _walk(listing)):
        item = listing.id_key.item(listing.source, item_text(path))
        size, mtime, inode = (status.st_size, status.st_mtime_ns, status.st_ino) if status else (0, 0, 0)
        reason = problem or (None if listing.is_wanted(path) else "excluded_by_pattern")
        yield TracedFile(item, path, size, mtime, inode, reason=reason)


Found = tuple[str, os.stat_result | None, str | None]


def _extra(listing: Listing) -> Iterator[Found]:
    for path in listing.extra:
        yield path, (listing.root / path).stat(), None


def _walk(listing: Listing) -> Iterator[Found]:
    real_root = os.path.realpath(listing.root)
    skip = frozenset(os.path.realpath(path) for path in listing.skip)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = os.scandir(f"{listing.root}/{folder}")
        except OSError as error:
            if not folder:
                raise SourceError(listing.source, f"its root cannot be listed: {error.strerror}") from error
            yield folder, None, "folder_unreadable"
            continue
        with entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if f"{real_root}/{path}" in skip:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                else:
                    yield _entry(entry, path, real_root)


def _entry(entry: os.DirEntry[str], path: str, real_root: str) -> Found:
    try:
        if entry.is_symlink() and not _stays_within(entry.path, real_root):
            return path, entry.stat(follow_symlinks=False), "link_not_followed"
        status = entry.stat()
    except OSError:
        return path, None, "file_unreadable"
    if stat.S_ISDIR(status.st_mode):
        return path, entry.stat(follow_symlinks=False), "link_not_followed"
    return path, status, None if stat.S_ISREG(status.st_mode) else "not_a_regular_file"


def _stays_within(link: str, real_root: str) -> bool:
    target = os.path.realpath(link)
    return target.startswith(f"{real_root}/") and Path(target).exists()
