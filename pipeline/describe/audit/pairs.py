"""A release's true texts, each beside its false versions, without a pixel."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.release.folder import ReleaseFolder
from schemas.errors import WrongRun

REGION, REPORT = "region", "report"
COLUMNS = (
    *("group_id", "modality", "body_part", "report", "negatives"),
    *("regions.list.element.caption", "regions.list.element.negatives"),
)
SAID, SCENE = (
    ("kind", "slot", "original", "replaced", "certainty"),
    ("group_id", "modality", "body_part"),
)  # as Pair has them
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pair:
    """A true text and one false version of it, in which `slot` says `replaced` for `original`."""

    of: str  # REGION or REPORT
    kind: str
    slot: str
    true: str
    false: str
    original: str
    replaced: str
    certainty: str
    group_id: str
    modality: str
    body_part: str

    @property
    def place(self) -> str:
        """A slot of captions and one of reports are two: `region side`, `report side`."""
        return f"{self.of} {self.slot}"

    @property
    def form(self) -> str:
        """How the slot is told: `binding region side`."""
        return f"{self.kind} {self.of} {self.slot}"


@dataclass(frozen=True)
class ReleasedPairs:
    """`negatives[of][n]`: how many true texts have n of them; `patients` were read of `all_patients`."""

    pairs: Sequence[Pair]
    negatives: Mapping[str, Mapping[int, int]]
    patients: int
    all_patients: int


def read_pairs(url: str, seed: int, limit: int | None = None) -> ReleasedPairs:
    """Of all splits; `limit`: of so many patients, drawn by the seed.

    Raises WrongRun for what is no release or has no negatives, SchemaError for a release of another version.
    """
    folder = ReleaseFolder(url)
    folder.readable_manifest()
    everyone = _patients(folder)
    chosen = sorted(everyone, key=lambda group: drawn(f"limit {seed}", group))[:limit]
    counts: dict[str, Counter[int]] = {REPORT: Counter(), REGION: Counter()}
    pairs: list[Pair] = []
    for name in folder.shards():
        for table in folder.groups(name, COLUMNS):
            for texts in _texts(table.filter(pc.is_in(table["group_id"], pa.array(chosen, pa.string())))):
                pairs += texts.pairs()
                counts[texts.of].update(texts.negatives_each())
    if not pairs:
        raise WrongRun(f"{url}: no text has a negative; describe.negatives_per_region of the corpus says how many")
    return ReleasedPairs(pairs, counts, len(chosen), len(everyone))


def drawn(salt: str, group_id: str) -> bytes:
    """A number of the patient that another salt makes another."""
    return hashlib.blake2b(f"{salt} {group_id}".encode(), digest_size=8).digest()


def fold_of(group_id: str) -> int:
    """0 or 1: negatives are balanced within each half of the patients, so that what is learnt of one half is judged on
    texts that nothing of it has chosen.
    """
    return drawn("fold", group_id)[0] // 128


def halves(pairs: Sequence[Pair], salt: str) -> tuple[list[Pair], list[Pair]]:
    """No patient is in both."""
    first = {group: drawn(salt, group)[0] < 128 for group in {pair.group_id for pair in pairs}}
    return [pair for pair in pairs if first[pair.group_id]], [pair for pair in pairs if not first[pair.group_id]]


def _patients(folder: ReleaseFolder) -> set[str]:
    found = set[str]()
    for name in folder.shards():
        for table in folder.groups(name, ("group_id",)):
            found.update(table["group_id"].unique().to_pylist())
    return found


@dataclass(frozen=True)
class _Texts:
    """Texts of one kind in a row group: `words[i]` belongs to picture `rows[i]` and has the negatives of `lists[i]`."""

    of: str
    words: Sequence[str | None]
    rows: Sequence[int]
    lists: pa.ListArray
    table: pa.Table

    def pairs(self) -> Iterator[Pair]:
        flat = self.lists.flatten()
        texts, positives = (pc.struct_field(flat, name).to_pylist() for name in ("text", "positive"))
        said = zip(*(_small(pc.struct_field(flat, name)) for name in SAID), strict=True)
        scenes = list(zip(*(_small(self.table[name]) for name in SCENE), strict=True))
        owners = pc.list_parent_indices(self.lists).to_pylist()
        for at, text, positive, (kind, slot, *others) in zip(owners, texts, positives, said, strict=True):
            true = positive or self.words[at]
            if true and text:
                yield Pair(self.of, kind, slot, true, text, *others, *scenes[self.rows[at]])

    def negatives_each(self) -> Iterator[int]:
        """Of each text, 0 for those without."""
        counts = pc.fill_null(pc.list_value_length(self.lists), 0).to_pylist()
        return (count for words, count in zip(self.words, counts, strict=True) if words)


def _small(column: pa.Array | pa.ChunkedArray) -> list[str]:
    """Words of closed lists, each held once."""
    return [intern(value or UNKNOWN) for value in column.to_pylist()]


def _texts(table: pa.Table) -> Iterator[_Texts]:
    yield _Texts(REPORT, table["report"].to_pylist(), range(len(table)), _whole(table["negatives"]), table)
    regions = _whole(table["regions"])
    flat, rows = regions.flatten(), pc.list_parent_indices(regions).to_pylist()
    captions = pc.struct_field(flat, "caption").to_pylist()
    yield _Texts(REGION, captions, rows, pc.struct_field(flat, "negatives"), table)


def _whole(column: pa.ChunkedArray) -> Any:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
