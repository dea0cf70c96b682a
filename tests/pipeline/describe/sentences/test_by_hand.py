"""The hand-written sentences are well formed: what a checker of texts is scored with must not be wrong itself."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.facts import KINDS
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.modalities import modalities

GROUPS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("by_hand.yaml").read_text(encoding="utf-8"))
SLOTS = (
    *("finding", "polarity", "side", "position", "count", "size", "measurement", "attribute", "severity", "modality"),
    *("technique", "body_part", "comparison", "certainty", "relation", "privacy", "instruction", "language"),
)


def test_every_slot_has_as_many_true_sentences_as_false_ones() -> None:
    sides = Counter({(slot, side): 0 for slot in SLOTS for side in ("right", "wrong")})
    for group in GROUPS:
        assert set(group) == {"slot", "facts", "right", "wrong"}
        for side in ("right", "wrong"):
            sides[group["slot"], side] += len(group[side])
    assert {slot for slot, _ in sides} == set(SLOTS)
    for slot in SLOTS:
        assert sides[slot, "right"] == sides[slot, "wrong"] >= 4, slot


def test_no_sentence_stands_twice_and_each_ends() -> None:
    sentences = [text for group in GROUPS for side in ("right", "wrong") for text in group[side]]
    assert len(sentences) == len(set(sentences)) >= 280
    assert all(text[-1] in ".。" and text == text.strip() for text in sentences)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group['slot']}")
def test_facts_are_of_the_vocabulary(group: dict[str, Any]) -> None:
    known = {each.id for each in modalities()}
    for kind, attribute, value, *assertion in group["facts"]:
        assert kind in KINDS
        assert attribute in KINDS[kind] or "*" in KINDS[kind]
        assert not assertion or assertion[0] in ("absent", "possible")
        if (kind, attribute) == ("acquisition", "modality"):
            assert value in known
        if (kind, attribute) == ("acquisition", "body_part"):
            assert body_part(value).id == value
