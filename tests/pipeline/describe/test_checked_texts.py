from collections.abc import Sequence

import pytest

from annotators.captioners.captioner import Draft, RegionTexts, Texts
from annotators.captioners.evidence import Evidence
from annotators.captioners.rules import RuleWriter
from pipeline.describe.checked_texts import REPAIRS, Written, checked_texts, is_silent
from pipeline.describe.known.known import Known
from schemas.facts import IMAGE, Fact
from tests.annotators.captioners.builders import acquired, make_evidence, make_region

GOOD = {"summary": "A micrograph.", "report": "A micrograph.", "caption": "A platelet.", "paraphrase": "One platelet."}
WRONG = "No cyst, on the patient's left."


def evidence(image_id: str = "i1") -> Evidence:
    return make_evidence(*acquired(modality="microscopy"), regions=(make_region("r1"),), image_id=image_id)


def as_texts(**told: str) -> Texts:
    all_told = {**GOOD, **told}
    region = RegionTexts("r1", all_told["caption"], all_told["paraphrase"])
    return Texts(all_told["summary"], all_told["report"], (region,))


class Model:
    """Writes what it is told to, an answer an attempt, and remembers what it was asked."""

    name = "model"

    def __init__(self, *answers: Texts | None) -> None:
        self.answers = list(answers)
        self.asked: list[Draft] = []

    def write(self, evidence: Sequence[Evidence]) -> Sequence[Texts | None]:
        return [self.answers.pop(0) for _ in evidence]

    def rewrite(self, drafts: Sequence[Draft]) -> Sequence[Texts | None]:
        self.asked += drafts
        return [self.answers.pop(0) if self.answers else None for _ in drafts]


def written(*answers: Texts | None) -> tuple[dict[str, Written], Model]:
    model = Model(*answers)
    (texts,) = checked_texts(model, RuleWriter(), [evidence()])
    return {each.slot[0]: each for each in texts}, model


def test_what_facts_bear_out_is_kept() -> None:
    texts, model = written(as_texts())
    assert {each.outcome for each in texts.values()} == {"kept"}
    assert {name: each.text for name, each in texts.items()} == GOOD
    assert model.asked == []


@pytest.mark.parametrize("slot", list(GOOD))
def test_each_text_is_checked_and_asked_for_again_with_the_reason(slot: str) -> None:
    texts, model = written(as_texts(**{slot: WRONG}), as_texts())
    (draft,) = model.asked
    assert [(key[0], wrong) for key, wrong in draft.wrong.items()] == [(slot, (WRONG, ("polarity", "side")))]
    mended = texts[slot]
    assert (mended.text, mended.outcome, mended.attempts, mended.writer) == (GOOD[slot], "repaired", 2, "model")
    assert mended.failures == ("polarity", "side")
    assert all(each.outcome == "kept" for name, each in texts.items() if name != slot)


def test_of_a_repair_only_what_was_wrong_is_taken() -> None:
    texts, _ = written(as_texts(report=WRONG), as_texts(summary="Another micrograph."))
    assert texts["summary"].text == GOOD["summary"]


def test_after_two_repairs_the_rules_say_it() -> None:
    texts, model = written(*[as_texts(report=WRONG)] * 9)
    assert len(model.asked) == REPAIRS
    report = texts["report"]
    assert (report.writer, report.outcome, report.attempts) == ("rules", "replaced", 1 + REPAIRS)
    assert report.text == RuleWriter().write([evidence()])[0].report
    assert report.wrong == ()


@pytest.mark.parametrize("answers", [(None,), (None, None, None)])
def test_a_writer_that_gives_nothing_is_replaced(answers: tuple[None, ...]) -> None:
    texts, _ = written(*answers)
    assert {each.outcome for each in texts.values()} == {"replaced"}
    assert {each.failures for each in texts.values()} == {("unanswered",)}
    assert all(each.text for each in texts.values())


def test_a_model_may_not_run_on() -> None:
    texts, _ = written(as_texts(caption="A platelet. " * 90), as_texts())
    assert texts["caption"].failures == ("length",)


@pytest.mark.parametrize("babble", ["First! theirkedpor pass.", "It is seen here, as one would expect.", "wiag"])
def test_a_model_may_not_babble(babble: str) -> None:
    texts, model = written(as_texts(caption=babble), as_texts())
    assert (texts["caption"].outcome, texts["caption"].failures) == ("repaired", ("silent",))
    assert len(model.asked) == 1


def test_whoever_says_that_nothing_is_annotated_says_something() -> None:
    known = Known([])
    assert not is_silent("Nothing is annotated on this picture.", known)
    assert not is_silent("An unlabelled area.", known)
    assert is_silent("A zorb.", known)
    assert not is_silent("A zorb.", Known([Fact(IMAGE, "identity", "name", "zorb", "source_statement")]))


def test_pictures_are_repaired_each_for_itself() -> None:
    model = Model(as_texts(), as_texts(report=WRONG), as_texts())
    one, two = checked_texts(model, RuleWriter(), [evidence("a"), evidence("b")])
    assert [each.outcome for each in one] == ["kept"] * 4
    assert [each.outcome for each in two] == ["kept", "repaired", "kept", "kept"]


def test_the_row_says_how_a_text_came_about() -> None:
    texts, _ = written(as_texts(report=WRONG), as_texts())
    assert texts["report"].row() == {
        "text": "report",
        "writer": "model",
        "attempts": 2,
        "outcome": "repaired",
        "failures": ["polarity", "side"],
    }
