"""The stage `selection`: decisions, headers and what a person typed become one row a picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.select.label_states import label_states
from pipeline.select.licensing import annotations_with_ids, licence_ids, strictest_of_rows
from pipeline.select.quality import burned_in, burned_in_check, first_rule, licence_check, pixel_checks
from pipeline.select.rows import aligned, is_rejected, whole
from pipeline.select.settings import SelectSettings
from schemas.ids import IdKey
from schemas.tables.columns import KEY_NAMES
from schemas.tables.selection import SELECTION, STATUSES
from schemas.taxonomy.csv_table import tables_hash

# What both a header and a person may say; the person wins.
STATED = ("modality", "technique", "body_part", "projection", "image_laterality", "sex", "age_bucket")
# What copies of a picture say together.
UNITED = ("annotations", "labels", "annotation_scope", "licence", "attribution")

# They decide what is assessable and open: a changed one changes the rows.
VOCABULARIES = (
    ("schemas", "licences"),
    ("schemas.taxonomy", "assessable"),
    ("schemas.taxonomy", "body_parts"),
    ("schemas.taxonomy", "modalities"),
    ("schemas.taxonomy", "projections"),
)

KEPT, EXCLUDED, REJECTED, DUPLICATE = range(len(STATUSES))

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Select:
    """Rows of SELECTION, one a row of `images`, in its order."""

    name: ClassVar[str] = "selection"
    version: ClassVar[int] = 3
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "images": (
            *KEY_NAMES, "pixel_hash", "width", "height", "pixel_std", "study", *STATED, "rejected",
        ),
        "records": (*KEY_NAMES, "study", *UNITED, *STATED, "rejected"),
        "decisions": (*KEY_NAMES, "duplicate_of", "group_id", "split", "burned_in", *UNITED),
    }  # fmt: skip
    reads_files: ClassVar[bool] = False

    rules: SelectSettings
    id_key: IdKey = field(repr=False)
    profile: str = "open"  # of the release: which licences it admits

    def settings(self) -> Mapping[str, Any]:
        known = {"key_id": self.id_key.key_id, "profile": self.profile, "vocabulary": tables_hash(*VOCABULARIES)}
        return {**self.rules.rules(), **known}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        images = tables["images"]
        records, decisions = (aligned(images, tables[name]) for name in ("records", "decisions"))
        columns = _merged(images, records, decisions)
        columns["label_states"], columns["unmapped"] = label_states(
            pa.table({name: columns[name] for name in STATED}), columns["labels"], columns["annotations"]
        )
        rule, value = self._rules(images, decisions, columns)
        status = _status(images, records, decisions, rule)
        columns |= _outcome(status, rule, value, _reasons(images, records))
        columns |= self._ids(images, status)
        columns |= _without_content(columns, status)
        return pa.table([columns[field.name].cast(field.type) for field in SELECTION], schema=SELECTION)

    def _rules(self, images: pa.Table, decisions: pa.Table, columns: Columns) -> tuple[pa.Array, pa.Array]:
        licences = strictest_of_rows(columns["licence"], columns["annotations"])
        return first_rule(
            [
                *pixel_checks(images, self.rules),
                burned_in_check(burned_in(decisions["burned_in"]), self.rules),
                licence_check(licences, self.profile),
            ]
        )

    def _ids(self, images: pa.Table, status: NDArray[np.int64]) -> Columns:
        """A copy has the same id as the picture that stays, and only names it as `duplicate_of`."""
        rows = zip(images["pixel_hash"].to_pylist(), images["view"].to_pylist(), status, strict=True)
        ids = pa.array(
            [None if code == REJECTED else self.id_key.image(pixels, view) for pixels, view, code in rows], pa.string()
        )
        return {
            "image_id": _where(status != DUPLICATE, ids),
            "duplicate_of": _where(status == DUPLICATE, ids),
        }


def _merged(images: pa.Table, records: pa.Table, decisions: pa.Table) -> Columns:
    """The columns that no rule touches, and what the rules look at."""
    united = {name: _first(decisions[name], records[name]) for name in UNITED}
    return {
        **{name: whole(images[name]) for name in KEY_NAMES},
        **{name: _first(records[name], images[name]) for name in STATED},
        **{name: whole(decisions[name]) for name in ("group_id", "split", "burned_in")},
        **united,
        "study_id": _first(records["study"], images["study"]),
        "licence": licence_ids(united["licence"]),
        "annotations": annotations_with_ids(united["annotations"]),
    }


def _status(images: pa.Table, records: pa.Table, decisions: pa.Table, rule: pa.Array) -> NDArray[np.int64]:
    """Bad data first, then copies, then the rules."""
    status = np.where(np.asarray(pc.is_valid(rule)), EXCLUDED, KEPT)
    status[np.asarray(pc.is_valid(pc.struct_field(whole(decisions["duplicate_of"]), "item")))] = DUPLICATE
    status[is_rejected(images) | is_rejected(records)] = REJECTED
    return status


def _outcome(status: NDArray[np.int64], rule: pa.Array, value: pa.Array, reasons: Columns) -> Columns:
    rejected = pa.array(status == REJECTED)
    return {
        "status": pa.array(STATUSES, pa.string()).take(pa.array(status)),
        "rule": pc.if_else(rejected, reasons["reason"], _where(status == EXCLUDED, rule)),
        "value": pc.if_else(rejected, reasons["value"], _where(status == EXCLUDED, value)),
    }


def _reasons(images: pa.Table, records: pa.Table) -> Columns:
    """Why a picture was rejected: its pixels come before what was typed."""
    by_image, by_record = (whole(table["rejected"]) for table in (images, records))
    by_pixels = pa.array(is_rejected(images))
    return {
        name: pc.if_else(by_pixels, pc.struct_field(by_image, name), pc.struct_field(by_record, name))
        for name in ("reason", "value")
    }


def _without_content(columns: Columns, status: NDArray[np.int64]) -> Columns:
    """Nothing is said of a rejected picture, and what a copy says stands with the picture that stays."""
    used = ~np.isin(status, (REJECTED, DUPLICATE))
    names = ("label_states", "unmapped", "annotations", "annotation_scope")
    return {
        **{name: _where(used, columns[name]) for name in names},
        "licence": _where(status != REJECTED, columns["licence"]),
    }


def _first(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.Array:
    return pc.coalesce(whole(one), whole(other).cast(one.type))


def _where(holds: NDArray[np.bool_], column: pa.Array) -> pa.Array:
    """Null elsewhere."""
    return pc.if_else(pa.array(holds), column, pa.scalar(None, column.type))
