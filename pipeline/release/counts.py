"""What a release holds, counted from its rows: images, regions, texts, by split, source, licence, label."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REGION = "regions.list.element"
COLUMNS = (
    "group_id", "split", "source", "licence", "attribution", "modality", "summary", "report",
    "provenance", "negatives.list.element.slot", f"{REGION}.label", f"{REGION}.caption", f"{REGION}.label_source",
    f"{REGION}.negatives.list.element.slot",
)  # fmt: skip
# Never a cell of sex, age or site: small cells point at people.
BY = ("split", "source", "modality", "licence")
AMOUNTS = ("images", "regions", "summaries", "reports", "region_captions", "negatives")
NONE = "(none)"
ATTRIBUTIONS_NAMED = 20  # of a source; the rows name them all


@dataclass
class Counts:
    """Adds up row groups; what it keeps does not grow with rows, but for 32 digits a group."""

    cells: dict[tuple[str, ...], Counter[str]] = field(default_factory=dict)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    label_sources: Counter[str] = field(default_factory=Counter)  # regions by who named them
    segmenters: Counter[str] = field(default_factory=Counter)  # regions by who drew their mask
    attributions: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)  # of each split

    def add(self, rows: pa.Table) -> None:
        """Rows with at least COLUMNS."""
        self._add_cells(rows)
        regions = rows["regions"].combine_chunks()
        self._add_labels(regions)
        self.label_sources.update(pc.struct_field(pc.list_flatten(regions), "label_source").fill_null(NONE).to_pylist())
        self.segmenters.update(chain.from_iterable(map(segmenters, rows["provenance"].to_pylist())))
        for split, group in zip(rows["split"].to_pylist(), rows["group_id"].to_pylist(), strict=True):
            self.groups.setdefault(split, set()).add(group)
        for source, attribution in _pairs(rows, "source", "attribution"):
            self.attributions.setdefault(source, set()).update([] if attribution is None else [attribution])

    def _add_cells(self, rows: pa.Table) -> None:
        amounts = {**{name: rows[name].fill_null("unknown") for name in BY}, **_amounts(rows)}
        sums = pa.table(amounts).group_by(list(BY)).aggregate([(name, "sum") for name in AMOUNTS])
        for row in sums.to_pylist():
            cell = self.cells.setdefault(tuple(row[name] for name in BY), Counter())
            cell.update({name: row[f"{name}_sum"] for name in AMOUNTS})

    def _add_labels(self, regions: pa.ListArray) -> None:
        labels = pc.struct_field(pc.list_flatten(regions), "label").fill_null(NONE)
        table = pa.table({"label": labels, "image": pc.list_parent_indices(regions)}).group_by("label")
        for row in table.aggregate([("image", "count"), ("image", "count_distinct")]).to_pylist():
            amounts = {"regions": row["image_count"], "images": row["image_count_distinct"]}
            self.labels.setdefault(row["label"], Counter()).update(amounts)

    def as_json(self) -> dict[str, Any]:
        """Totals, and the same amounts by each of BY and by label; keys sorted."""
        return {
            "total": {**self._by(()).get("", _zero()), "groups": sum(map(len, self.groups.values()))},
            **{f"by_{name}": self._by((name,)) for name in BY},
            "by_label": {label: dict(sorted(found.items())) for label, found in sorted(self.labels.items())},
            "by_label_source": dict(sorted(self.label_sources.items())),
            "by_segmenter": dict(sorted(self.segmenters.items())),
            "groups_by_split": {split: len(found) for split, found in sorted(self.groups.items())},
            "sources": [self._source(name) for name in sorted(self.attributions)],
        }

    def _by(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        places = [BY.index(name) for name in names]
        found: dict[str, Counter[str]] = {}
        for cell, amounts in self.cells.items():
            found.setdefault("".join(cell[place] for place in places), Counter()).update(amounts)
        return {key: {**_zero(), **found[key]} for key in sorted(found)}

    def _source(self, name: str) -> dict[str, Any]:
        named = sorted(self.attributions[name])
        licences = sorted({cell[BY.index("licence")] for cell in self.cells if cell[BY.index("source")] == name})
        return {
            "source": name,
            "licences": licences,
            "attributions": named[:ATTRIBUTIONS_NAMED],
            "more_attributions": max(0, len(named) - ATTRIBUTIONS_NAMED),
        }


def segmenters(provenance: str | None) -> list[str]:
    """Who drew each region's mask, as a row's `provenance` says; empty where it says nothing that reads."""
    try:
        return [who or NONE for who in json.loads(provenance or "{}")["segmenter"]]
    except (ValueError, KeyError, TypeError):
        return []


def _zero() -> dict[str, int]:
    return dict.fromkeys(AMOUNTS, 0)


def _amounts(rows: pa.Table) -> dict[str, pa.Array]:
    regions = rows["regions"].combine_chunks()
    flat, parents = pc.list_flatten(regions), pc.list_parent_indices(regions)
    captions = pc.is_valid(pc.struct_field(flat, "caption")).cast(pa.int64())
    negatives = pc.fill_null(pc.list_value_length(pc.struct_field(flat, "negatives")), 0)
    of_image = pc.fill_null(pc.list_value_length(rows["negatives"]), 0)
    return {
        "images": pa.array([1] * rows.num_rows, pa.int64()),
        "regions": pc.fill_null(pc.list_value_length(regions), 0),
        "summaries": pc.is_valid(rows["summary"]).cast(pa.int64()),
        "reports": pc.is_valid(rows["report"]).cast(pa.int64()),
        "region_captions": _summed(captions, parents, rows.num_rows),
        "negatives": pc.add(of_image, _summed(negatives, parents, rows.num_rows)),
    }


def _summed(values: pa.Array, parents: pa.Array, rows: int) -> pa.Array:
    """Of each row, the sum over its regions."""
    sums = np.bincount(np.asarray(parents), weights=np.asarray(values), minlength=rows)
    return pa.array(sums.astype(np.int64))


def _pairs(rows: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    found: list[Mapping[str, Any]] = rows.select(list(names)).group_by(list(names)).aggregate([]).to_pylist()
    return [tuple(row[name] for name in names) for row in found]
