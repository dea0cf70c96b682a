"""Whether a source's settings can work, before anything of it is read or written."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.ingest.tables import TableError, read_columns
from pipeline.inventory.patterns import compile_globs
from pipeline.sources import AnnotationSettings, SourceSettings, TableSettings
from schemas.errors import SourceError
from schemas.taxonomy.body_parts import body_part_of, body_parts
from schemas.taxonomy.categories import categories, is_category
from schemas.taxonomy.modalities import modalities, technique_of, techniques
from schemas.taxonomy.projections import projection_of, projections


def check_source(source: SourceSettings, root: Path) -> None:
    """Raises SourceError for the first thing that is wrong: the root, a table, an annotation folder, a word."""
    if not root.is_dir():
        raise SourceError(source.name, f"its root {source.root!r} is not a folder; correct `root`")
    for problem in _problems(source, root):
        raise SourceError(source.name, problem)


def _problems(source: SourceSettings, root: Path) -> Iterator[str]:
    yield from _unknown_words(source)
    yield from _odd_patterns(source)
    if source.annotations:
        yield from _annotation_problems(source.annotations, root)
    for position, table in enumerate(source.tables):
        yield from (f"tables.{position}: {problem}" for problem in _table_problems(table, root))


def _unknown_words(source: SourceSettings) -> Iterator[str]:
    ids = [each.id for each in modalities()]
    if source.modality is not None and source.modality not in ids:
        yield f"modality: {_instead(source.modality, ids)}"
    elif source.technique is not None and source.modality is None:
        yield "technique: needs `modality` beside it"
    elif source.technique is not None and technique_of(source.modality or "", source.technique) is None:
        yield f"technique: {_instead(source.technique, techniques(source.modality or ''))}"
    if source.body_part is not None and body_part_of(source.body_part) is None:
        yield f"body_part: {_instead(source.body_part, [each.id for each in body_parts()])}"
    if source.projection is not None and projection_of(source.projection) is None:
        yield f"projection: {_instead(source.projection, [each.id for each in projections()])}"
    for word, label in source.labels.items():
        if label.category is not None and not is_category(label.category):
            yield f"labels.{word}.category: {_instead(label.category, [each.id for each in categories()])}"


def _odd_patterns(source: SourceSettings) -> Iterator[str]:
    for key, patterns in (("include", source.include), ("exclude", source.exclude)):
        for pattern in patterns:
            try:
                compile_globs([pattern])
            except re.error as error:
                yield f"{key}: {pattern!r} is no pattern: {error.msg}"


def _annotation_problems(settings: AnnotationSettings, root: Path) -> Iterator[str]:
    if not (root / settings.path).is_dir():
        yield f"annotations.path: {settings.path!r} is not a folder below the root"
    if settings.kind == "yolo" and settings.names is None:
        yield "annotations.names: yolo needs the file of class names"
    if settings.names is not None and not (root / settings.names).is_file():
        yield f"annotations.names: no file {settings.names!r} below the root"
    if settings.kind == "label_masks" and (settings.instances is None) == (not settings.values):
        yield "annotations: label masks need either `values` (grey value: label) or `instances` (a label)"
    unmarked = settings.path == "." and not settings.prefix and not settings.suffix
    if settings.kind == "label_masks" and unmarked:
        yield "annotations: masks beside their images need a `prefix` or `suffix` that tells them apart"


def _table_problems(table: TableSettings, root: Path) -> Iterator[str]:
    path = root / table.path
    if not path.is_file():
        yield f"no file {table.path!r} below the root; correct `path`"
        return
    try:
        present = read_columns(path)
    except TableError as error:
        yield str(error)
        return
    except OSError as error:
        yield f"{table.path!r} cannot be read: {error.strerror}"
        return
    for column in (table.join, *table.columns.values(), *table.states):
        if column not in present:
            yield f"no column {_instead(column, present)}"
        elif present.count(column) > 1:
            yield f"several columns are named {column!r}; give each its own name"


def _instead(word: str, known: Iterable[str]) -> str:
    choices = sorted(known)
    nearest = difflib.get_close_matches(word, choices, n=1, cutoff=0.4)
    return f"{word!r}; did you mean {nearest[0]!r}?" if nearest else f"{word!r}; one of: {', '.join(choices)}"
