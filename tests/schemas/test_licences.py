import csv
from itertools import permutations
from pathlib import Path

import pytest

from schemas.licences import OTHER, is_open, licence_id, licences, strictest, strictness
from schemas.taxonomy.csv_table import folded


@pytest.mark.parametrize(
    ("words", "id"),
    [
        (None, OTHER),
        ("", OTHER),
        ("MIT", "MIT"),
        ("  the mit license ", "MIT"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0", "CC0-1.0"),
        ("CC BY", "CC-BY"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("CC BY 4.0, but ask first", OTHER),
        ("hospital agreement 7", OTHER),
        ("repo Apache-2.0; slices from TotalSegmentator dataset (CC BY 4.0)", "CC-BY-4.0"),
        ("NIH ChestX-ray14 (NIH: unrestricted use with attribution); repo Apache-2.0", "NIH-ChestX-ray14"),
    ],
)
def test_a_persons_words_become_an_id(words: str | None, id: str) -> None:
    assert licence_id(words) == id


def test_an_id_stands_for_itself() -> None:
    assert [licence_id(licence.id) for licence in licences()] == [licence.id for licence in licences()]


def test_no_spelling_stands_for_two_licences() -> None:
    spellings = [(folded(words), each.id) for each in licences() for words in (each.id, *each.spellings)]
    assert len({words for words, _ in set(spellings)}) == len(set(spellings))


def test_open_licences_come_before_closed_ones_and_the_unknown_is_last() -> None:
    opened = [licence.open for licence in licences()]
    assert opened == sorted(opened, reverse=True)
    assert licences()[-1].id == OTHER
    assert not is_open(OTHER)


def test_the_strictest_does_not_depend_on_the_order() -> None:
    words = ["MIT", "CC BY 4.0", "CC BY-SA 4.0", "CC0"]
    assert {strictest(order) for order in permutations(words)} == {"CC-BY-SA-4.0"}


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ([], OTHER),
        ([None], OTHER),
        (["MIT"], "MIT"),
        (["MIT", None], OTHER),
        (["CC BY-NC", "CC BY-SA"], "CC-BY-NC-4.0"),
    ],
)
def test_what_is_not_stated_is_strictest(words: list[str | None], id: str) -> None:
    assert strictest(words) == id


def test_an_unknown_id_is_a_bug() -> None:
    with pytest.raises(KeyError):
        strictness("CC BY 4.0")


def test_every_licence_of_the_real_pictures_is_known_and_open(real_data: Path) -> None:
    with (real_data / "SOURCES.csv").open(encoding="utf-8") as file:
        words = {row["licence"] for row in csv.DictReader(file) if row["role"] in ("image", "annotation")}
    assert {word for word in words if not is_open(licence_id(word))} == set()
