"""What the picture's attributes and labels say of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.facts import IMAGE, Fact
from schemas.laterality import laterality_word
from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.categories import is_category
from schemas.taxonomy.modalities import UNKNOWN, modalities, technique_of
from schemas.taxonomy.projections import projection_of

ASSERTIONS = {"present": "present", "absent": "absent", "uncertain": "possible"}
LABEL_BASES = frozenset({"pathology", "clinical", "reader", "report", "model", "phantom"})
PLANES = frozenset({"axial", "coronal", "sagittal", "oblique"})
WINDOWS = {"lung", "bone", "brain", "soft tissue", "abdomen", "mediastinum", "liver", "stroke", "subdural"}


def image_facts(row: Mapping[str, Any]) -> tuple[Fact, ...]:
    return (*_acquisition(row), *_laterality(row), *_labels(row))


def _acquisition(row: Mapping[str, Any]) -> Iterator[Fact]:
    """Words outside the vocabularies are left out, as are unknown ones."""
    known = row["modality"] in {each.id for each in modalities()}
    technique = technique_of(row["modality"], row["technique"]) if known and row["technique"] else None
    words = {
        "modality": row["modality"] if known else None,
        "technique": None if technique == UNKNOWN else technique,
        "body_part": body_part_of(row["body_part"]) if row["body_part"] else None,
        "projection": projection_of(row["projection"]) if row["projection"] else None,
    }
    for attribute, value in words.items():
        if value is not None:
            yield Fact(IMAGE, "acquisition", attribute, value, _stated(row, attribute), source=row["source"])
    if row["plane"] in PLANES:
        yield Fact(IMAGE, "acquisition", "plane", row["plane"], "dicom_orientation", source=row["source"])
    if window := _window(row["window"]):
        yield Fact(IMAGE, "acquisition", "window", window, "header", source=row["source"])


def _stated(row: Mapping[str, Any], attribute: str, of_header: str = "header") -> str:
    """Whether the file's own header says it, or the source's record or settings."""
    return of_header if row[attribute] == row[f"header_{attribute}"] else "source_statement"


def _window(window: Mapping[str, Any] | None) -> str | None:
    name = (window or {}).get("name") or ""
    word = name.strip().lower().replace("_", " ")
    return word if word in WINDOWS else None


def _laterality(row: Mapping[str, Any]) -> Iterator[Fact]:
    if side := laterality_word(row["image_laterality"]):
        basis = _stated(row, "image_laterality", "dicom_laterality")
        yield Fact(IMAGE, "laterality", "image", side, basis, frame="patient", source=row["source"])


def _labels(row: Mapping[str, Any]) -> Iterator[Fact]:
    """Of known categories in a known state with a known basis; `not_assessed` says nothing.

    A category groups pictures: who marked exudates did not say diabetic retinopathy. So a category is told where the
    source says it of the picture, else its regions' findings alone. What is stated is told whether it is there or not:
    a category that texts name only where it is absent would be a sign of health to whoever learns from them.
    """
    for label in row["label_states"] or ():
        assertion = ASSERTIONS.get(label["state"])
        if label["stated"] and assertion and is_category(label["category"]) and label["basis"] in LABEL_BASES:
            yield Fact(
                IMAGE,
                "label",
                "category",
                label["category"],
                label["basis"],
                assertion=assertion,
                source=row["source"],
                visible="false" if label["visible"] is False else "unknown",
            )
