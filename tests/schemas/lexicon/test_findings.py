import pytest

from schemas.lexicon.findings import KINDS, ancestors, finding, finding_of, findings, is_finding
from schemas.taxonomy.categories import is_category
from schemas.taxonomy.csv_table import folded
from schemas.taxonomy.modalities import modalities


def test_ids_are_unique_and_every_word_is_closed() -> None:
    known = {each.id for each in modalities()}
    assert len({each.id for each in findings()}) == len(findings())
    for each in findings():
        assert each.kind in KINDS
        assert each.name
        assert set(each.modalities) <= known
        assert each.category is None or is_category(each.category)


def test_only_findings_and_sick_cells_belong_to_a_disease_category() -> None:
    assert {each.kind for each in findings() if each.category} == {"finding", "cell"}
    assert [each.id for each in findings() if each.kind == "cell" and each.category] == ["blast"]


def test_every_parent_exists_and_none_is_its_own_ancestor() -> None:
    for each in findings():
        assert all(is_finding(parent) for parent in each.parents)
        assert each.id not in ancestors(each.id)


def test_narrower_findings_stay_in_the_modalities_of_their_words() -> None:
    assert "abnormality" in ancestors("covid_pneumonia")
    assert ancestors("covid_pneumonia") >= {"viral_pneumonia", "pneumonia"}
    assert ancestors("abnormality") == frozenset()


def test_a_finding_is_an_abnormality_and_a_normal_structure_is_not() -> None:
    for each in findings():
        if each.kind == "finding" and each.id != "abnormality":
            assert "abnormality" in ancestors(each.id), each.id
        elif each.kind in ("anatomy", "artefact", "device", "marker"):
            assert "abnormality" not in ancestors(each.id), each.id


def test_a_word_has_one_meaning_in_a_modality() -> None:
    for modality in modalities():
        seen: dict[str, str] = {}
        for each in findings():
            if each.occurs_in(modality.id):
                for word in (each.name, *([each.plural] if each.plural else []), *each.synonyms):
                    assert seen.setdefault(folded(word), each.id) == each.id, (modality.id, word)


def test_appearance_does_not_name_the_finding() -> None:
    for each in findings():
        if each.kind == "finding" and each.category:
            assert each.appearance
            assert folded(each.name) not in folded(each.appearance), each.id


@pytest.mark.parametrize(
    ("word", "modality", "id"),
    [
        ("", None, None),
        ("Pleural effusion", None, "pleural_effusion"),
        ("pleural effusions", "radiography", "pleural_effusion"),
        ("nodule", "radiography", "pulmonary_nodule"),
        ("nodule", "dental", None),
        ("glioblastoma multiforme", "mri", "glioblastoma"),
    ],
)
def test_names_plurals_and_synonyms_are_found(word: str, modality: str | None, id: str | None) -> None:
    found = finding_of(word, modality)
    assert (found and found.id) == id


def test_what_is_not_counted_has_no_plural() -> None:
    assert finding("pneumothorax").plural == "pneumothoraces"
    assert finding("emphysema").plural is None
    with pytest.raises(KeyError):
        finding("no_finding")
