"""Attributes of a picture that a table or the source's settings state, as closed words."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.ingest.given import Dropped
from pipeline.sources import SourceSettings
from schemas.demographics import age_bucket, age_years, sex_word
from schemas.laterality import laterality_word
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.modalities import modalities, technique_of
from schemas.taxonomy.projections import projection_of

COLUMNS = ("modality", "technique", "body_part", "projection", "image_laterality", "sex", "age_bucket")


def stated(said: Mapping[str, Any], source: SourceSettings) -> tuple[dict[str, str | None], list[Dropped]]:
    """COLUMNS by name: the table's word where it is known, else the source's; and `word_unknown` a word that is
    not.
    """
    words = {name: said.get(name) or "" for name in ("modality", "technique", "body_part", "projection")}
    modality = words["modality"] if words["modality"] in _modality_ids() else source.modality
    from_table = {
        "modality": modality if words["modality"] == modality else None,
        "technique": technique_of(modality, words["technique"]) if modality else None,
        "body_part": body_part_of(words["body_part"]),
        "projection": projection_of(words["projection"]),
        "image_laterality": laterality_word(said.get("laterality")),
        "sex": sex_word(said.get("sex")),
        "age_bucket": age_bucket(age_years(said.get("age"))),
    }
    from_source = {
        "modality": source.modality,
        "technique": technique_of(modality, source.technique or "") if modality else None,
        "body_part": body_part_of(source.body_part or ""),
        "projection": projection_of(source.projection or ""),
    }
    unknown = [name for name, column in zip(_SAID, COLUMNS, strict=True) if said.get(name) and not from_table[column]]
    return (
        {name: from_table[name] or from_source.get(name) for name in COLUMNS},
        [Dropped("word_unknown") for _ in unknown],
    )


_SAID = ("modality", "technique", "body_part", "projection", "laterality", "sex", "age")  # as COLUMNS


@cache
def _modality_ids() -> frozenset[str]:
    return frozenset(each.id for each in modalities())
