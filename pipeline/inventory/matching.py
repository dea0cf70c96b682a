"""Annotation files to images, by stem and, where stems repeat, by folder."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter

from pipeline.ingest.annotation_files import NAMES
from pipeline.inventory.rules import AnnotationRule, Rules
from pipeline.trace import PAGE_ROWS, Trace

Candidate = tuple[str, str, str | None, str | None]  # annotation and its folder, an image and its folder
Match = tuple[str, str | None, str | None]  # annotation, its image, why it has none

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS support (
    source TEXT, image TEXT, item TEXT, kind TEXT, PRIMARY KEY (source, image, item)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS temp.support_item ON support (source, item);
DROP TABLE IF EXISTS temp.image_stems;
DROP TABLE IF EXISTS temp.annotation_stems;
CREATE TEMP TABLE image_stems (stem TEXT, item TEXT, folder TEXT);
CREATE TEMP TABLE annotation_stems (stem TEXT, item TEXT, folder TEXT);
"""
_CANDIDATES = """
SELECT annotation.item, annotation.folder, image.item, image.folder
FROM annotation_stems AS annotation LEFT JOIN image_stems AS image USING (stem) ORDER BY annotation.item, image.item
"""


def match_annotations(trace: Trace, source: str, rules: Rules) -> None:
    """Fills the trace's temporary table `support`; an annotation without its image gets a reason."""
    connection = trace.connection
    connection.executescript(_TABLES)
    connection.execute("DELETE FROM support WHERE source = ?", (source,))
    if rules.annotation is None:
        return
    _fill_stems(trace, source, rules, rules.annotation)
    found = _matches(connection.execute(_CANDIDATES))
    while page := list(islice(found, PAGE_ROWS)):
        with trace.transaction():
            connection.executemany(
                "INSERT INTO support VALUES (?, ?, ?, ?)",
                ((source, image, item, rules.annotation.settings.kind) for item, image, _ in page if image),
            )
        trace.set_roles(source, ((item, "annotation", reason) for item, _, reason in page if reason))
    _add_names(trace, source, rules)


def _fill_stems(trace: Trace, source: str, rules: Rules, annotation: AnnotationRule) -> None:
    connection = trace.connection
    for page in trace.pages(source, "role = 'image'"):
        rows = [(annotation.image_key(file.path), file.item, file.path.rpartition("/")[0]) for file in page]
        with trace.transaction():
            connection.executemany("INSERT INTO image_stems VALUES (?, ?, ?)", rows)
    for page in trace.pages(source, "role = 'annotation'"):
        given = [file for file in page if file.path != rules.names]
        rows = [(annotation.key(file.path), file.item, annotation.folder(file.path)) for file in given]
        with trace.transaction():
            connection.executemany("INSERT INTO annotation_stems VALUES (?, ?, ?)", rows)
    connection.execute("CREATE INDEX temp.image_stems_stem ON image_stems (stem)")


def _matches(candidates: Iterable[Candidate]) -> Iterator[Match]:
    """From candidates grouped by annotation."""
    for (item, folder), rows in groupby(candidates, key=itemgetter(0, 1)):
        images = [(row[2], row[3] or "") for row in rows if row[2] is not None]
        image = choose_image(folder, images)
        reason = "annotation_ambiguous" if images else "annotation_without_image"
        yield item, image, None if image else reason


def choose_image(folder: str, images: list[tuple[str, str]]) -> str | None:
    """Of (item, folder) with the annotation's stem: the only one, else the only one in a folder of the same name.

    `folder` is the annotation's, below the annotations' own; an image's folder may lie deeper.
    """
    if len(images) == 1:
        return images[0][0]
    alike = [item for item, place in images if folder and f"/{place}".endswith(f"/{folder}")]
    return alike[0] if len(alike) == 1 else None


def _add_names(trace: Trace, source: str, rules: Rules) -> None:
    """The file of class names supports every image that has an annotation."""
    for page in trace.pages(source, "role = 'annotation'") if rules.names else ():
        for file in page:
            if file.path == rules.names:
                trace.connection.execute(
                    "INSERT INTO support SELECT DISTINCT source, image, ?, ? FROM support WHERE source = ?",
                    (file.item, NAMES, source),
                )
