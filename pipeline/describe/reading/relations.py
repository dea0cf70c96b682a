"""How one thing lies to another in the picture."""

import re
from collections.abc import Collection
from typing import NamedTuple

from pipeline.describe.reading.picture_places import FIELDS

_FIELD = "|".join(sorted(FIELDS))
_BESIDE = re.compile(rf"\bto the (?P<side>left|right) of (?!the (?:{_FIELD}|patient|person)\b)")
_ABOVE = re.compile(
    r"\b(?:above|superior to|higher (?:up )?(?:in the \w+ )?than|(?:is |are )?the upper (?:one|of the two)|"
    r"nearer (?:to )?the top)\b"
)
_BELOW = re.compile(
    r"\b(?:below|beneath|underneath|under the|inferior to|lower (?:down )?(?:in the \w+ )?than|(?:is |are )?the lower "
    r"(?:one|of the two)|nearer (?:to )?the bottom)\b"
)
_LARGER = re.compile(r"\b(?:larger|bigger) than (?!before|in\b|on\b|at\b|\d)|\btakes? up more of the \w+ than\b")
_SMALLER = re.compile(r"\bsmaller than (?!before|in\b|on\b|at\b|\d)")
# With words as compared, of which whatever a pattern reads holds at least one.
_READ = (
    (_ABOVE, "above", frozenset({"above", "superior", "higher", "nearer", "one", "two"})),
    (
        _BELOW,
        "below",
        frozenset({"below", "beneath", "underneath", "under", "inferior", "than", "nearer", "one", "two"}),
    ),
    (_LARGER, "larger_than", frozenset({"than"})),
    (_SMALLER, "smaller_than", frozenset({"than"})),
)
INVERSE = {"below": "above", "smaller_than": "larger_than", "right_of": "left_of"}


class Relation(NamedTuple):
    """`value` is left_of, right_of, above, below, larger_than or smaller_than, between what stands before and behind
    the characters of `span`.
    """

    value: str
    span: tuple[int, int]


def relations(low: str, found: Collection[str]) -> list[Relation]:
    """Of a text in lower case and its words as compared."""
    beside = _BESIDE.finditer(low) if "to" in found else ()
    read = [Relation(f"{match['side']}_of", match.span()) for match in beside]
    for pattern, value, cues in _READ:
        if not cues.isdisjoint(found):
            read += [Relation(value, match.span()) for match in pattern.finditer(low)]
    return read
