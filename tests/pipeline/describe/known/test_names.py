"""What a name may be told by."""

import pytest

from pipeline.describe.known.names import ends_of, forms_of, head_of, ids_of, parts_in, tails_of


def test_a_name_of_the_lexicon_has_the_ids_of_wider_terms_and_no_forms_of_its_own_but_itself() -> None:
    forms = forms_of("lung nodule", "ct")
    assert "pulmonary_nodule" in forms.ids
    assert ids_of("lung nodule", "ct", wider=False) == {"pulmonary_nodule"}
    assert forms.names == {"lung nodule"}
    assert "lung nodules" not in forms.names  # which the vocabulary reads


def test_a_name_that_nobody_knows_is_told_as_it_is_and_in_the_plural() -> None:
    forms = forms_of("left blip", None)
    assert not forms.ids
    assert forms.names == {"left blip", "left blips"}
    assert forms.sides == {"left"}
    assert "blip" in forms.ends


@pytest.mark.parametrize(
    ("name", "head"),
    [("green blip", "blip"), ("blip", None), ("blip disease", None), ("green polyp", None), ("blip 3", None)],
)
def test_the_last_word_names_a_thing_again_unless_it_is_a_name_itself_or_says_nothing(
    name: str, head: str | None
) -> None:
    assert head_of(name) == head


def test_the_end_of_a_name_means_what_the_lexicon_has_for_it() -> None:
    assert {"metastasis"} < ends_of("brain metastasis")
    assert ("metastasis",) in tails_of("brain metastasis", "mr")


def test_a_part_in_a_name_may_be_spoken_of() -> None:
    assert "lung" in parts_in("lung blip") | parts_in("lung nodule")
    assert parts_in("blip") == frozenset()
