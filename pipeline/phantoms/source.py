"""The source kind `phantoms`: a folder that `medregion phantoms` wrote, as settings of any other source."""

from dataclasses import replace
from pathlib import Path

from pipeline.phantoms.folder import ABOUT, IMAGES, RECORDS, REGIONS
from pipeline.sources import AnnotationSettings, LabelSettings, RecordColumn, SourceSettings, TableSettings
from schemas.errors import SourceError
from schemas.taxonomy.categories import Category, categories

ATTRIBUTION = "phantoms drawn by MedRegion"
SAME_NAME: tuple[RecordColumn, ...] = (
    "patient", "study", "report", "sex", "age", "modality", "technique", "body_part", "projection", "laterality",
)  # fmt: skip


def as_folder(source: SourceSettings) -> SourceSettings:
    """Other kinds come back as they are. The truth beside the pictures is not part of the source.

    Raises SourceError where the root holds no phantoms.
    """
    if source.kind != "phantoms":
        return source
    if not (Path(source.root) / ABOUT).is_file():
        raise SourceError(source.name, f"{source.root!r} holds no phantoms; run: medregion phantoms {source.root}")
    words = {each.id: f"category:{each.id}" for each in categories()}
    table = TableSettings(
        path=RECORDS,
        join="file",
        join_by="path",
        columns={name: name for name in SAME_NAME},
        states={f"state:{id}": word for id, word in words.items()},
        label_basis="phantom",
    )
    return replace(
        source,
        include=(f"{IMAGES}/**/*",),
        attribution=source.attribution or ATTRIBUTION,
        public=True,
        annotations=AnnotationSettings(kind="regions", path=REGIONS, label_source="phantom"),
        tables=(table, *source.tables),
        labels={**{words[each.id]: _meaning(each) for each in categories()}, **source.labels},
    )


def _meaning(category: Category) -> LabelSettings:
    return LabelSettings(kind="finding", category=category.id, name=category.name)
