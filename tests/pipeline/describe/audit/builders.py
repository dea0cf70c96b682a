"""Pairs of texts with a planted leak or none, and releases that hold them."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.describe.audit.judge import Audit, audit
from pipeline.describe.audit.pairs import Pair, ReleasedPairs
from schemas.tables.release import RELEASE, RELEASE_VERSION

FILLERS = ("quite", "maybe", "often", "there", "again", "close")
VALUES = ("apple", "lemon", "grape", "mango")  # of one length, so that they tell nothing by it


def make_pair(true: str = "A cyst.", false: str = "A mass.", **fields: Any) -> Pair:
    return Pair(
        **{
            "of": "region", "kind": "edit", "slot": "name", "true": true, "false": false,
            "original": "cyst", "replaced": "mass", "certainty": "certified",
            "group_id": "g0", "modality": "ct", "body_part": "chest",
        }
        | fields
    )  # fmt: skip


Told = tuple[str, str, str, str]  # true text, false text, original, replaced
Leak = Callable[[Random], Told]


def fair(random: Random) -> Told:
    """Either text might be the true one."""
    original, replaced = random.sample(VALUES, 2)
    filler = random.choice(FILLERS)
    return f"The {original} lies {filler}.", f"The {replaced} lies {filler}.", original, replaced


def longer(random: Random) -> Told:
    """True texts have a longer last word, which no other text has."""
    true, false, original, replaced = fair(random)
    long, short = ("".join(random.choices("bcdfgh", k=length)) for length in (11, 9))
    return f"{true} {long}", f"{false} {short}", original, replaced


def own_word(random: Random) -> Told:
    """Half of the false texts have a word that no true one has, as long as the others."""
    true, false, original, replaced = fair(random)
    word = random.choice(("really", "mostly", "partly"))
    return f"{true} {word}", f"{false} {random.choice((word, 'seemed'))}", original, replaced


def own_value(random: Random) -> Told:
    """A value that the texts do not tell is put in and never taken out."""
    true, false, _, _ = fair(random)
    return true, false, random.choice("abcd"), random.choice("abcde")


def order(random: Random) -> Told:
    """Two words stand the other way round in false texts."""
    filler = random.choice(FILLERS)
    original, replaced = random.sample(VALUES, 2)
    return f"A mass, {filler} left upper.", f"A mass, {filler} upper left.", original, replaced


def far_apart(random: Random) -> Told:
    """Each word is as common in true texts as in false ones, but not beside the other, five words before."""
    name, true, false = random.choice((("brain", "wide", "thin"), ("nerve", "thin", "wide")))
    middle = " ".join(random.sample(FILLERS, 4))
    original, replaced = random.sample(VALUES, 2)
    return f"A {name} {middle} {true}.", f"A {name} {middle} {false}.", original, replaced


def make_pairs(leak: Leak, patients: int = 300, each: int = 4, seed: int = 0, **fields: Any) -> list[Pair]:
    random = Random(seed)
    pairs = []
    for number in range(patients * each):
        true, false, original, replaced = leak(random)
        told = {"original": original, "replaced": replaced, "group_id": f"g{number % patients}"}
        pairs.append(make_pair(true, false, **told | fields))
    return pairs


def write_release(folder: Path, pairs: Sequence[Pair], without: Sequence[str] = (), **columns: Any) -> Path:
    """One row a patient, one shard of two row groups; `without`: columns that are left out."""
    folder.mkdir(parents=True)
    patients: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        patients[pair.group_id].append(pair)
    rows = [{**_row(members), **columns} for members in patients.values()]
    table = pa.Table.from_pylist(rows, schema=RELEASE).drop_columns(list(without))
    pq.write_table(table, folder / "train-0123456789abcdef.parquet", row_group_size=1 + len(rows) // 2)
    about = {"schema_version": RELEASE_VERSION, "name": "made", "version": "0123"}
    (folder / "manifest.json").write_text(json.dumps(about))
    return folder


def _row(pairs: Sequence[Pair]) -> dict[str, Any]:
    regions: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.of == "region":
            regions[pair.true].append(pair)
    reports = [pair for pair in pairs if pair.of == "report"]
    return {
        **dict.fromkeys(RELEASE.names),
        **{"image_id": pairs[0].group_id, "split": "train", "source": "made", "licence": "CC0-1.0"},
        **{"width": 8, "height": 8, "scale": 1.0, "schema_version": RELEASE_VERSION},
        **{name: getattr(pairs[0], name) for name in ("group_id", "modality", "body_part")},
        "report": reports[0].true if reports else "A picture.",
        "negatives": list(map(_negative, reports)),
        "regions": [{"caption": text, "negatives": list(map(_negative, told))} for text, told in regions.items()],
    }


def _negative(pair: Pair) -> dict[str, Any]:
    told = {name: getattr(pair, name) for name in ("kind", "slot", "original", "replaced", "certainty")}
    return {"text": pair.false, "changed_slots": [pair.slot], **told}


def audited(pairs: Sequence[Pair], seed: int = 0) -> Audit:
    negatives = {"region": {4: 10, 11: 2}, "report": {0: 3}}
    return audit(ReleasedPairs(pairs, negatives, 10, 20), seed, lambda _: None, resamples=50)
