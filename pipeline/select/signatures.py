"""What the one global reduction must know of a picture: a narrow row, made part by part."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.select.quality import burned_in, first_rule, pixel_checks
from pipeline.select.rows import aligned, is_rejected, whole
from pipeline.select.settings import SelectSettings
from schemas.tables.columns import KEY_NAMES

SIGNATURE_READS: Mapping[str, tuple[str, ...]] = {
    "images": (
        *KEY_NAMES, "pixel_hash", "patient", "study", "series", "width", "height", "pixel_std", "burned_in", "modality",
        "rejected",
    ),
    "records": (*KEY_NAMES, "patient", "study", "lesion", "group", "modality", "rejected"),
}  # fmt: skip

WORD = pa.dictionary(pa.int32(), pa.string())  # few sources, and fewer patients than rows: four bytes each

SIGNATURES = pa.schema(
    [
        pa.field("source", WORD),
        pa.field("item", pa.string()),
        pa.field("frame", pa.int32()),
        pa.field("view", WORD),
        pa.field("rejected", pa.bool_()),
        pa.field("pixel_rule", WORD),  # a rule that leaves the pixels out, wherever they come from
        pa.field("burned_in", pa.bool_()),
        pa.field("pixel_hash", pa.string()),
        pa.field("patient", WORD),
        pa.field("study", WORD),
        pa.field("series", WORD),
        pa.field("lesion", WORD),
        pa.field("group", WORD),
    ]
)


def signatures(images: pa.Table, records: pa.Table, settings: SelectSettings) -> pa.Table:
    """SIGNATURES of a part, one row a row of `images`, in its order; the columns of SIGNATURE_READS are read."""
    records = aligned(images, records)
    rule, _ = first_rule(pixel_checks(images, settings))
    columns = {
        **{name: images[name] for name in (*KEY_NAMES, "pixel_hash", "series")},
        **{name: pc.coalesce(whole(records[name]), whole(images[name])) for name in ("patient", "study")},
        **{name: records[name] for name in ("lesion", "group")},
        "rejected": pa.array(is_rejected(images) | is_rejected(records)),
        "pixel_rule": rule,
        "burned_in": pa.array(burned_in(images["burned_in"]) & ~_is_ultrasound(images, records)),
    }
    return pa.table([_encoded(columns[field.name], field.type) for field in SIGNATURES], schema=SIGNATURES)


def _is_ultrasound(images: pa.Table, records: pa.Table) -> NDArray[np.bool_]:
    """By what a person says, then by the header: its colours are its own, and no annotation."""
    modality = pc.coalesce(whole(records["modality"]), whole(images["modality"]))
    return np.asarray(pc.fill_null(pc.equal(modality, "ultrasound"), False))


def _encoded(column: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    array = whole(column)
    return pc.dictionary_encode(array).cast(kind) if kind == WORD else array.cast(kind)
