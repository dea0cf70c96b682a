"""The things that a region or a text can be about: findings, anatomy, cells, devices, artefacts, markers."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, cast

from schemas.taxonomy.csv_table import Row, folded, listed, made_from

Kind = Literal["finding", "anatomy", "cell", "device", "artefact", "marker"]

KINDS: tuple[Kind, ...] = ("finding", "anatomy", "cell", "device", "artefact", "marker")


@dataclass(frozen=True)
class Finding:
    """`plural` is None for what is not counted; `modalities` empty means any.

    `parents` are wider terms, never a negative of this one; `appearance` says how it looks without a
    diagnosis.
    """

    id: str
    name: str
    plural: str | None
    kind: Kind
    modalities: tuple[str, ...]
    category: str | None
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]
    appearance: str

    def occurs_in(self, modality: str) -> bool:
        return not self.modalities or modality in self.modalities


@cache
def findings() -> tuple[Finding, ...]:
    return made_from("schemas.lexicon", "findings", _finding)


def finding(id: str) -> Finding:
    """Raises KeyError where there is no such finding."""
    return _by_id()[id]


def is_finding(id: str) -> bool:
    return id in _by_id()


@lru_cache(maxsize=1 << 13)
def finding_of(word: str, modality: str | None = None) -> Finding | None:
    """The one entry that a word (id, name, plural, synonym) means in a modality; None where none or several."""
    meant = [each for each in _by_word().get(folded(word), ()) if modality is None or each.occurs_in(modality)]
    return meant[0] if len(meant) == 1 else None


def ancestors(id: str) -> frozenset[str]:
    """All wider terms of an entry, without itself."""
    return _ancestors()[id]


@cache
def _by_id() -> dict[str, Finding]:
    return {each.id: each for each in findings()}


@cache
def _by_word() -> dict[str, tuple[Finding, ...]]:
    meant: dict[str, dict[str, Finding]] = {}
    for each in findings():
        for word in (each.id, each.name, each.plural or each.name, *each.synonyms):
            meant.setdefault(folded(word), {})[each.id] = each
    return {word: tuple(entries.values()) for word, entries in meant.items()}


@cache
def _ancestors() -> dict[str, frozenset[str]]:
    return {each.id: frozenset(_wider(each.id)) for each in findings()}


def _wider(id: str) -> set[str]:
    found: set[str] = set()
    for parent in finding(id).parents:
        found |= {parent} | _wider(parent)
    return found


def _finding(row: Row) -> Finding:
    return Finding(
        id=row["id"],
        name=row["name"],
        plural=row["plural"] or None,
        kind=cast("Kind", row["kind"]),
        modalities=listed(row["modalities"]),
        category=row["category"] or None,
        parents=listed(row["parents"]),
        synonyms=listed(row["synonyms"]),
        appearance=row["appearance"],
    )
