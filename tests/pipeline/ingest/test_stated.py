from typing import Any

import pytest

from pipeline.ingest.given import Dropped
from pipeline.ingest.stated import COLUMNS, stated
from pipeline.sources import SourceSettings


def say(said: dict[str, Any], **settings: Any) -> tuple[dict[str, str | None], list[Dropped]]:
    found, dropped = stated(said, SourceSettings(name="s", root="s", licence="MIT", **settings))
    assert tuple(found) == COLUMNS
    return {name: value for name, value in found.items() if value is not None}, dropped


def test_nothing_said_is_nothing_stated() -> None:
    assert say({}) == ({}, [])


def test_the_source_speaks_for_all_its_pictures() -> None:
    found, _ = say({}, modality="radiography", technique="x-ray", body_part="Thorax", projection="PA")
    assert found == {"modality": "radiography", "technique": "plain", "body_part": "chest", "projection": "pa"}


def test_a_row_speaks_before_its_source() -> None:
    said = {"modality": "ct", "technique": "arterial", "body_part": "LIVER", "projection": "AP"}
    found, dropped = say(said, modality="radiography", technique="plain", body_part="chest", projection="pa")
    assert found == {"modality": "ct", "technique": "arterial", "body_part": "liver", "projection": "ap"}
    assert dropped == []


def test_a_technique_of_the_source_is_not_that_of_another_modality() -> None:
    found, _ = say({"modality": "fundus"}, modality="radiography", technique="plain")
    assert found == {"modality": "fundus"}


@pytest.mark.parametrize(
    ("said", "coded"),
    [
        ({"sex": "FEMALE"}, {"sex": "F"}),
        ({"age": "55"}, {"age_bucket": "55-59"}),
        ({"age": "0.5"}, {"age_bucket": "under 1"}),
        ({"age": "101"}, {"age_bucket": "90+"}),
        ({"laterality": "OD"}, {"image_laterality": "right"}),
        ({"body_part": "FOREARM"}, {"body_part": "forearm"}),
    ],
)
def test_words_of_a_row_are_coded(said: dict[str, Any], coded: dict[str, str]) -> None:
    assert say(said) == (coded, [])


@pytest.mark.parametrize("name", ["modality", "technique", "body_part", "projection", "laterality", "sex", "age"])
def test_a_word_that_no_list_has_is_left_out_and_counted(name: str) -> None:
    found, dropped = say({name: "gibberish"}, modality="radiography", body_part="chest", projection="pa")
    assert found == {"modality": "radiography", "body_part": "chest", "projection": "pa"}
    assert dropped == [Dropped("word_unknown")]
