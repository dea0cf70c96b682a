"""The tables of this folder, and the hash of their content that enters the stage's key."""

import csv
from functools import cache
from importlib.resources import files

from annotators.captioners.templates import contents_sha256

PACKAGE = "pipeline.describe"
TABLES = ("exclusive_names.csv", "midline_parts.csv")
# Words of texts and grounds of negatives that other rooms keep.
SHARED = {
    "schemas.lexicon": ("attributes.csv", "confusable.csv", "findings.csv"),
    "schemas.taxonomy": ("body_parts.csv", "labels.csv", "modalities.csv", "projections.csv"),
}


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    text = (files(PACKAGE) / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), strict=True))


@cache
def tables_sha256() -> str:
    """Over the names and bytes of all tables that decide what a text says."""
    return contents_sha256(
        {
            f"{package}/{name}": (files(package) / name).read_bytes()
            for package, names in {PACKAGE: TABLES, **SHARED}.items()
            for name in names
        }
    )
