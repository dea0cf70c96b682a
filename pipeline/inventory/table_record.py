"""One row of a joined table as what it says of an image: identifiers keyed, labels with state and basis."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from pipeline.ingest.attributes import identity
from pipeline.ingest.tables import Row
from pipeline.sources import Basis, TableSettings
from schemas.taxonomy.csv_table import folded

Identify = Callable[[str, str], str]  # kind and value -> pseudonym

IDENTIFIERS = ("patient", "study", "lesion")
TEXTS = ("report", "note")
PRESENT, ABSENT, UNCERTAIN = "present", "absent", "uncertain"
UNSEEN = "unseen"  # present, as other evidence tells, and not to be seen on this picture

_STATES = {
    PRESENT: ("1", "1 0", "present", "positive", "yes", "true", "y"),
    ABSENT: ("0", "0 0", "absent", "negative", "no", "false", "n"),
    UNSEEN: ("unseen", "1 unseen", "occult"),
    UNCERTAIN: ("1 uncertain", "uncertain", "possible", "probable", "equivocal", "maybe", "u"),
}
_NOT_SAID = ("", "nan", "na", "n a", "null", "none", "unknown", "unk", "not assessed", "2")
_MINUS_ONE = ("-1", "-1.0")  # CheXpert's and MIMIC-CXR's way to say uncertain

_Values = Mapping[str, str]


def record_of(row: Row, table: TableSettings, identify: Identify) -> dict[str, Any]:
    """Only what is said: `labels` as [word, state, basis] with a null state where it cannot be read, `texts` as
    [kind, text], identifiers as pseudonyms, the rest as the table's own words or those that `values` puts in place.
    """
    said: dict[str, Any] = {}
    for ours, column in table.columns.items():
        if text := _translated(row.get(column, ""), table.values.get(ours, {})):
            said[ours] = text
    basis = said.pop("label_basis", "")
    if basis not in get_args(Basis):
        basis = table.label_basis
    listed = [word.strip() for word in said.pop("label", "").split(table.label_separator)]
    labels = [[word, PRESENT, basis] for word in listed if word] + _stated(row, table, basis)
    texts = [[kind, said.pop(kind)] for kind in TEXTS if kind in said]
    keyed = {kind: identity(identify, kind, said.pop(kind)) for kind in IDENTIFIERS if kind in said}
    known = {kind: pseudonym for kind, pseudonym in keyed.items() if pseudonym}
    return {**said, **known, **({"labels": labels} if labels else {}), **({"texts": texts} if texts else {})}


def merged(records: list[dict[str, Any]]) -> dict[str, Any]:
    """What several tables say of one image: labels and texts add up, of the rest the last word holds."""
    lists = {name: [entry for each in records for entry in each.get(name, [])] for name in ("labels", "texts")}
    whole = {name: value for each in records for name, value in each.items()}
    return {**whole, **{name: entries for name, entries in lists.items() if entries}}


def state_of(text: str) -> str | None:
    """present, unseen, absent, uncertain; "" where nothing is said; None for a word that is no state."""
    if text.strip() in _MINUS_ONE:
        return UNCERTAIN
    word = folded(text)
    if word in _NOT_SAID:
        return ""
    return next((state for state, words in _STATES.items() if word in words), None)


def _stated(row: Row, table: TableSettings, basis: str) -> list[list[str | None]]:
    """Labels that have a column each; what nobody assessed is left out, never absent."""
    states = [(label, state_of(row.get(column, ""))) for column, label in table.states.items()]
    return [[label, state, basis] for label, state in states if state != ""]


def _translated(text: str, values: _Values) -> str:
    return values.get(text) or {folded(word): ours for word, ours in values.items()}.get(folded(text), text)
