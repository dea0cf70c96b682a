"""Whether phantoms can be cheated on: what sees no lesion must not tell disease, what sees the lesion must.

Rule 14 of the phantoms, per modality, on visible findings; docs/phantoms.md tells how to read the table.
"""

from pathlib import Path

from benchmarks.rows import Row


def measure(scratch: Path, quick: bool) -> list[Row]:
    from benchmarks.shortcuts.table import rows_of
    from schemas.taxonomy.modalities import modalities

    if quick:
        return rows_of(("mammography",), count=300, size_px=256)
    return rows_of(tuple(each.id for each in modalities()), count=4000, size_px=768)
