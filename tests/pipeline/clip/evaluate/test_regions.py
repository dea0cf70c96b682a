"""Choices within a picture, counted by hand."""

import numpy as np
import pytest

from pipeline.clip.evaluate.embedding import Embeddings, Known
from pipeline.clip.evaluate.regions import names, own_negatives, region_choice, rivals
from pipeline.clip.samples import Region, Sample, Text
from pipeline.describe.claims import NOTHING, Subject


def region(name: str | None, false: str = "") -> Region:
    true = frozenset({f"name={name}"}) if name else NOTHING
    subject = Subject(true, frozenset({f"name={false}"}) if false else NOTHING)
    text = Text(f"{name} here.", true)
    return Region(str(name), None, (0, 0, 1, 1), None, (0, 0, 1, 1), (text,), (), subject, "small")


def found_of(*pictures: tuple[Region, ...]) -> Embeddings:
    empty = np.zeros((0, 2), np.float32)
    picture = np.zeros((0, 0, 3), np.uint8)
    known = tuple(
        Known(Sample(f"i{i}", f"g{i}", "ct", "chest", picture, (), None, None, Subject(NOTHING, NOTHING), {}), regions)
        for i, regions in enumerate(pictures)
    )
    owner = np.repeat(np.arange(len(known)), [len(each.regions) for each in known])
    return Embeddings(known, empty, empty, empty, empty, owner)


CYST, NODULE = region("cyst", false="nodule"), region("nodule", false="cyst")


def test_rivals_are_of_the_same_picture_certainly_false_and_each_once() -> None:
    found = found_of((CYST, NODULE, NODULE), (CYST,), (region("scar"), CYST), (CYST, region(None)))
    chosen = rivals(found, [each.texts[0] for each in found.regions])
    assert {i: others.tolist() for i, others in chosen.items()} == {0: [1], 1: [0], 2: [0]}


def test_a_name_is_a_sentence_and_what_has_none_is_silent() -> None:
    found = found_of((CYST, region(None)))
    assert [text.words for text in names(found)] == ["A cyst.", ""]
    assert names(found)[0].claims == {"name=cyst"}


def test_the_nearest_text_is_chosen_and_a_tie_counts_in_part() -> None:
    found = found_of((CYST, NODULE))
    texts = np.eye(2, dtype=np.float32)
    z = np.array([[1, 0], [1, 1]], np.float32)
    choices = region_choice(found, z, texts, rivals(found, [each.texts[0] for each in found.regions]))
    assert choices.right.tolist() == [1.0, 0.5]
    assert choices.chance.tolist() == [0.5, 0.5]
    assert choices.of_sizes(("large",)).right.size == 0


def test_false_versions_are_met_one_by_one() -> None:
    found = found_of((CYST,))
    z, true = np.array([[1, 0]], np.float32), np.array([[1, 0], [1, 0], [1, 0], [-1, 0]], np.float32)
    versions = np.array([[0.5, 0], [2, 0], [1, 0], [-2, 1]], np.float32)
    won = own_negatives(found, z, [(true, versions)])
    assert won.right[0] == pytest.approx((1 + 0 + 0.5 + 1) / 4)
    assert won.chance[0] == 0.5
