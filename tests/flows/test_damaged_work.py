"""A work directory in which a stored picture was damaged after it was committed."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.release.verify import verify
from tests.flows.corpora import build_small, make_corpus, manifest

GIVEN_ALONE = "annotate.detectors=[{name: given}]"  # looks at no pixels, so that release is the first who does


def damage_one_smear(work: Path) -> None:
    for path in sorted((work / "images").glob("*.parquet")):
        table = pq.read_table(path)
        if table["source"][0].as_py() == "smears":
            pictures = [b"no picture", *table["image"].to_pylist()[1:]]
            place = table.column_names.index("image")
            pq.write_table(table.set_column(place, table.schema.field(place), pa.array(pictures, pa.binary())), path)
            return


def test_a_picture_that_release_cannot_decode_is_in_the_ledger(tmp_path: Path) -> None:
    config, work = make_corpus(tmp_path / "sources", smears=4, films=2), tmp_path / "work"
    build_small(config, work, GIVEN_ALONE, until="describe")
    damage_one_smear(work)
    built = build_small(config, work, GIVEN_ALONE)
    assert built.release is not None
    told = json.loads(manifest(built))
    ledger = {(row["source"], row["status"], row["reason"]): row["count"] for row in told["ledgers"]["images"]["rows"]}
    assert ledger == {
        ("films", "released", None): 2,
        ("smears", "released", None): 3,
        ("smears", "rejected", "picture_damaged"): 1,
    }
    assert [check.name for check in verify(built.release.folder, full=True) if not check.passed] == []
