"""The texts of a picture as the table `captions` holds them, with how each came about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.describe.checked_texts import Written
from pipeline.describe.marked import Key
from pipeline.work import Work
from schemas.errors import WrongRun
from schemas.tables.columns import KEY_NAMES

COLUMNS = (*KEY_NAMES, "summary", "report", "written", "regions")


def stored_texts(work: Work, key: Key) -> list[Written]:
    """In the order of `texts_of`; none of a picture that was rejected. Raises WrongRun where it has no row."""
    index = work.index("captions")
    for part in index.parts if index is not None else ():
        table = work.read("captions", part.key, KEY_NAMES)
        places = [place for place, row in enumerate(table.to_pylist()) if tuple(row.values()) == key]
        if places:
            (row,) = work.read("captions", part.key, COLUMNS).take(places).to_pylist()
            return list(_texts(row))
    raise WrongRun(f"{work.url}: that picture has no captions yet; build it up to `describe` first")


def _texts(row: Mapping[str, Any]) -> Iterator[Written]:
    yield from _of("", row)
    for region in row["regions"] or ():
        yield from _of(region["region_id"], region)


def _of(region_id: str, row: Mapping[str, Any]) -> Iterator[Written]:
    written: Sequence[Mapping[str, Any]] = row["written"] or ()
    for each in written:
        yield Written(
            (each["text"], region_id),
            row[each["text"]],
            each["writer"],
            each["attempts"],
            each["outcome"],
            tuple(each["failures"]),
        )
