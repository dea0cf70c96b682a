"""The pictures of one part that belong to one shard, with their rows of every input table side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.release.crops import StoredPicture
from pipeline.release.plan import ShardPlan, within
from schemas.crops import Box
from schemas.errors import SchemaError
from schemas.tables.columns import KEY_NAMES, row_keys

# What a released row is made of; only these columns may enter the key of a shard.
READS: Mapping[str, tuple[str, ...]] = {
    "images": (
        *KEY_NAMES, "width", "height", "encoding", "axes", "plane", "spacing_mm", "spacing_basis", "window",
        "device", "recognisable", "pixel_ops", "image", "rejected",
    ),
    "selection": (
        *KEY_NAMES, "status", "image_id", "group_id", "study_id", "split", "label_states", "annotation_scope",
        "licence", "attribution", "modality", "technique", "body_part", "projection", "image_laterality",
        "sex", "age_bucket", "burned_in",
    ),
    "regions": (
        *KEY_NAMES, "region_id", "kind", "label", "score", "box_xyxy", "mask", "area_px", "stability", "agreement",
        "exhaustive", "label_source", "detector", "segmenter", "licence", "revision", "review", "rejected",
    ),
    "captions": (
        *KEY_NAMES, "summary", "report", "texts_origin", "written", "facts", "left_out", "negatives", "regions",
        "rejected",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Pictures:
    """Rows of `selection`, `images` (without bytes) and `captions` side by side; regions by picture."""

    selection: pa.Table
    images: pa.Table
    captions: pa.Table
    regions: pa.Table  # sorted by picture, in their table's order within each
    counts: NDArray[np.int64]  # regions of each picture
    data: Sequence[pa.Buffer]  # encoded, sliced from the part without a copy

    def __len__(self) -> int:
        return len(self.counts)

    def take(self, rows: Sequence[int]) -> "Pictures":
        chosen = np.asarray(rows, np.int64)
        starts = np.cumsum(self.counts) - self.counts
        of_regions = [np.arange(starts[row], starts[row] + self.counts[row]) for row in chosen]
        return Pictures(
            self.selection.take(chosen),
            self.images.take(chosen),
            self.captions.take(chosen),
            self.regions.take(np.concatenate([np.empty(0, np.int64), *of_regions])),
            self.counts[chosen],
            [self.data[row] for row in chosen],
        )

    def stored(self) -> Iterator[tuple[StoredPicture, list[Box]]]:
        """Each picture with the boxes of its regions."""
        boxes = iter(self.regions["box_xyxy"].to_pylist())
        columns = (self.images[name].to_pylist() for name in ("encoding", "width", "height"))
        for data, encoding, width, height, count in zip(self.data, *columns, self.counts, strict=True):
            yield StoredPicture(data, encoding, (width, height)), [tuple(next(boxes)) for _ in range(count)]


def shard_pictures(plan: ShardPlan, tables: Mapping[str, pa.Table]) -> Pictures:
    """Of one part's tables, what belongs to a shard.

    Leaves out pictures and regions that a stage before rejected; that stage has counted them. Raises SchemaError
    for a kept picture that `images` or `captions` lacks.
    """
    selection = tables["selection"].filter(belonging(plan, tables["selection"]))
    rows = _rows_of(selection, tables["images"])
    images = tables["images"].drop_columns(["image"]).take(rows)
    captions = tables["captions"].take(_rows_of(selection, tables["captions"]))
    regions, counts = _regions(selection, tables["regions"])
    data = [tables["images"]["image"][row].as_buffer() for row in rows.to_pylist()]
    everything = Pictures(selection, images, captions, regions, counts, data)
    good = pc.and_(_not_rejected(images), _not_rejected(captions))
    return everything.take(np.flatnonzero(np.asarray(good)).tolist())


def belonging(plan: ShardPlan, selection: pa.Table) -> pa.Array:
    """Which rows of a selection a shard holds: kept, of its split, under its prefix."""
    kept = pc.and_(pc.equal(selection["status"], "kept"), pc.equal(selection["split"], plan.split))
    return pc.and_(pc.fill_null(kept, False), within(selection["item"], plan.prefix))


def _rows_of(selection: pa.Table, table: pa.Table) -> pa.Array:
    """Where each picture of a selection lies in another table."""
    found = pc.index_in(row_keys(selection), value_set=row_keys(table))
    if found.null_count:
        raise SchemaError(f"{found.null_count} kept pictures are not in every table; run the build from the start")
    return found


def _regions(selection: pa.Table, regions: pa.Table) -> tuple[pa.Table, NDArray[np.int64]]:
    regions = regions.filter(_not_rejected(regions))
    pictures = pc.index_in(row_keys(regions), value_set=row_keys(selection))
    known = regions.filter(pc.is_valid(pictures))
    positions = np.asarray(pictures.drop_null(), np.int64)
    counts = np.bincount(positions, minlength=selection.num_rows).astype(np.int64)
    return known.take(np.argsort(positions, kind="stable")), counts


def _not_rejected(table: pa.Table) -> pa.ChunkedArray:
    return pc.is_null(pc.struct_field(table["rejected"], "reason"))
