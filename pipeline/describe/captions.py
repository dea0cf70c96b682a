"""The stage that writes texts: for every kept picture facts, evidence, texts, check, negatives; never a pixel."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from annotators.captioners.captioner import Captioner, RegionTexts, Texts
from annotators.captioners.evidence import Evidence
from annotators.captioners.rules import RuleWriter
from annotators.captioners.templates import chosen, templates_sha256
from pipeline.describe.check import unsupported, withheld
from pipeline.describe.derive_facts import derive_facts
from pipeline.describe.known import Known
from pipeline.describe.marked import COLUMNS as REGION_COLUMNS
from pipeline.describe.marked import Key, Marked, marked_regions
from pipeline.describe.negatives import Negative, Renderer, region_negatives, report_negatives
from pipeline.describe.select_evidence import select_evidence
from pipeline.describe.settings import DescribeSettings
from pipeline.describe.swaps import Scene
from schemas.errors import StorageError
from schemas.facts import Fact
from schemas.tables.captions import CAPTIONS
from schemas.tables.columns import KEY_NAMES
from schemas.taxonomy.csv_table import tables_hash

UNSUPPORTED = "unsupported_text"
# Words of texts and grounds of negatives: a changed one changes the rows.
TABLES = (
    *(("pipeline.describe", name) for name in ("exclusive_names", "midline_parts")),
    *(("pipeline.describe.reading", name) for name in ("cues", "wording")),
    *(("schemas.lexicon", name) for name in ("attributes", "confusable", "findings", "places")),
    *(("schemas.taxonomy", name) for name in ("body_parts", "categories", "labels", "modalities", "projections")),
)
MANY = 1 << 30
# A record may say otherwise than the header; who said it is part of a fact.
TOLD_TWICE = ("modality", "technique", "body_part", "projection", "image_laterality")
HEADER_COLUMNS = ("width", "height", "axes", "plane", "spacing_mm", "spacing_basis", "window", *TOLD_TWICE)
SELECTION_COLUMNS = ("status", "image_id", "label_states", "annotation_scope", *TOLD_TWICE)


class Writer(Captioner, Renderer, Protocol):
    """Writes a picture's texts, and the same again from edited facts."""


@dataclass(frozen=True)
class Describe:
    """Kept pictures to captions, in the order of their keys."""

    name: ClassVar[str] = "captions"
    version: ClassVar[int] = 5
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "images": (*KEY_NAMES, *HEADER_COLUMNS),
        "selection": (*KEY_NAMES, *SELECTION_COLUMNS),
        "regions": REGION_COLUMNS,
    }
    reads_files: ClassVar[bool] = False

    options: DescribeSettings = field(default_factory=DescribeSettings)
    writer: Writer = field(default_factory=RuleWriter)  # the one that the settings name

    def settings(self) -> Mapping[str, Any]:
        return {**asdict(self.options), "templates": templates_sha256(), "tables": tables_hash(*TABLES)}

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Rows of CAPTIONS; a picture with a text that its facts do not bear out is a rejected row."""
        kept = kept_rows(tables["images"], tables["selection"])
        regions = marked_regions(tables["regions"], {key: (row["width"], row["height"]) for key, row in kept.items()})
        rows = [self._row(key, kept[key], regions.get(key, [])) for key in sorted(kept)]
        return pa.Table.from_pylist(rows, schema=CAPTIONS)

    def _row(self, key: Key, row: Mapping[str, Any], regions: Sequence[Marked]) -> dict[str, Any]:
        derived = derive_facts(row, regions)
        evidence = select_evidence(row["image_id"], regions, derived, self.options)
        texts = self.writer.write([evidence])[0]
        named = dict(zip(KEY_NAMES, key, strict=True))
        if failed := failures(texts, evidence):
            return {**named, "rejected": {"reason": UNSUPPORTED, "value": float(len(failed))}}
        of_report = report_negatives(self.writer, evidence, texts.report, self.options.negatives_per_report)
        of_regions = self._region_negatives(evidence, row, regions)
        return {
            **named,
            "summary": texts.summary,
            "report": texts.report,
            "texts_origin": self.writer.name,
            "facts": [fact.row() for fact in derived.image],
            "negatives": _rows(of_report),
            "regions": [
                _region_row(text, facts, of_regions.get(text.region_id, []), region)
                for text, facts, region in zip(texts.regions, derived.regions, regions, strict=True)
            ],
        }

    def _region_negatives(
        self, evidence: Evidence, row: Mapping[str, Any], regions: Sequence[Marked]
    ) -> dict[str, list[Negative]]:
        """By region id, of as many regions as the settings allow, chosen by a hash of their ids."""
        scope = frozenset(row["annotation_scope"] or ())
        scene = Scene(evidence.modality, evidence.value("acquisition", "body_part"), regions, scope)
        pairs = list(zip(evidence.regions, regions, strict=True))
        limit = self.options.regions_with_negatives
        if len(pairs) > limit:
            pairs = sorted(pairs, key=lambda pair: chosen(pair[0].region_id, "negatives", MANY))[:limit]
        at_most = self.options.negatives_per_region
        return {
            region.region_id: region_negatives(self.writer, evidence, region, marked, scene, at_most)
            for region, marked in pairs
        }


def kept_rows(images: pa.Table, selection: pa.Table) -> dict[Key, dict[str, Any]]:
    """The attributes of each kept picture by its key: selection's words, those of the header as `header_...`."""
    kept = selection.filter(pc.equal(selection["status"], "kept"))
    chosen_rows = {tuple(row[name] for name in KEY_NAMES): row for row in kept.to_pylist()}
    rows: dict[Key, dict[str, Any]] = {}
    for image in images.to_pylist():
        key = tuple(image[name] for name in KEY_NAMES)
        if key in chosen_rows:
            header = {f"header_{name}": image[name] for name in TOLD_TWICE}
            rows[key] = {**image, **header, **chosen_rows[key]}
    if missing := len(chosen_rows) - len(rows):
        raise StorageError(f"captions: {missing} kept pictures are not in the table images; build select again")
    return rows


def failures(texts: Texts, evidence: Evidence) -> list[str]:
    """What the check finds in all texts of a picture; empty where every claim is a fact."""
    whole = Known((*evidence.facts, *(fact for region in evidence.regions for fact in region.facts)))
    found = [failure for text in (texts.summary, texts.report) for failure in unsupported(text, whole)]
    of_picture = [fact for fact in evidence.facts if fact.kind in ("acquisition", "laterality")]
    for text, region in zip(texts.regions, evidence.regions, strict=True):
        known = Known((*of_picture, *region.facts))
        found += unsupported(text.caption, known)
        found += unsupported(text.paraphrase, known)
    return found


def _region_row(
    text: RegionTexts, facts: Sequence[Fact], negatives: Sequence[Negative], region: Marked
) -> dict[str, Any]:
    return {
        "region_id": text.region_id,
        "caption": text.caption,
        "paraphrase": text.paraphrase,
        "facts": [fact.row() for fact in facts],
        "negatives": _rows(negatives),
        "checks": list(withheld(region.name)) if region.name else [],
    }


def _rows(negatives: Sequence[Negative]) -> list[dict[str, Any]]:
    return [negative.row() for negative in negatives]
