"""The sentences of a report that tell of its picture: what the request, the history and the advice say is left out."""

import re
from collections.abc import Iterator
from functools import cache

from schemas.taxonomy.csv_table import folded, listed, read_rows

_HEADING = re.compile(r"(?:^|(?<=[.!?;])\s)[ \t]*(?P<words>[A-Za-z][A-Za-z ]{2,40}?)[ \t]*:", re.MULTILINE)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.?(?: [A-Z][\w'-]+)*")  # `Mr` is no magnetic resonance
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|\s*\n\s*")


def sentences(text: str) -> Iterator[str]:
    """In their order; a heading that no list holds (`Right eye:`) is a word of its sentence."""
    for part in _told(text):
        yield from (sentence for sentence in map(str.strip, _END.split(_TITLED.sub("", part))) if sentence)


def _told(text: str) -> Iterator[str]:
    told, begun = True, 0
    for match in _HEADING.finditer(text):
        known = _headings().get(folded(match["words"]))
        if known is None:
            continue
        if told:
            yield text[begun : match.start()]
        told, begun = known == "told", match.end()
    if told:
        yield text[begun:]


@cache
def _headings() -> dict[str, str]:
    rows = read_rows("pipeline.describe.reports", "sections")
    return {folded(heading): row["part"] for row in rows for heading in listed(row["headings"])}
