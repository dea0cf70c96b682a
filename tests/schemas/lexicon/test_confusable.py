import pytest

from schemas.lexicon.confusable import ANY_MODALITY, ANYTHING, confusable, confusable_table, may_swap
from schemas.lexicon.findings import ancestors, finding, findings, is_finding
from schemas.taxonomy.modalities import modalities


def test_all_ninety_three_rows_are_there() -> None:
    assert {each.row for each in confusable_table()} == set(range(1, 94))


def test_each_modality_has_pairs() -> None:
    known = {each.id for each in modalities()}
    assert {each.modality for each in confusable_table()} == known | {ANY_MODALITY}


def test_every_finding_exists_and_occurs_in_the_modality_of_its_pair() -> None:
    for each in confusable_table():
        for id in {each.a, each.b} - {ANYTHING}:
            assert is_finding(id), each
            assert each.modality == ANY_MODALITY or finding(id).occurs_in(each.modality), (each.row, id)


def test_relations_and_conditions_are_closed() -> None:
    assert {each.relation for each in confusable_table()} == set("XCDH")
    assert {each.condition for each in confusable_table()} == {
        *("", "anatomy", "contrast_phases", "cup_disc_ratio_apart", "graded_scale", "hedged", "pathology")
    }
    assert all(each.cue for each in confusable_table())


def test_no_pair_stands_twice_nor_turned_around() -> None:
    pairs = [(each.modality, frozenset((each.a, each.b))) for each in confusable_table()]
    assert len(set(pairs)) == len(pairs)


def test_a_pair_that_may_be_swapped_is_never_a_term_and_its_wider_term() -> None:
    for each in confusable_table():
        if each.relation != "H":
            assert each.a not in ancestors(each.b), each
            assert each.b not in ancestors(each.a), each
            assert may_swap(each.a, each.b), each


def test_pairs_are_read_from_both_sides() -> None:
    for each in confusable_table():
        if ANYTHING not in (each.a, each.b) and each.modality != ANY_MODALITY:
            assert each in confusable(each.a, each.modality)
            assert each.turned() in confusable(each.b, each.modality)
            assert all(pair.a == each.b for pair in confusable(each.b, each.modality))


@pytest.mark.parametrize(
    ("id", "modality", "partners"),
    [
        ("no_such_finding", "ct", set()),
        ("hard_exudate", "fundus", {"drusen", "cotton_wool_spot"}),
        ("hard_exudate", "ct", set()),
        ("pneumonia", "radiography", {"consolidation"}),  # blocked, but said so
        ("bulla", "radiography", {"pneumothorax"}),
    ],
)
def test_partners_of_a_finding(id: str, modality: str, partners: set[str]) -> None:
    assert {pair.b for pair in confusable(id, modality)} == partners


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("pneumonia", "pneumonia"),
        ("pneumonia", "consolidation"),  # sign and disease
        ("covid_pneumonia", "consolidation"),  # and so for each kind of the disease
        ("pneumonia", "covid_pneumonia"),  # a term and its wider term
        ("microaneurysm", "dot_haemorrhage"),
        ("periapical_granuloma", "radicular_cyst"),
        ("lesion", "pneumothorax"),
        ("opacity", "atelectasis"),
        ("melanoma", "skin_lesion"),
        ("melanoma", "no_such_finding"),
    ],
)
def test_blocked_pairs_are_blocked_both_ways(a: str, b: str) -> None:
    assert not may_swap(a, b)
    assert not may_swap(b, a)


def test_swaps_are_symmetric() -> None:
    some = [each.id for each in findings()][::7]
    for a in some:
        for b in some:
            assert may_swap(a, b) == may_swap(b, a)
    assert may_swap("pneumothorax", "bulla")
