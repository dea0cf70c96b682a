"""The two sets of phrasings: large, apart, and without a slot that nobody fills."""

import re
from functools import cache

import pytest

from pipeline.phantoms.sentences.caption import region_caption
from pipeline.phantoms.sentences.facts import Sentence
from pipeline.phantoms.sentences.grammar import Symbol
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing, grammar
from pipeline.phantoms.sentences.planted import planted
from pipeline.phantoms.sentences.report import report
from pipeline.phantoms.sentences.summary import summary
from tests.pipeline.phantoms.sentences.builders import many_phantoms

LEAST = 200
# The rules that a sentence of each kind of fact starts from.
STARTS: dict[str, tuple[str, ...]] = {
    "presence": ("PRESENCE",),
    "absence": ("ABSENCE",),
    "side": ("SIDE",),
    "position": ("POSITION",),
    "size": ("SIZE",),
    "count": ("COUNT",),
    "measurement": ("MEASUREMENT",),
    "attribute": ("LOOKS", "DISPLAY"),
    "change": ("CHANGE_NEW", "CHANGE_LARGER", "CHANGE_SMALLER", "CHANGE_STABLE", "CHANGE_GONE"),
    "technique": ("TECHNIQUE", "TECHNIQUE_VIEW"),
    "normality": ("NORMALITY",),
    "benign": ("BENIGN",),
    "anatomy": ("ANATOMY",),
    "summary": ("SUMMARY_SHOWS", "SUMMARY_NORMAL", "SUMMARY_ONLY"),
    "caption": ("CAPTION",),
    "modality": ("MODALITY",),
    "body_part": ("BODY_PART",),
}
PHRASES = ("NP_AT", "NP_LOOKS", "NP_MM")  # parts of a finding's name
KINDS = (
    *("presence", "absence", "side", "position", "size", "count", "measurement", "attribute", "change", "technique"),
    *("normality", "benign", "anatomy", "summary"),
)


def forms_of(kind: str, phrasing: Phrasing) -> set[str]:
    """All that the grammar can say, the slots left open."""
    return {form for start in STARTS[kind] for form in grammar(phrasing).language(start)}


@cache
def sample(phrasing: Phrasing) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    for phantom in many_phantoms(400):
        found += (*report(phantom, phrasing), summary(phantom, phrasing))
        found += (region_caption(phantom, region, phrasing) for region in phantom.regions if region.visible)
        found += (each.sentence for each in planted(phantom, phrasing))
    return tuple(found)


@pytest.mark.parametrize("phrasing", PHRASINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fact_has_two_hundred_surface_forms(kind: str, phrasing: Phrasing) -> None:
    assert len(forms_of(kind, phrasing)) >= LEAST


def test_no_form_of_any_kind_is_in_both_sets() -> None:
    training, evaluation = ({form for kind in STARTS for form in forms_of(kind, each)} for each in PHRASINGS)
    assert not training & evaluation


def test_no_sentence_that_is_written_shares_its_form_with_the_other_set() -> None:
    """With the parts of a finding's name written out, over a large sample."""
    training, evaluation = ({each.form for each in sample(phrasing)} for phrasing in PHRASINGS)
    assert min(len(training), len(evaluation)) >= 10 * LEAST
    assert not training & evaluation


def test_sentences_come_from_all_over_the_grammar() -> None:
    """A sample of some hundred pictures meets at least one hundred forms of what most of them have."""
    for phrasing in PHRASINGS:
        for kind in ("presence", "absence", "count", "technique", "normality"):
            assert len({each.form for each in sample(phrasing) if each.kind in STARTS[kind]}) >= 100, (phrasing, kind)


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_every_rule_is_reached_from_a_start(phrasing: Phrasing) -> None:
    rules = grammar(phrasing).rules
    reached, open_ = set[str](), [*PHRASES, *(start for starts in STARTS.values() for start in starts)]
    while open_:
        name = open_.pop()
        if name not in reached:
            reached.add(name)
            open_ += [each.name for one in rules[name].alternatives for each in one if isinstance(each, Symbol)]
    assert reached == set(rules)


@pytest.mark.parametrize("kind", ["side", "position", "size", "measurement", "attribute", "change"])
def test_most_sentences_about_a_thing_name_it(kind: str) -> None:
    """Planted sentences are drawn until one does."""
    for phrasing in PHRASINGS:
        for start in STARTS[kind]:
            if start == "CHANGE_GONE":
                continue
            forms = list(grammar(phrasing).language(start))
            assert sum("{ref" in form for form in forms) > len(forms) / 4, (phrasing, start)


def test_phrasings_are_lower_case_until_they_are_written() -> None:
    for phrasing in PHRASINGS:
        for start in (start for starts in STARTS.values() for start in starts):
            for form in grammar(phrasing).language(start):
                assert not re.search(r"[A-Z.<>|]", re.sub(r"\{\w+\}", "", form)), form
