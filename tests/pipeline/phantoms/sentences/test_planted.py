"""Planted sentences: true ones true, false ones false in exactly one fact, on every slot."""

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest

from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.sentences.alternatives import (
    is_alone,
    other_body_parts,
    other_findings,
    other_lengths,
    other_modalities,
    other_numbers,
    other_sizes,
)  # fmt: skip
from pipeline.phantoms.sentences.facts import Fact, Slot, holds
from pipeline.phantoms.sentences.lengths import millimetres
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from pipeline.phantoms.sentences.planted import Planted, planted
from schemas.lexicon.findings import ancestors, finding
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region, many_phantoms

PLANTED = (
    *("finding", "polarity", "count", "side", "position", "size", "measurement", "attribute", "change"),
    *("modality", "body_part"),
)
MASS = make_region(
    "spiculated_mass", side="left", place="upper_outer_quadrant", attributes={"texture": "homogeneous"}, change="larger"
)
FULL = make_phantom(MASS, spacing_mm=(0.5, 0.5), visit=1)


@cache
def sample(phrasing: Phrasing) -> tuple[tuple[Phantom, Planted], ...]:
    return tuple((phantom, each) for phantom in many_phantoms(500, seed=9) for each in planted(phantom, phrasing))


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_true_is_true_and_false_is_false_in_one_fact(phrasing: Phrasing) -> None:
    for phantom, (sentence, truth, slot) in sample(phrasing):
        false = [fact for fact in sentence.facts if not holds(fact, phantom)]
        assert len(false) == (0 if truth else 1), (slot, sentence)
        assert all({fact.slot, slot} <= {"finding", "polarity"} or fact.slot == slot for fact in false), sentence


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_every_slot_has_as_many_true_as_false_ones(phrasing: Phrasing) -> None:
    found = Counter((each.slot, each.truth) for _, each in sample(phrasing))
    for slot in PLANTED:
        assert found[slot, True] == found[slot, False] >= 20, slot  # type: ignore[index]


def test_a_picture_in_which_all_is_known_has_a_pair_for_every_slot() -> None:
    assert {each.slot for each in planted(FULL)} == set(PLANTED) <= set(get_args(Slot))


def test_a_picture_of_which_nothing_is_known_has_pairs_about_the_picture_alone() -> None:
    assert {each.slot for each in planted(make_phantom(assessed=()))} == {"modality", "body_part"}


def test_a_sentence_about_a_thing_names_it() -> None:
    for seed in range(20):
        for sentence, _, slot in planted(FULL, seed=seed):
            if slot not in ("modality", "body_part"):
                assert finding(sentence.facts[0].about).name in sentence.text.lower().replace("masses", "mass")


def test_two_of_a_name_have_no_sentence_that_could_mean_either() -> None:
    other = make_region("spiculated_mass", "other", visible=False, side="right")
    slots = {each.slot for each in planted(make_phantom(MASS, other, spacing_mm=(0.5, 0.5)))}
    assert slots == {"finding", "polarity", "modality", "body_part"}  # nor a count: one of them is unseen


@pytest.mark.parametrize("label", ["breast_mass", "spiculated_mass", "circumscribed_mass"])
def test_a_wider_term_could_mean_the_same_thing(label: str) -> None:
    alone = is_alone(make_phantom(MASS, make_region(label, "other")), MASS)
    assert alone is (label == "circumscribed_mass")


def test_a_false_finding_is_nothing_in_the_picture_and_no_wider_term_of_it() -> None:
    for phantom in many_phantoms(100, seed=10):
        for region in phantom.regions:
            for other in other_findings(phantom, region.label):
                assert all(other != each.label and other not in ancestors(each.label) for each in phantom.regions)


def test_an_unseen_thing_is_no_false_finding() -> None:
    unseen = make_region("circumscribed_mass", "unseen", visible=False)
    assert "circumscribed_mass" in other_findings(make_phantom(MASS), "spiculated_mass")
    assert "circumscribed_mass" not in other_findings(make_phantom(MASS, unseen), "spiculated_mass")


def test_other_numbers_and_sizes_and_lengths_are_far_enough() -> None:
    assert [other_numbers(number) for number in (1, 2, 8)] == [(2, 3), (1, 3, 4), (6, 10, 11)]
    assert [other_sizes(size) for size in ("tiny", "small", "medium", "large")] == [
        ("medium", "large"), ("large",), ("tiny",), ("tiny", "small"),
    ]  # fmt: skip
    for written in ("8.3 µm", "420 µm", "3.3 mm", "27 mm"):
        for other in other_lengths(written):
            ratio = millimetres(other) / millimetres(written)
            assert max(ratio, 1 / ratio) >= 1.5


def test_other_body_parts_lie_in_no_area_that_the_picture_may_show() -> None:
    assert "shoulder" not in other_body_parts("radiography", "chest")
    assert "lumbar_spine" not in other_body_parts("ct", "abdomen")
    assert "knee" in other_body_parts("radiography", "chest")
    assert other_body_parts("dermatology", "skin") == ()


def test_one_radiograph_is_not_false_beside_another() -> None:
    assert set(other_modalities("mammography", "breast")).isdisjoint({"radiography", "dental", "mammography"})


def test_facts_of_what_the_picture_lacks_do_not_hold() -> None:
    assert not holds(Fact("side", "left", ("nothing",), "spiculated_mass"), FULL)
    assert not holds(Fact("size", "small"), FULL)
    assert not holds(Fact("measurement", "10 mm", (MASS.id,)), replace(FULL, spacing_mm=None))
