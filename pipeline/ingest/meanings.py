"""What a source's words mean: its own settings first, then the taxonomy; an unknown word is kept and means nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.sources import LabelSettings
from schemas.keys import canonical_hash
from schemas.taxonomy.csv_table import read_rows
from schemas.taxonomy.labels import NO_FINDING, resolve_label

_VOCABULARIES = (
    ("schemas.taxonomy", "body_parts"),
    ("schemas.taxonomy", "categories"),
    ("schemas.taxonomy", "labels"),
    ("schemas.taxonomy", "modalities"),
    ("schemas.taxonomy", "projections"),
    ("schemas.lexicon", "findings"),
)


@dataclass(frozen=True)
class Meaning:
    """`kind` and `name` are None for an unmapped word; `category` is `no_finding` where the word says that."""

    kind: str | None = None
    name: str | None = None
    category: str | None = None


def meaning_of(word: str, settings: Mapping[str, LabelSettings], modality: str | None) -> Meaning:
    found = resolve_label(word, modality)
    if found is None:
        known = Meaning()
    elif found.kind == "state":
        known = Meaning(None, found.name, NO_FINDING)
    else:
        known = Meaning(found.kind, found.name, found.category)
    own = settings.get(word)
    if own is None:
        return known
    # A kind of its own makes it another thing: the taxonomy's category is not that thing's.
    category = own.category or (known.category if own.kind in (None, known.kind) else None)
    kind = own.kind or known.kind or ("finding" if category else None)
    return Meaning(kind, own.name or known.name or word, category)


@cache
def vocabulary_hash() -> str:
    """Of the committed tables that words are looked up in: a changed one changes what records say."""
    return canonical_hash({f"{package}.{name}": read_rows(package, name) for package, name in _VOCABULARIES})
