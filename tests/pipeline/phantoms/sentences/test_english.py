"""Every sentence of every writer keeps the rules of written English."""

import pytest

from pipeline.phantoms.sentences.caption import region_caption
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from pipeline.phantoms.sentences.planted import planted
from pipeline.phantoms.sentences.prompts import prompts
from pipeline.phantoms.sentences.report import report
from pipeline.phantoms.sentences.summary import summary
from schemas.lexicon.findings import findings
from schemas.taxonomy.categories import categories
from tests.pipeline.phantoms.sentences.builders import many_phantoms
from tests.pipeline.phantoms.sentences.rules import faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("There is a mass.", None),
        ("It measures 4.5 mm.", None),
        ("An MR image of the brain shows an 8 mm ulcer.", None),
        ("there is a mass.", "no capital"),
        ("There is a mass", "not one full stop at its end"),
        ("There is a mass. It is small.", "not one full stop at its end"),
        ("There is a mass with  a halo.", "something left over"),
        ("There is a {thing}.", "something left over"),
        ("There is a small small mass.", "a word twice"),
        ("There is a ulcer.", "a ulcer"),
        ("There is an CT image.", "an CT"),
        ("They is large.", "singular for many"),
        ("Two masses is seen.", "singular for many"),
        ("It are large.", "many for singular"),
        ("There is a drusen.", "an article before what takes none"),
    ],
)
def test_the_rules_tell_good_from_bad(text: str, fault: str | None) -> None:
    assert faults(text) == ([fault] if fault else [])


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_texts_are_written_english(phrasing: Phrasing) -> None:
    for phantom in many_phantoms(400, seed=1):
        seen = [region for region in phantom.regions if region.visible]
        sentences = (
            *report(phantom, phrasing),
            summary(phantom, phrasing),
            *(region_caption(phantom, region, phrasing) for region in seen),
            *(each.sentence for each in planted(phantom, phrasing)),
        )
        for sentence in sentences:
            assert not faults(sentence.text), sentence.text


def test_prompts_are_written_english() -> None:
    for id in (*(each.id for each in findings()), *(each.id for each in categories())):
        for pair in prompts(id):
            assert not faults(pair.present), pair.present
            assert not faults(pair.absent), pair.absent
