"""The stage that writes texts: for every kept picture facts, evidence, texts, check, negatives.

Of its negatives the stage `captions` (`balance/stage.py`) keeps those that have a counterpart.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from annotators.captioners.captioner import Captioner
from annotators.captioners.rules import RuleWriter
from annotators.captioners.templates import rank, templates_sha256
from pipeline.describe.across import Told, across
from pipeline.describe.check import withheld
from pipeline.describe.checked_texts import Written, checked_texts
from pipeline.describe.exchanges import Telling, exchanges
from pipeline.describe.marked import COLUMNS as REGION_COLUMNS
from pipeline.describe.marked import Marked
from pipeline.describe.negatives import (
    Negative,
    Renderer,
    distinct,
    polarities,
    region_edits,
    report_edits,
    report_statements,
)
from pipeline.describe.pictures import PIXELS, TOLD_TWICE, Picture, pictures
from pipeline.describe.settings import DescribeSettings
from pipeline.describe.spread import spread
from pipeline.describe.swaps import PRESUMED, Scene
from schemas.facts import Fact
from schemas.tables.captions import CAPTIONS
from schemas.tables.columns import KEY_NAMES
from schemas.taxonomy.csv_table import tables_hash

UNSUPPORTED = "unsupported_text"
# Words of texts and grounds of negatives: a changed one changes the rows.
TABLES = (
    *(("pipeline.describe", name) for name in ("exclusive_names", "midline_parts")),
    *(("pipeline.describe.reading", name) for name in ("cues", "plain_words", "wording")),
    ("pipeline.describe.reports", "sections"),
    *(("schemas.lexicon", name) for name in ("attributes", "confusable", "findings", "places")),
    *(
        ("schemas.taxonomy", name)
        for name in ("assessable", "body_parts", "categories", "labels", "modalities", "projections")
    ),
)
HEADER_COLUMNS = ("width", "height", "axes", "plane", "spacing_mm", "spacing_basis", "window", *TOLD_TWICE)
SELECTION_COLUMNS = (
    *("status", "image_id", "label_states", "annotation_scope", *TOLD_TWICE),
    *("group_id", "split", "licence"),  # which pictures exchange
)


class Writer(Captioner, Renderer, Protocol):
    """Writes a picture's texts, and the same again from edited facts."""


@dataclass(frozen=True)
class Describe:
    """Kept pictures to their texts with all negatives that can be drawn, in the order of their keys."""

    name: ClassVar[str] = "drafts"
    version: ClassVar[int] = 20
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "images": (*KEY_NAMES, *HEADER_COLUMNS),
        "selection": (*KEY_NAMES, *SELECTION_COLUMNS),
        "regions": REGION_COLUMNS,
        "records": (*KEY_NAMES, "texts"),
    }
    reads_files: ClassVar[bool] = False

    options: DescribeSettings = field(default_factory=DescribeSettings)
    writer: Captioner = field(default_factory=RuleWriter)  # the one that the settings name
    fallback: Writer = field(default_factory=RuleWriter)  # whose words replace what is wrong, and all negatives' words

    def settings(self) -> Mapping[str, Any]:
        return {**self.options.key(), "templates": templates_sha256(), "tables": tables_hash(*TABLES)}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Rows of CAPTIONS; a picture with a text that its facts do not bear out is a rejected row."""
        with collection_paused():
            return self._table(tables)

    def _table(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        found = pictures(tables, self.options)
        texts = checked_texts(self.writer, self.fallback, [picture.evidence for picture in found])
        told = [self._told(picture) for picture in found]
        rows = [self._row(*picture) for picture in zip(found, texts, told, strict=True)]
        return pa.Table.from_pylist(self._with_others(rows, told), schema=CAPTIONS)

    def _row(self, picture: Picture, texts: Sequence[Written], told: Told) -> dict[str, Any]:
        named = dict(zip(KEY_NAMES, picture.key, strict=True))
        if failed := [failure for each in texts for failure in each.wrong]:
            return {**named, "rejected": {"reason": UNSUPPORTED, "value": float(len(failed))}}
        summary, report, *of_regions = texts
        negatives = self._region_negatives(told)
        regions = [
            _region_row(region, facts, of_regions[2 * i : 2 * i + 2], negatives.get(region.region_id, []))
            for i, (region, facts) in enumerate(zip(picture.regions, picture.derived.regions, strict=True))
        ]
        kept = spread([region["negatives"] for region in regions], self.options.negatives_per_region)
        (kept_of_report,) = spread(
            [[negative.row(report.text) for negative in self._report_negatives(picture)]],
            self.options.negatives_per_report,
        )
        return {
            **named,
            "summary": summary.text,
            "report": report.text,
            "texts_origin": self.writer.name,
            "written": [summary.row(), report.row()],
            "facts": [fact.row() for fact in picture.derived.image],
            "left_out": [
                {"reason": reason, "value": float(count)}
                for reason, count in sorted(picture.derived.reported.left_out.items())
            ],
            "negatives": kept_of_report,
            "regions": [{**region, "negatives": few} for region, few in zip(regions, kept, strict=True)],
        }

    def _report_negatives(self, picture: Picture) -> list[Negative]:
        """All candidates."""
        if not self.options.negatives_per_report:
            return []
        evidence, stated = picture.evidence, picture.derived.reported.stated
        candidates = (
            report_edits(self.fallback, evidence),
            report_statements(self.fallback, evidence),
            polarities(self.fallback, evidence, stated),
        )
        return distinct(chain.from_iterable(candidates))

    def _told(self, picture: Picture) -> Told:
        """With as many regions as the settings give negatives, chosen by a hash of their ids."""
        evidence = picture.evidence
        scope = frozenset(picture.row["annotation_scope"] or ())
        part, stated = evidence.value("acquisition", "body_part"), picture.derived.reported.stated
        scene = Scene(evidence.modality, part, picture.regions, scope, stated)
        pairs = list(zip(evidence.regions, picture.regions, strict=True))
        limit = self.options.regions_with_negatives if self.options.negatives_per_region else 0
        if len(pairs) > limit:
            pairs = sorted(pairs, key=lambda pair: rank(pair[0].region_id, "negatives"))[:limit]
        regions = [Telling(region, marked, self.fallback.wording(evidence, region), scene) for region, marked in pairs]
        return Told({**picture.row, "source": picture.key[0]}, evidence, regions)

    def _region_negatives(self, told: Told) -> dict[str, list[Negative]]:
        """All candidates by region id."""
        exchanged = exchanges(self.fallback, told.evidence, told.regions)
        found = {
            each.region.region_id: [
                *exchanged[each.region.region_id],
                *region_edits(self.fallback, told.evidence, each.region, each.marked, each.scene),
            ]
            for each in told.regions
        }
        return {id: distinct(each for each in negatives if self._wanted(each)) for id, negatives in found.items()}

    def _with_others(self, rows: Sequence[dict[str, Any]], told: Sequence[Told]) -> list[dict[str, Any]]:
        """The same with what regions of different pictures exchange; a rejected picture has no part in it."""
        drawn = {each["region_id"]: each["negatives"] for row in rows for each in row.get("regions", ())}
        found = across(self.fallback, told, drawn, self.options.negatives_per_region)
        return [
            row if "regions" not in row else {**row, "regions": [_joined(each, found) for each in row["regions"]]}
            for row in rows
        ]

    def _wanted(self, negative: Negative) -> bool:
        return self.options.presumed or negative.certainty != PRESUMED


@dataclass(frozen=True)
class DescribeSeen(Describe):
    """The same by a writer that looks at pictures, so that other pixels are other captions."""

    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {**Describe.reads, "images": (*Describe.reads["images"], PIXELS)}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Garbage is collected as ever, since others work while a model is waited for."""
        return self._table(tables)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Looks for no cycles in the memory of this process: of a part's facts and texts there are none, and looking for
    them took a fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _joined(region: Mapping[str, Any], found: Mapping[str, Sequence[Negative]]) -> dict[str, Any]:
    more = [negative.row(region["caption"]) for negative in found[region["region_id"]]]
    return {**region, "negatives": [*region["negatives"], *more]}


def _region_row(
    region: Marked, facts: Sequence[Fact], texts: Sequence[Written], negatives: Sequence[Negative]
) -> dict[str, Any]:
    caption, paraphrase = texts
    return {
        "region_id": region.region_id,
        "caption": caption.text,
        "paraphrase": paraphrase.text,
        "facts": [fact.row() for fact in facts],
        "negatives": [negative.row(caption.text) for negative in negatives],
        "few_because": [],
        "checks": list(withheld(region.name)) if region.name else [],
        "written": [caption.row(), paraphrase.row()],
    }
