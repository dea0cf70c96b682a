import pytest

from annotators.captioners.acquisition import field_words, image_phrase
from annotators.captioners.templates import Dice
from tests.annotators.captioners.builders import acquired, make_evidence


def phrases_of(values: dict[str, str], *, window: bool = False) -> set[str]:
    """All names that the picture can be given."""
    evidence = make_evidence(*acquired(**values))
    return {image_phrase(evidence, Dice(f"i{i}"), window) for i in range(60)}


@pytest.mark.parametrize(
    ("values", "phrase"),
    [
        ({}, "medical image"),
        ({"modality": "radiography", "projection": "pa", "body_part": "chest"}, "posteroanterior chest radiograph"),
        ({"modality": "ct", "plane": "axial", "technique": "portal"}, "axial portal-venous-phase CT image"),
        (
            {"modality": "ct", "technique": "parametric map", "body_part": "brain"},
            "parametric map computed from CT of the brain",
        ),
        (
            {"modality": "mri", "technique": "T2", "body_part": "knee", "side": "right"},
            "T2-weighted MR image of the right knee",
        ),
        ({"modality": "mri", "technique": "ADC"}, "ADC map"),
        (
            {"modality": "ultrasound", "technique": "B-mode", "body_part": "thyroid"},
            "B-mode ultrasound image of the thyroid",
        ),
        (
            {"modality": "mammography", "projection": "mlo", "side": "left"},
            "mediolateral oblique mammogram of the left breast",
        ),
        ({"modality": "fundus", "technique": "colour", "body_part": "retina"}, "colour fundus photograph"),
        ({"modality": "fundus", "body_part": "retina", "side": "left"}, "fundus photograph of the left eye"),
        ({"modality": "oct", "technique": "B-scan", "body_part": "macula"}, "retinal OCT B-scan of the macula"),
        (
            {"modality": "oct", "body_part": "macula", "side": "right"},
            "retinal OCT image of the macula of the right eye",
        ),
        ({"modality": "dermatology", "technique": "dermoscopy", "body_part": "skin"}, "dermoscopic image"),
        ({"modality": "microscopy", "technique": "smear"}, "smear micrograph"),
        ({"modality": "microscopy", "technique": "smear", "body_part": "blood"}, "blood smear micrograph"),
        ({"modality": "dental", "technique": "panoramic", "body_part": "teeth"}, "panoramic dental radiograph"),
        ({"modality": "nuclear", "technique": "PET", "body_part": "whole_body"}, "PET image of the whole body"),
        ({"modality": "mammography", "side": "bilateral"}, "mammogram of both breasts"),
    ],
)
def test_a_picture_is_named_as_its_field_names_it(values: dict[str, str], phrase: str) -> None:
    assert phrase in phrases_of(values)


def test_a_smear_of_blood_is_always_told_as_one() -> None:
    assert all(
        "blood smear" in phrase
        for phrase in phrases_of({"modality": "microscopy", "technique": "smear", "body_part": "blood"})
    )


def test_the_side_of_an_unpaired_part_is_not_told() -> None:
    assert not any("left" in phrase for phrase in phrases_of({"modality": "ct", "body_part": "chest", "side": "left"}))


def test_a_window_is_told_only_on_demand() -> None:
    values = {"modality": "ct", "window": "lung"}
    assert all(phrase.endswith(" in a lung window") for phrase in phrases_of(values, window=True))
    assert not any("window" in phrase for phrase in phrases_of(values))


def test_no_template_mark_is_left_in_any_name() -> None:
    for modality in ("ct", "mri", "radiography", "microscopy", "ultrasound"):
        assert not any(
            "{" in p or "  " in p
            for part in ("chest", "skin")
            for p in phrases_of({"modality": modality, "body_part": part})
        )


def test_a_picture_without_a_known_modality_is_an_image() -> None:
    assert "image" in field_words(None)
    assert "slice" in field_words("ct")
