from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.lexicon.findings import KINDS, is_finding
from schemas.taxonomy.categories import is_category
from schemas.taxonomy.csv_table import folded
from schemas.taxonomy.labels import NO_FINDING, label_words, resolve_label
from schemas.taxonomy.modalities import modalities

NIH = {
    "Atelectasis": "atelectasis",
    "Cardiomegaly": "cardiac_failure",
    "Effusion": "pleural_effusion",
    "Infiltration": None,  # a sign, not a disease
    "Mass": "lung_tumour",
    "Nodule": "lung_tumour",
    "Pneumonia": "pneumonia",
    "Pneumothorax": "pneumothorax",
    "Consolidation": None,
    "Edema": "cardiac_failure",
    "Emphysema": "interstitial_airway",
    "Fibrosis": "interstitial_airway",
    "Pleural_Thickening": "pleural_effusion",
    "Hernia": None,
}


@pytest.mark.parametrize(("word", "category"), NIH.items())
def test_the_fourteen_labels_of_chest_films(word: str, category: str | None) -> None:
    found = resolve_label(word, "radiography")
    assert found is not None
    assert (found.kind, found.category) == ("finding", category)


@pytest.mark.parametrize("word", ["No Finding", "no_finding", "NORMAL", "notumor"])
@pytest.mark.parametrize("modality", [None, "radiography", "mri"])
def test_no_finding_is_a_state_and_no_disease(word: str, modality: str | None) -> None:
    found = resolve_label(word, modality)
    assert found is not None
    assert (found.kind, found.name, found.category, found.finding) == ("state", "no finding", None, None)


@pytest.mark.parametrize(
    ("word", "modality", "kind", "name", "category"),
    [
        ("NEV", "dermatology", "finding", "melanocytic naevus", "skin_other"),
        ("BCC", "dermatology", "finding", "basal cell carcinoma", "skin_other"),
        ("MEL", "dermatology", "finding", "melanoma", "melanoma"),
        ("SEK", "dermatology", "finding", "seborrhoeic keratosis", "skin_other"),
        ("ACK", "dermatology", "finding", "actinic keratosis", "skin_other"),
        ("SCC", "dermatology", "finding", "squamous cell carcinoma", "skin_other"),
        ("hard_exudates", "fundus", "finding", "hard exudate", "diabetic_retinopathy"),
        ("haemorrhage", "fundus", "finding", "retinal haemorrhage", "diabetic_retinopathy"),
        ("optic_disc", "fundus", "anatomy", "optic disc", None),
        ("RBC", "microscopy", "cell", "red blood cell", None),
        ("WBC", "microscopy", "cell", "white blood cell", None),
        ("Platelets", "microscopy", "cell", "platelet", None),
        ("nucleus", "microscopy", "cell", "cell nucleus", None),
        ("nerve", "ultrasound", "anatomy", "nerve", None),
        ("artery", "ultrasound", "anatomy", "artery", None),
        ("vein", "ultrasound", "anatomy", "vein", None),
        ("COVID-19", "radiography", "finding", "COVID-19 pneumonia", "pneumonia"),
        ("Pneumocystis", "radiography", "finding", "Pneumocystis pneumonia", "pneumonia"),
        ("Ground Glass Opacities", "radiography", "finding", "ground-glass opacity", None),
        ("pacemaker", "radiography", "device", "pacemaker", None),
        ("ruler", "dermatology", "artefact", "ruler", None),
        ("side marker", "radiography", "marker", "side marker", None),
    ],
)
def test_words_of_open_sets(word: str, modality: str, kind: str, name: str, category: str | None) -> None:
    found = resolve_label(word, modality)
    assert found is not None
    assert (found.kind, found.name, found.category, found.side) == (kind, name, category, None)


@pytest.mark.parametrize(
    ("word", "name", "side"),
    [
        ("kidney_left", "kidney", "left"),
        ("Right Lung", "lung", "right"),
        ("rib_left_9", "ninth rib", "left"),
        ("lung_middle_lobe_right", "middle lobe of the lung", "right"),
        ("vertebrae_T9", "T9 vertebra", None),
        ("heart_atrium_left", "left atrium", None),  # a part of the heart, not a side of the patient
    ],
)
def test_a_label_may_name_the_side(word: str, name: str, side: str | None) -> None:
    found = resolve_label(word, "ct")
    assert found is not None
    assert (found.name, found.side) == (name, side)


@pytest.mark.parametrize(
    ("word", "modality"),
    [
        ("", None),
        ("left", "ct"),
        ("left right kidney", "ct"),
        ("no finding left", None),
        ("some words of a source", "radiography"),
        ("Nodule", None),  # of the lung or of the thyroid
        ("Mass", "dermatology"),
        ("RBC", "radiography"),
    ],
)
def test_what_is_unknown_or_ambiguous_stays_unmapped(word: str, modality: str | None) -> None:
    assert resolve_label(word, modality) is None


def test_a_word_means_another_thing_in_another_modality() -> None:
    lung, thyroid = resolve_label("Nodule", "radiography"), resolve_label("Nodule", "ultrasound")
    assert lung is not None
    assert thyroid is not None
    assert (lung.category, thyroid.category) == ("lung_tumour", "thyroid")


def test_every_row_names_an_entry_and_known_modalities() -> None:
    known = {each.id for each in modalities()}
    for row in label_words():
        assert row.entry == NO_FINDING or is_finding(row.entry), row
        assert set(row.modalities) <= known, row


def test_every_row_resolves_in_each_of_its_modalities() -> None:
    for row in label_words():
        for modality in row.modalities or (None,):
            found = resolve_label(row.word, modality)
            assert found is not None, row
            assert found.kind in (*KINDS, "state")
            assert found.category is None or is_category(found.category)


def test_every_structure_of_a_real_segmenter_resolves(real_data: Path) -> None:
    folder = real_data / "totalsegmentator-tests" / "tests" / "reference_files" / "example_seg_fast"
    words = sorted(path.name.removesuffix(".nii.gz") for path in folder.glob("*.nii.gz"))
    assert len(words) > 100
    assert [word for word in words if resolve_label(word, "ct") is None] == []


@given(st.text(max_size=40))
def test_spelling_does_not_matter(word: str) -> None:
    assert resolve_label(word) == resolve_label(folded(word)) == resolve_label(f" {word.upper()} ".casefold())
