from typing import Any

import pytest

from pipeline.describe.image_facts import image_facts
from pipeline.describe.pictures import TOLD_TWICE
from schemas.facts import Fact


def facts(header: dict[str, Any] | None = None, **row: Any) -> dict[str, Fact]:
    """By attribute; the header says what the record says unless told otherwise."""
    names = (*TOLD_TWICE, "plane", "window", "label_states")
    whole = {"source": "own", **dict.fromkeys(names), **row}
    of_header = {f"header_{name}": whole[name] for name in TOLD_TWICE}
    return {fact.attribute: fact for fact in image_facts({**whole, **of_header, **(header or {})})}


def test_nothing_known_gives_no_fact() -> None:
    assert facts() == {}


def test_words_are_brought_into_the_vocabularies() -> None:
    known = facts(
        modality="radiography", technique="x-ray", body_part="THORAX", projection="AP supine", image_laterality="L"
    )
    assert {name: fact.value for name, fact in known.items()} == {
        "modality": "radiography",
        "technique": "plain",
        "body_part": "chest",
        "projection": "ap",
        "image": "left",
    }
    assert known["image"].frame == "patient"


def test_unknown_words_say_nothing() -> None:
    assert (
        facts(modality="sonar", technique="ping", body_part="tail", projection="up", image_laterality="U", plane="none")
        == {}
    )
    assert set(facts(modality="ct", technique="unknown")) == {"modality"}


def test_who_said_it_is_told() -> None:
    both = facts(modality="fundus", image_laterality="R")
    typed = facts({"header_modality": None, "header_image_laterality": "L"}, modality="fundus", image_laterality="R")
    assert [both[name].basis for name in ("modality", "image")] == ["header", "dicom_laterality"]
    assert [typed[name].basis for name in ("modality", "image")] == ["source_statement"] * 2


@pytest.mark.parametrize(
    ("window", "value"),
    [
        (None, None),
        ({"center": 40.0, "width": 400.0, "name": None}, None),
        ({"center": 40.0, "width": 400.0, "name": "WINDOW1"}, None),
        ({"center": -600.0, "width": 1500.0, "name": "Lung"}, "lung"),
        ({"center": 40.0, "width": 400.0, "name": "soft_tissue"}, "soft tissue"),
    ],
)
def test_a_window_is_told_by_a_known_name_alone(window: dict[str, Any] | None, value: str | None) -> None:
    known = facts(modality="ct", window=window)
    assert (known["window"].value if "window" in known else None) == value


@pytest.mark.parametrize(
    ("category", "state", "basis", "assertion"),
    [
        ("pneumonia", "present", "reader", "present"),
        ("pneumonia", "absent", "report", "absent"),
        ("pneumonia", "uncertain", "pathology", "possible"),
        ("pneumonia", "not_assessed", "reader", None),
        ("unmapped:x", "present", "reader", None),
        ("pneumonia", "present", None, None),
    ],
)
def test_labels_become_facts_of_known_states(
    category: str, state: str, basis: str | None, assertion: str | None
) -> None:
    states = {"category": category, "state": state, "visible": None, "basis": basis, "stated": True}
    known = facts(label_states=[states])
    assert (known["category"].assertion if known else None) == assertion


@pytest.mark.parametrize("stated", [True, False])
def test_a_category_that_only_regions_show_is_not_told(stated: bool) -> None:
    state = {"category": "diabetic_retinopathy", "state": "present", "visible": None, "basis": "reader"}
    assert ("category" in facts(label_states=[{**state, "stated": stated}])) is stated
