"""What a source's words mean: its own settings first, then the taxonomy; an unknown word is kept and means nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.sources import LabelSettings
from schemas.taxonomy.labels import NO_FINDING, resolve_label

# A changed table changes what records say.
VOCABULARIES = (
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
