"""Whether phantoms can be cheated on: what sees no lesion must not tell disease, what sees the lesion must.

Rule 14 of the phantoms, per modality, on visible findings; docs/phantoms.md tells how to read the table.
"""

from pathlib import Path

from benchmarks.rows import Row

COUNT = 4000  # pictures
MORE = {"ct": 6000, "fundus": 12_000}  # thirty labels in one network; a first figure of .58 that wanted settling


def measure(scratch: Path, quick: bool) -> list[Row]:
    from benchmarks.shortcuts.table import rows_of
    from schemas.taxonomy.modalities import modalities

    if quick:
        return rows_of({"mammography": 300}, size_px=256)
    return rows_of({each.id: MORE.get(each.id, COUNT) for each in modalities()}, size_px=768)
