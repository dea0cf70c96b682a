"""Pictures of a work directory by their image_id, or the beginning of one, or by their item."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from pipeline.work import Work
from schemas.tables.columns import KEY_NAMES

COLUMNS = (*KEY_NAMES, "image_id", "status", "rule")


@dataclass(frozen=True)
class FoundImage:
    """A row of `selection`, and its part."""

    part: str
    source: str
    item: str
    frame: int
    view: str
    image_id: str | None
    status: str
    rule: str | None


def find_images(work: Work, identity: str) -> Iterator[FoundImage]:
    """In the order of parts; copies of a picture too."""
    index = work.index("selection")
    for part in index.parts if index else ():
        rows = work.read("selection", part.key, COLUMNS)
        named = pc.or_kleene(pc.starts_with(rows["image_id"], identity), pc.equal(rows["item"], identity))
        for row in rows.filter(named).to_pylist():
            yield FoundImage(part.part, **row)
