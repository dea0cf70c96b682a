"""From a source's label words to what they mean; an unknown word stays `unmapped`, and its image stays."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from schemas.lexicon.findings import Finding, Kind, finding, finding_of
from schemas.taxonomy.csv_table import Row, folded, listed, made_from

NO_FINDING = "no_finding"

Side = Literal["left", "right"]


@dataclass(frozen=True)
class ResolvedLabel:
    """What a label word means.

    `kind` is that of the lexicon's entry, or `state` for `no_finding`, which is not a disease: it says that
    all categories assessable on the view are absent. `finding` is the entry's id, `name` the word of
    captions, `side` the patient's side where the label names one (`kidney_left`).
    """

    kind: Kind | Literal["state"]
    name: str
    category: str | None
    finding: str | None
    side: Side | None = None


@dataclass(frozen=True)
class LabelWord:
    """A row of the table: a source's word, in which modalities (empty: any), and the entry that it means."""

    word: str
    modalities: tuple[str, ...]
    entry: str
    name: str


@cache
def label_words() -> tuple[LabelWord, ...]:
    return made_from("schemas.taxonomy", "labels", _label_word)


@lru_cache(maxsize=4096)
def resolve_label(word: str, modality: str | None = None) -> ResolvedLabel | None:
    """The meaning of a source's word, whatever its case and separators.

    The committed words come first, then the lexicon's own names and synonyms, then both without `left` or
    `right`. None where the word is unknown or, without a modality, has several meanings.
    """
    plain = folded(word)
    found = _resolved(plain, modality, None)
    tokens = plain.split()
    sides: tuple[Side, ...] = ("left", "right")
    named = [side for side in sides if side in tokens]
    if found or len(named) != 1:
        return found
    return _resolved(" ".join(token for token in tokens if token != named[0]), modality, named[0])


def _resolved(plain: str, modality: str | None, side: Side | None) -> ResolvedLabel | None:
    rows = [each for each in _by_word().get(plain, ()) if modality is None or _holds(each, modality)]
    meanings = {(each.entry, each.name) for each in rows}
    if len(meanings) > 1:
        return None
    if rows and rows[0].entry == NO_FINDING:
        return ResolvedLabel("state", "no finding", None, None) if side is None else None
    entry = finding(rows[0].entry) if rows else finding_of(plain, modality)
    return _label(entry, rows[0].name if rows else "", side) if entry else None


def _label(entry: Finding, name: str, side: Side | None) -> ResolvedLabel:
    return ResolvedLabel(entry.kind, name or entry.name, entry.category, entry.id, side)


def _holds(row: LabelWord, modality: str) -> bool:
    return not row.modalities or modality in row.modalities


@cache
def _by_word() -> dict[str, tuple[LabelWord, ...]]:
    grouped: dict[str, list[LabelWord]] = {}
    for each in label_words():
        grouped.setdefault(folded(each.word), []).append(each)
    return {word: tuple(rows) for word, rows in grouped.items()}


def _label_word(row: Row) -> LabelWord:
    return LabelWord(row["word"], listed(row["modalities"]), row["entry"], row["name"])
