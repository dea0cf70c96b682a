"""The sentences of a report that tell of its picture: what the request, the history and the advice say is left out."""

import re
from collections.abc import Iterator
from functools import cache

from schemas.taxonomy.csv_table import folded, listed, read_rows

TOLD, MAKING = "told", "making"  # parts that sections.csv names; any other is skipped up to the next of its headings
_HEADING = re.compile(r"(?:^|(?<=[.!?;])\s)[ \t]*(?P<words>[A-Za-z][A-Za-z ]{2,40}?)[ \t]*:", re.MULTILINE)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.?(?: [A-Z][\w'-]+)*")  # `Mr` is no magnetic resonance
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|\s*\n\s*")


def sentences(text: str) -> Iterator[str]:
    """In their order; a heading that no list holds (`Right eye:`) is a word of its sentence."""
    return _sentences(text, told=True)


def skipped_sentences(text: str) -> Iterator[str]:
    """All the others."""
    return _sentences(text, told=False)


def _sentences(text: str, told: bool) -> Iterator[str]:
    for part, words in _parts(text):
        if (part == TOLD) == told:
            yield from (sentence for sentence in map(str.strip, _END.split(_TITLED.sub("", words))) if sentence)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """(part, its words); what is about the making of the picture ends where a line begins with any other heading."""
    part, begun = TOLD, 0
    for match in _HEADING.finditer(text):
        known = _headings().get(folded(match["words"]))
        if known is None and not (part == MAKING and _begins_a_line(text, match.start("words"))):
            continue
        yield part, text[begun : match.start()]
        part, begun = (TOLD, match.start()) if known is None else (known, match.end())
    yield part, text[begun:]


def _begins_a_line(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t")
    return not before or before.endswith("\n")


@cache
def _headings() -> dict[str, str]:
    rows = read_rows("pipeline.describe.reports", "sections")
    return {folded(heading): row["part"] for row in rows for heading in listed(row["headings"])}
