"""How the committed tables are read: a CSV file beside its module, lists in a cell parted by semicolons."""

import csv
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeVar

from schemas.keys import canonical_hash

Row = dict[str, str]
Made = TypeVar("Made")

_SEPARATORS = re.compile(r"[\s_\-–/.,:;()'’]+")


@cache
def read_rows(package: str, name: str) -> tuple[Row, ...]:
    """The rows of `package/name.csv`, cells stripped of outer spaces."""
    text = (files(package) / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(
        {key: value.strip() for key, value in row.items()} for row in csv.DictReader(text.splitlines(), strict=True)
    )


@cache
def tables_hash(*tables: tuple[str, str]) -> str:
    """128 bits over the rows of tables, each (package, name): it enters the key of what is looked up in them."""
    return canonical_hash({f"{package}.{name}": read_rows(package, name) for package, name in tables})


def listed(cell: str) -> tuple[str, ...]:
    """The items of a cell, in their order: `a;b` is two."""
    return tuple(item for item in (part.strip() for part in cell.split(";")) if item)


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """The form in which two spellings of a word are equal, whatever their case and separators."""
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", word).casefold()).strip()


def made_from(package: str, name: str, make: Callable[[Row], Made]) -> tuple[Made, ...]:
    return tuple(make(row) for row in read_rows(package, name))
