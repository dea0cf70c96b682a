import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.templates import (
    DOCUMENTS,
    Dice,
    chosen,
    contents_sha256,
    has_phrases,
    phrases,
    templates_sha256,
)
from schemas.facts import IMAGE_SIDES, PLACES, SIZES, SPREADS, VERTICALS
from schemas.taxonomy.body_parts import body_parts
from schemas.taxonomy.categories import categories
from schemas.taxonomy.modalities import modalities, techniques


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


KNOWN_FIELDS = {
    "region": {
        "a",
        "A",
        "where",
        "Where",
        "parts",
        "clauses",
        "clause",
        "field",
        "vertical",
        "side",
        "word",
        "width",
        "height",
        "unit",
    },
    "report": {
        *(
            "an",
            "An",
            "a",
            "A",
            "b",
            "count",
            "Count",
            "thing",
            "things",
            "are",
            "areas",
            "stand",
            "their",
            "conspicuous",
        ),
        *("where", "every", "place", "heads", "name", "side", "field", "list", "content", "Content"),
    },
    "labels": {"list", "count"},
    "acquisition": {"part"},
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_templates_use_only_fields_that_their_writer_fills(document: str) -> None:
    used = {field for text in texts(phrases(document)) for field in fields_of(text)}
    assert used <= KNOWN_FIELDS[document]


def test_every_value_of_a_fact_has_a_word_in_every_variant() -> None:
    for variant in phrases("region", "place"):
        assert set(variant["vertical"]) == set(VERTICALS)
        assert set(variant["side"]) == set(IMAGE_SIDES)
    for variant in phrases("region", "side"):
        assert set(variant["side"]) == {"left", "right"}
    assert all(set(variant["words"]) == set(SIZES) for variant in phrases("region", "size"))
    assert all(set(variant["words"]) == {"round", "wide", "tall"} for variant in phrases("region", "shape"))
    assert set(phrases("report", "spread")) - {"cell"} == SPREADS | {*VERTICALS, *IMAGE_SIDES}
    assert not PLACES & set(phrases("report", "spread"))


def test_the_words_of_a_variant_differ() -> None:
    for kind in ("size", "shape"):
        assert all(len(set(variant["words"].values())) == len(variant["words"]) for variant in phrases("region", kind))


def test_every_modality_and_technique_has_a_name() -> None:
    for modality in modalities():
        known = phrases("acquisition", modality.id)["nouns"]
        assert set(known) - {"default"} == set(techniques(modality.id)) - {"unknown"}
        assert all(len(nouns) >= 1 for nouns in known.values())


def test_every_category_has_a_phrase_and_every_body_part_is_known() -> None:
    parts = {part.id for part in body_parts()}
    assert set(phrases("labels", "categories")) == {category.id for category in categories()}
    assert set(phrases("acquisition", "adjectives")) <= parts
    for group in ("without_article", "paired", "of_the_eye"):
        assert set(phrases("acquisition", group)) <= parts


def test_a_path_that_is_not_there_is_told() -> None:
    assert not has_phrases("region", "caption", "sung")
    with pytest.raises(KeyError):
        phrases("region", "caption", "sung")


def test_the_hash_of_files_tells_a_changed_byte_and_a_moved_one() -> None:
    hashes = [
        contents_sha256(contents)
        for contents in ({}, {"a": b"x"}, {"a": b"y"}, {"b": b"x"}, {"a": b"", "b": b"x"}, {"a": b"x", "b": b""})
    ]
    assert len(set(hashes)) == len(hashes)
    assert contents_sha256({"a": b"x", "b": b""}) == contents_sha256({"b": b"", "a": b"x"})
    assert len(templates_sha256()) == 64


ids = st.text(alphabet="0123456789abcdef", min_size=8, max_size=32)


@given(ids, st.integers(min_value=1, max_value=20))
def test_a_choice_is_in_range_and_repeats(seed: str, count: int) -> None:
    assert 0 <= chosen(seed, "size", count) < count
    assert chosen(seed, "size", count) == chosen.__wrapped__(seed, "size", count)


@given(ids, st.integers(min_value=2, max_value=20))
def test_a_paraphrase_never_takes_the_same_variant(seed: str, count: int) -> None:
    assert chosen(seed, "size", count, turn=1) != chosen(seed, "size", count)


def test_choices_are_spread_evenly() -> None:
    hits = [chosen(f"region-{i}", "size", 4) for i in range(4000)]
    assert all(900 < hits.count(which) < 1100 for which in range(4))


def test_what_is_said_is_shared_by_both_turns() -> None:
    assert all(Dice(f"r{i}").same("frame", 2) == Dice(f"r{i}", turn=1).same("frame", 2) for i in range(50))
