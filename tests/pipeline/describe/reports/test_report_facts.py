import string
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.describe.reports.report_facts import Reported, report_facts
from schemas.facts import IMAGE, KINDS, Fact
from schemas.lexicon.attributes import attribute_table
from schemas.lexicon.findings import ancestors, findings
from schemas.lexicon.places import is_place
from schemas.reasons import REASONS
from tests.pipeline.describe.builders import make_marked, make_region

Row = dict[str, Any]
NAMES = sorted({each.name for each in findings() if each.kind in ("finding", "device")})
LOOKS = {(each.attribute, each.value) for each in attribute_table()}
SECRETS = ["Anna Smith", "12/03/2019", "MRN 4711093", "3 April 2020", "smith@hospital.org", "St Elsewhere Hospital"]


def told(text: str | None, *regions: Row, **row: Any) -> Reported:
    about = {"source": "own", "modality": "radiography", "body_part": "chest", "image_laterality": None}
    states = {"annotation_scope": None, "label_states": None}
    texts = None if text is None else [{"kind": "report", "text": text}]
    return report_facts({**about, **states, **row, "texts": texts}, make_marked(regions))


def values(facts: Sequence[Fact]) -> set[tuple[str, str, str]]:
    return {(fact.kind, fact.value, fact.assertion) for fact in facts}


@pytest.mark.parametrize("text", [None, "", "Nothing that a lexicon knows."])
def test_no_finding_no_fact(text: str | None) -> None:
    assert told(text) == Reported()


def test_a_thing_has_a_subject_of_its_own_and_a_denial_is_of_the_picture() -> None:
    facts = told("Moderate left pleural effusion in the lower zone, larger than before. No pneumothorax.").facts
    thing = [fact for fact in facts if fact.is_reported]
    assert {fact.subject for fact in thing} == {"report-1"}
    assert [(f.kind, f.attribute, f.value, f.basis, f.frame) for f in thing] == [
        ("identity", "name", "pleural effusion", "report", None),
        ("side", "patient", "left", "source_statement", "patient"),
        ("location", "anatomy", "lower_zone", "report", None),
        ("appearance", "severity", "moderate", "report", None),
        ("change", "since_prior", "larger", "report", None),
    ]
    (denied,) = [fact for fact in facts if not fact.is_reported]
    assert (denied.subject, denied.value, denied.assertion) == (IMAGE, "pneumothorax", "absent")
    assert {fact.source for fact in facts} == {"own"}


@given(
    st.lists(
        st.one_of(
            st.sampled_from(NAMES), st.sampled_from(SECRETS), st.text(string.printable, max_size=12),
            st.sampled_from(["no", "possible", "left", "right", "history of", "severe", "new", "in", ".", ",", "and"]),
        ),
        max_size=14,
    ).map(" ".join)
)  # fmt: skip
@example("Anna Smith, MRN 4711093, seen 12/03/2019: pneumonia on the left.")
def test_facts_hold_words_of_the_vocabularies_and_no_other(text: str) -> None:
    reported = told(text)
    assert set(reported.left_out) <= set(REASONS)
    for fact in reported.facts:
        if fact.slot in (("identity", "name"), ("presence", "name")):
            assert fact.value in NAMES
        elif fact.kind == "location":
            assert is_place(fact.value)
        elif fact.kind == "appearance":
            assert (fact.attribute, fact.value) in LOOKS
        else:
            allowed = KINDS[fact.kind][fact.attribute]
            assert allowed is not None
            assert fact.value in allowed


NODULE = make_region((100, 100, 200, 200), "pulmonary nodule")
CONSOLIDATION = make_region((100, 100, 200, 200), "consolidation")
PROPOSED = make_region((100, 100, 200, 200), "pulmonary nodule", label_source="model")
PNEUMONIA = {"category": "pneumonia", "visible": None, "basis": "reader"}


@pytest.mark.parametrize(
    ("text", "regions", "row", "reason"),
    [
        ("No pulmonary nodule.", [NODULE], {}, "report_contradicts_annotation"),
        ("No pulmonary nodule.", [PROPOSED], {}, "report_contradicts_annotation"),
        ("No opacity.", [CONSOLIDATION], {}, "report_contradicts_annotation"),  # a wider term
        ("Pulmonary nodule.", [NODULE], {}, "report_repeats_annotation"),
        ("Possible opacity.", [CONSOLIDATION], {}, "report_repeats_annotation"),
        ("Pulmonary nodule.", [], {"annotation_scope": ["pulmonary nodule"]}, "report_contradicts_annotation"),
        ("No pulmonary nodule.", [], {"annotation_scope": ["pulmonary nodule"]}, "report_repeats_annotation"),
        ("Pneumonia.", [], {"label_states": [{**PNEUMONIA, "state": "absent"}]}, "report_contradicts_label"),
        ("No pneumonia.", [], {"label_states": [{**PNEUMONIA, "state": "present"}]}, "report_contradicts_label"),
        ("No pneumonia.", [], {"label_states": [{**PNEUMONIA, "state": "uncertain"}]}, "report_contradicts_label"),
    ],
)
def test_of_one_finding_the_annotation_or_label_is_believed(
    text: str, regions: list[Row], row: Row, reason: str
) -> None:
    reported = told(text, *regions, **row)
    assert reported.facts == ()
    assert reported.left_out == {reason: 1}


def test_what_is_not_the_same_finding_stands_beside_the_annotation() -> None:
    facts = told("Solid nodule. No pneumothorax.", NODULE, modality="ct").facts
    assert values(facts) == {("identity", "solid nodule", "present"), ("presence", "pneumothorax", "absent")}


def test_what_a_report_states_is_known_whatever_annotations_say() -> None:
    reported = told("Possible pulmonary nodule. No pneumothorax.", annotation_scope=["pulmonary nodule"])
    assert reported.stated == {"pulmonary_nodule", *ancestors("pulmonary_nodule")}


def test_what_a_report_states_and_denies_is_stated_with_its_wider_terms() -> None:
    assert "pneumothorax" in told("No pneumothorax. There is a small pneumothorax.").stated
    assert {"empyema", "pleural_effusion"} <= told("Empyema.").stated
    assert told("No pneumothorax.").stated == frozenset()
