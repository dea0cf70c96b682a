"""Takes the inventory of one source: lists, reads what is new, gives roles, matches, joins."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.inventory.check import check_source
from pipeline.inventory.contents import read_into
from pipeline.inventory.joining import TableCounts, join_tables
from pipeline.inventory.listing import Listing, item_text, list_into
from pipeline.inventory.matching import match_annotations
from pipeline.inventory.rows import IS_IMAGE, InventoryPart, Rows
from pipeline.inventory.rules import Rules, leaves_root, rules_of
from pipeline.parts import Limits
from pipeline.sources import SourceSettings
from pipeline.trace import Trace
from schemas.errors import SourceError
from schemas.ids import IdKey

BEYOND_LIMIT = "beyond_limit"

_USED = (
    f"role = 'table' OR ({IS_IMAGE}) OR item IN (SELECT support.item FROM support JOIN files AS image "
    "ON image.source = support.source AND image.item = support.image "
    "WHERE image.role = 'image' AND image.reason IS NULL)"
)


def _nobody(files: int) -> None:
    """Watches nothing."""


@dataclass(frozen=True)
class InventoryOptions:
    """How a source is taken. Of these only `limit` and `limits` change what comes out."""

    limit: int | None = None  # images of the source; the first by item, so a sample without a pattern
    limits: Limits = field(default_factory=Limits)
    skip: tuple[Path, ...] = ()  # what is no part of a source, as the work directory
    threads: int = field(default_factory=lambda: min(8, (os.cpu_count() or 1) + 2))
    watch: Callable[[int], None] = _nobody  # told how many files were listed or read since the last time


@dataclass(frozen=True)
class SourceCounts:
    """What belongs to what; `later` are files of formats that a later step reads."""

    images: int
    images_without_annotation: int | None  # None: the source has no annotations
    annotations_without_image: int
    later: int
    tables: tuple[TableCounts, ...]


@dataclass(frozen=True)
class Inventory:
    """A source as it was taken; its parts are read from the trace as they are asked for."""

    source: str
    counts: SourceCounts
    rows: Rows

    def parts(self) -> Iterator[InventoryPart]:
        """Parts of images, then those of the other files, each with its rows sorted by item."""
        yield from self.rows.image_parts()
        yield from self.rows.file_parts()


def take_inventory(
    source: SourceSettings, root: Path, id_key: IdKey, trace: Trace, options: InventoryOptions | None = None
) -> Inventory:
    """Files, their roles, and what belongs to each image. Memory does not grow with the files.

    Raises SourceError where the settings cannot work, and where no file is an image or of a format that a later
    step reads.
    """
    check_source(source, root)
    chosen, rules = options or InventoryOptions(), rules_of(source)
    extra = tuple(path for path in (*rules.tables, rules.names) if path and leaves_root(path))
    listing = Listing(source.name, root, id_key, rules.is_wanted, extra, (*chosen.skip, *trace.own_files))
    _watched(chosen, list_into(trace, listing))
    _watched(chosen, read_into(trace, source.name, root, "0" if chosen.limit else "1", chosen.threads))
    _give_roles(trace, source.name, rules)
    match_annotations(trace, source.name, rules)
    if chosen.limit:
        _set_aside(trace, source.name, chosen.limit)
        _watched(chosen, read_into(trace, source.name, root, _USED, chosen.threads))
    tables = join_tables(trace, source, root, id_key)
    items = tuple(id_key.item(source.name, item_text(path)) for path in rules.tables)
    counts = _counts(trace, source, tables)
    return Inventory(source.name, counts, Rows(trace, source, id_key, chosen.limits, items))


def _watched(options: InventoryOptions, steps: Iterable[int]) -> None:
    for files in steps:
        options.watch(files)


def _give_roles(trace: Trace, source: str, rules: Rules) -> None:
    for page in trace.pages(source):
        trace.set_roles(source, ((file.item, *rules.role(file.path, file.format, file.reason)) for file in page))


def _set_aside(trace: Trace, source: str, limit: int) -> None:
    """Images beyond the limit, and annotations of none but these."""
    trace.connection.execute(
        f"UPDATE files SET reason = ?1 WHERE source = ?2 AND NOT gone AND {IS_IMAGE} AND item > "
        f"(SELECT item FROM files WHERE source = ?2 AND NOT gone AND {IS_IMAGE} ORDER BY item LIMIT 1 OFFSET ?3 - 1)",
        (BEYOND_LIMIT, source, limit),
    )
    trace.connection.execute(
        "UPDATE files SET reason = ?1 WHERE source = ?2 AND NOT gone AND role = 'annotation' AND reason IS NULL "
        f"AND NOT ({_USED})",
        (BEYOND_LIMIT, source),
    )


def _counts(trace: Trace, source: SourceSettings, tables: tuple[TableCounts, ...]) -> SourceCounts:
    images = _count(trace, source.name, "role = 'image'")
    later = _count(trace, source.name, "reason = 'format_in_later_step'")
    if not images and not later:
        raise SourceError(source.name, "it holds no image; check `root`, `include` and `exclude`")
    annotated = "EXISTS (SELECT 1 FROM support WHERE support.source = files.source AND support.image = files.item)"
    return SourceCounts(
        images=images,
        images_without_annotation=(
            _count(trace, source.name, f"role = 'image' AND NOT {annotated}") if source.annotations else None
        ),
        annotations_without_image=_count(trace, source.name, "reason = 'annotation_without_image'"),
        later=later,
        tables=tables,
    )


def _count(trace: Trace, source: str, only: str) -> int:
    (number,) = trace.connection.execute(
        f"SELECT count(*) FROM files WHERE source = ? AND NOT gone AND ({only})", (source,)
    ).fetchone()
    return int(number)
