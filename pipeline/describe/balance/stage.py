"""The stage `captions`: drafts, with those of their negatives that have a counterpart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa

from annotators.captioners.templates import chosen
from pipeline.describe.balance.counts import SELECTION_READS, pictures
from pipeline.describe.balance.few import few_because
from pipeline.describe.balance.rates import RATES, STEPS
from pipeline.describe.balance.ways import Edit, Place, Row, Way, texts_of
from pipeline.describe.settings import DescribeSettings
from schemas.tables.captions import CAPTIONS

Rates = dict[Way, int]


@dataclass(frozen=True)
class Balance:
    """Rows of CAPTIONS, one a row of `drafts`, in its order."""

    name: ClassVar[str] = "captions"
    version: ClassVar[int] = 4
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "drafts": tuple(CAPTIONS.names),
        "selection": SELECTION_READS,
        "rates": tuple(RATES.names),
    }
    reads_files: ClassVar[bool] = False

    options: DescribeSettings = field(default_factory=DescribeSettings)

    def settings(self) -> Mapping[str, Any]:
        return {"enough": self.options.enough, "regions_with_negatives": self.options.regions_with_negatives}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        columns = (tables["rates"][name].to_pylist() for name in RATES.names)
        rates: Rates = {}
        for cell, forth, back in zip(*columns, strict=True):
            rates |= {Way(cell, forth=True): forth, Way(cell, forth=False): back}
        rows = [self._kept(*picture, rates) for picture in pictures(tables["drafts"], tables["selection"])]
        return pa.Table.from_pylist(rows, schema=CAPTIONS)

    def _kept(self, row: Row, edits: list[Edit], rates: Rates) -> dict[str, Any]:
        kept = {place for edit in edits if _is_kept(row, edit, rates) for place in edit.places}
        of_report, *of_regions = (
            [negative for j, negative in enumerate(negatives) if (i, j) in kept]
            for i, negatives in enumerate(texts_of(row))
        )
        if row["rejected"]:
            return dict(row)
        regions = [
            {**region, "negatives": negatives, "few_because": self._few_because(region, len(negatives), row)}
            for region, negatives in zip(row["regions"], of_regions, strict=True)
        ]
        return {**row, "negatives": of_report, "regions": regions}

    def _few_because(self, region: Row, kept: int, row: Row) -> list[str]:
        return [] if kept >= self.options.enough else few_because(region, len(row["regions"]), self.options)


def _is_kept(row: Row, edit: Edit, rates: Rates) -> bool:
    """By a hash of the text and what it belongs to; twins share theirs."""
    if edit.way is None:
        return True
    return chosen(_seed(row, edit.places[0]), "balance", STEPS) < rates[edit.way]


def _seed(row: Row, place: Place) -> str:
    i, j = place
    negative = texts_of(row)[i][j]
    owner = row["regions"][i - 1]["region_id"] if i else row["item"]
    return negative["twin"] or f"{owner} {negative['kind']} {negative['text']}"
