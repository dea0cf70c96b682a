import pytest

from pipeline.describe.reading.mentions import Mention, mentions
from pipeline.describe.reading.words import folded_words


def found(text: str, *names: str) -> list[Mention]:
    return mentions(folded_words(text), frozenset(names))


@pytest.mark.parametrize(
    ("text", "slot", "values"),
    [
        ("a solid nodule and basal cell carcinomas", "finding", ["solid_nodule", "basal_cell_carcinoma"]),
        ("Pleural fluid is noted.", "finding", ["pleural_effusion"]),
        ("renal calculi and a renal stone", "finding", ["kidney_stone", "kidney_stone"]),
        ("with coarse calcification", "attribute", ["calcification=coarse"]),
        ("no halo", "attribute", ["halo=absent"]),
        ("a tiny, then a huge one", "size", ["tiny", "large"]),
        ("in the lower pole of the left thyroid lobe", "position", ["thyroid_lower"]),
        ("a CAT scan of the abdomen", "modality", ["ct"]),
        ("a T2-weighted slice", "technique", ["T2"]),
        ("of marked degree", "severity", ["severity=severe"]),
        ("ICDR grade 3", "severity", ["severity=3"]),
        ("the knee joint", "body_part", ["knee"]),
    ],
)
def test_the_longest_term_is_read(text: str, slot: str, values: list[str]) -> None:
    assert [value for each in found(text) for value in each.of(slot)] == values


def test_a_side_within_a_place_is_no_word_of_it() -> None:
    (mention,) = found("in the lower pole of the left thyroid lobe")
    assert 6 not in mention.indices
    assert (mention.at, mention.end) == (2, 9)


def test_names_that_facts_bear_are_read_before_those_of_the_lexicon() -> None:
    assert found("a left kidney")[0].of("name") == []
    (mention,) = found("a left kidney", "left kidney")
    assert mention.of("name") == ["left kidney"]


def test_a_name_can_be_read_as_a_look_and_another_name() -> None:
    (mention,) = found("a spiculated breast mass")
    assert mention.of("finding") == ["spiculated_mass"]
    assert [part.of("finding", "attribute") for part in mention.readings] == [["margin=spiculated"], ["breast_mass"]]


def test_nothing_is_read_of_a_name_s_words_where_they_do_not_cover_it() -> None:
    (mention,) = found("a meniscal tear")
    assert mention.of("finding") == ["meniscal_tear"]
    assert mention.readings == ()


def test_words_of_labels_are_no_words_of_texts() -> None:
    assert found("a ring around a cup") == []
