"""One narrow pass over a release for its report: distributions, and which pictures to show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.release.counts import REGION
from pipeline.release.folder import ReleaseFolder

_WRITTEN = ("writer", "outcome", "failures.list.element")
COLUMNS = (
    *("image_id", "split", "source", "modality", "width", "height", f"{REGION}.box_xyxy.list.element"),
    *(f"written.list.element.{name}" for name in _WRITTEN),
    *(f"{REGION}.written.list.element.{name}" for name in _WRITTEN),
    f"{REGION}.few_because.list.element",
    "left_out.list.element.reason",
    "left_out.list.element.value",
)
# Names of bins, each with where it starts; the last has no end.
SIZES = {
    "<2": 0,
    "2–5": 2,
    "5–10": 5,
    "10–20": 10,
    "20–40": 20,
    "≥40": 40,
}  # of the picture's side, in percent
COUNTS = {"0": 0, "1": 1, "2": 2, "3–5": 3, "6–10": 6, "11–20": 11, "21–50": 21, ">50": 51}
SHOWN = 24


@dataclass(frozen=True, order=True)
class Place:
    """Where a row lies; ordered so that pictures with regions come first, then by id."""

    bare: bool
    image_id: str
    shard: str
    group: int
    row: int


@dataclass
class Survey:
    """What a report says of all rows; its size does not grow with them."""

    region_sizes: Counter[str] = field(default_factory=Counter)
    regions_per_image: Counter[str] = field(default_factory=Counter)
    splits_of: dict[str, dict[str, Counter[str]]] = field(default_factory=lambda: {"source": {}, "modality": {}})
    strata: dict[tuple[str, str], list[Place]] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # of texts, by writer and outcome
    failures: Counter[str] = field(default_factory=Counter)  # of drafts that were not kept
    regions: int = 0
    few: int = 0  # of regions, those with fewer negatives than wanted
    few_because: Counter[str] = field(default_factory=Counter)  # of these, by reason; one may have several

    left_out: Counter[str] = field(default_factory=Counter)  # names in reports that no fact says, by reason
    reports_left_out: int = 0  # pictures with any of these

    def add(self, rows: pa.Table, shard: str, group: int) -> None:
        per_image = np.asarray(pc.fill_null(pc.list_value_length(rows["regions"]), 0))
        self.regions_per_image.update(binned(per_image, COUNTS))
        self.region_sizes.update(binned(_sides(rows, per_image), SIZES))
        self._count_texts(rows["written"])
        regions = pc.list_flatten(rows["regions"])
        self._count_texts(pc.struct_field(regions, "written"))
        self._count_left_out(rows["left_out"])
        self._count_few(pc.struct_field(regions, "few_because"))
        for name, found in self.splits_of.items():
            for key, split in zip(_known(rows[name]), rows["split"].to_pylist(), strict=True):
                found.setdefault(key, Counter())[split] += 1
        self._consider(rows, per_image, shard, group)

    def _count_texts(self, written: pa.ChunkedArray) -> None:
        texts = pc.list_flatten(written)
        pairs = zip(*(pc.struct_field(texts, name).to_pylist() for name in ("writer", "outcome")), strict=True)
        self.outcomes.update(pairs)
        self.failures.update(pc.list_flatten(pc.struct_field(texts, "failures")).to_pylist())

    def _count_left_out(self, counted: pa.ChunkedArray) -> None:
        self.reports_left_out += pc.sum(pc.greater(pc.list_value_length(counted), 0)).as_py() or 0
        for row in pc.list_flatten(counted).to_pylist():
            self.left_out[row["reason"]] += int(row["value"])

    def _count_few(self, because: pa.ChunkedArray) -> None:
        self.regions += len(because)
        self.few += pc.sum(pc.greater(pc.list_value_length(because), 0)).as_py() or 0
        self.few_because.update(pc.list_flatten(because).to_pylist())

    def _consider(self, rows: pa.Table, per_image: np.ndarray, shard: str, group: int) -> None:
        columns = (_known(rows["source"]), _known(rows["modality"]), rows["image_id"].to_pylist(), per_image)
        for row, (source, modality, image_id, count) in enumerate(zip(*columns, strict=True)):
            stratum = self.strata.setdefault((source, modality), [])
            stratum.append(Place(bool(count == 0), image_id, shard, group, row))
        self.strata = {key: sorted(places)[:SHOWN] for key, places in self.strata.items()}

    def shown(self, most: int = SHOWN) -> list[Place]:
        """Pictures to show: in turn one of each source and modality, always the same ones."""
        rounds = zip_longest(*(self.strata[key] for key in sorted(self.strata)))
        return [place for place in chain.from_iterable(rounds) if place is not None][:most]


def survey(folder: ReleaseFolder) -> Survey:
    """Reads the narrow columns of every shard, a row group at a time."""
    found = Survey()
    for shard in folder.shards():
        for group, rows in enumerate(folder.groups(shard, COLUMNS)):
            found.add(rows, shard, group)
    return found


def binned(values: np.ndarray, bins: Mapping[str, int]) -> dict[str, int]:
    """Amounts by bin; every bin is there, in order."""
    amounts, _ = np.histogram(values, [*bins.values(), np.inf])
    return dict(zip(bins, amounts.tolist(), strict=True))


def _sides(rows: pa.Table, per_image: np.ndarray) -> np.ndarray:
    """Of each region, the side of a square of its box's area, in percent of the picture's."""
    boxes = np.asarray(pc.struct_field(pc.list_flatten(rows["regions"]), "box_xyxy").combine_chunks().flatten())
    left, top, right, bottom = boxes.reshape(-1, 4).T
    area = np.asarray(rows["width"], np.float64) * np.asarray(rows["height"])
    return np.asarray(100 * np.sqrt(np.maximum(0, (right - left) * (bottom - top)) / np.repeat(area, per_image)))


def _known(column: pa.ChunkedArray) -> list[str]:
    return list(column.fill_null("unknown").to_pylist())
