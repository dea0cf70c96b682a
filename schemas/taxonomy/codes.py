"""From an ICD-10 code to its category: the longest listed prefix decides."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from schemas.taxonomy.body_parts import body_part_of, contains_part
from schemas.taxonomy.categories import Category, categories, category
from schemas.taxonomy.csv_table import folded

Edition = Literal["who", "cm"]

ANY_BODY_PART = "*"
_CODE = re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})-?[†*+]?")  # with the dash of `J18.-`


@dataclass(frozen=True)
class CodeMatch:
    """`prefix` is the entry of the table that decided; `also` holds further categories of the same code."""

    category: str
    prefix: str
    edition: Edition
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    prefix: str
    category: str
    body_part: str = ""
    word: str = ""


def category_of_code(
    code: str, edition: Edition = "who", body_part: str | None = None, words: str = ""
) -> CodeMatch | None:
    """None where the code is malformed, in no category, or lacks the body part or word that would decide.

    `body_part` may be any term that `body_part_of` knows; `words` is the code's or record's own text. The dot
    may be left out; a dagger or asterisk at the end is ignored.
    """
    parts = _CODE.fullmatch(code.strip().upper())
    if not parts:
        return None
    plain, listed = parts[1] + parts[2], _entries(edition)
    for length in range(len(plain), 2, -1):
        if plain[:length] in listed:
            return _decided(plain, listed[plain[:length]], edition, body_part, words)
    return None


def _decided(
    plain: str, entries: tuple[_Entry, ...], edition: Edition, body_part: str | None, words: str
) -> CodeMatch | None:
    part = body_part_of(body_part) if body_part else None
    named = [entry.body_part for entry in entries if entry.body_part not in ("", ANY_BODY_PART)]
    for entry in entries:
        if _admits(entry, part, named) and (not entry.word or folded(entry.word) in folded(words)):
            return CodeMatch(entry.category, entry.prefix, edition, _also(plain, entry.category))
    return None


def _admits(entry: _Entry, part: str | None, named: list[str]) -> bool:
    """Whether the body part is within the entry's; `*` takes every part that holds none of the named ones."""
    if not entry.body_part:
        return True
    if part is None:
        return False
    if entry.body_part == ANY_BODY_PART:
        return not any(contains_part(part, other) for other in named)
    return contains_part(entry.body_part, part)


@cache
def _entries(edition: Edition) -> dict[str, tuple[_Entry, ...]]:
    """By prefix without its dot; entries that name a body part stand before those that take any."""
    grouped: dict[str, list[_Entry]] = {}
    for each in categories():
        for entry in _entries_of(each, edition):
            grouped.setdefault(entry.prefix.replace(".", ""), []).append(entry)
    return {
        plain: tuple(sorted(entries, key=lambda entry: entry.body_part == ANY_BODY_PART))
        for plain, entries in grouped.items()
    }


def _entries_of(group: Category, edition: Edition) -> list[_Entry]:
    prefixes = group.who if edition == "who" else group.cm
    return [
        *(_Entry(prefix, group.id) for prefix in prefixes),
        *(
            _Entry(each.prefix, group.id, body_part=each.condition)
            for each in group.at_body_part
            if each.edition in ("", edition)
        ),
        *(_Entry(each.prefix, group.id, word=each.condition) for each in group.with_word),
    ]


def _also(plain: str, primary: str) -> tuple[str, ...]:
    return tuple(other for prefix, other in category(primary).also if plain.startswith(prefix.replace(".", "")))
