import re

import pytest

from schemas.taxonomy.body_parts import body_part_of
from schemas.taxonomy.categories import categories, category, gaps, is_category
from schemas.taxonomy.codes import ANY_BODY_PART, Edition, category_of_code

PREFIX = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9]{1,3})?")
EDITIONS: tuple[Edition, ...] = ("who", "cm")


def prefixes(edition: Edition) -> list[tuple[str, str]]:
    return [(each.id, prefix) for each in categories() for prefix in (each.who if edition == "who" else each.cm)]


def test_there_are_thirty_diseases_and_no_finding_is_none_of_them() -> None:
    assert len(categories()) == len({each.id for each in categories()}) == 30
    assert not is_category("no_finding")
    assert all(each.who and each.cm and each.name for each in categories())


def test_unknown_categories_have_no_row() -> None:
    with pytest.raises(KeyError):
        category("no_finding")
    assert category("dental").who == ("K01", "K02", "K04", "K05", "K08", "K09")


@pytest.mark.parametrize("edition", EDITIONS)
def test_codes_are_listed_one_by_one_and_never_as_a_range(edition: Edition) -> None:
    for _, prefix in prefixes(edition):
        assert PREFIX.fullmatch(prefix), prefix


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_prefix_has_at_most_one_primary_category(edition: Edition) -> None:
    walked = prefixes(edition)
    assert len({prefix for _, prefix in walked}) == len(walked)
    for id, prefix in walked:
        found = category_of_code(prefix, edition)
        assert found is not None
        assert (found.category, found.prefix) == (id, prefix)
        for other, shorter in walked:
            assert not (prefix.startswith(shorter) and prefix != shorter), (prefix, shorter, other)


def test_conditions_name_known_body_parts_and_editions() -> None:
    conditional = [each for group in categories() for each in group.at_body_part]
    assert {each.prefix for each in conditional} >= {"D18.0", "C79", "D48"}
    for each in conditional:
        assert PREFIX.fullmatch(each.prefix)
        assert each.condition == ANY_BODY_PART or body_part_of(each.condition) == each.condition
        assert each.edition in ("", *EDITIONS)


def test_second_categories_are_explicit_and_known() -> None:
    for group in categories():
        for prefix, other in group.also:
            assert PREFIX.fullmatch(prefix)
            assert is_category(other)
            assert other != group.id
            found = category_of_code(prefix) or category_of_code(prefix, "cm")
            assert found is not None
            assert found.category == group.id


def test_reasons_for_an_encounter_are_in_no_category() -> None:
    for edition in EDITIONS:
        assert not [prefix for _, prefix in prefixes(edition) if prefix.startswith("Z")]


def test_named_gaps_are_in_no_category() -> None:
    assert len(gaps()) == 11
    for gap in gaps():
        assert gap.codes
        for code in gap.codes:
            assert category_of_code(code) is None
            assert not [prefix for _, prefix in prefixes("who") if prefix.startswith(code)], code
