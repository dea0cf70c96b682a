import json

import pytest

from annotators.captioners.chat.request import ImagePart, TextPart
from annotators.captioners.evidence import Evidence, RegionEvidence
from annotators.captioners.prompted.request import Question, questions, request_of, schema_of
from annotators.captioners.prompted.settings import WritingSettings
from annotators.captioners.prompted.views import Views
from tests.annotators.captioners.builders import acquired, make_evidence, make_region
from tests.annotators.captioners.prompted.builders import make_question, make_shown, texts_in, the_prompt


def evidence_of(regions: int) -> Evidence:
    return make_evidence(
        *acquired(modality="microscopy"), regions=tuple(make_region(f"id-{i}") for i in range(regions))
    )


@pytest.mark.parametrize(("regions", "requests"), [(0, 1), (1, 1), (8, 1), (9, 2), (16, 2), (17, 3), (300, 38)])
def test_each_text_is_asked_for_once_and_the_picture_s_first(regions: int, requests: int) -> None:
    whole = make_question(evidence_of(regions))
    parts = list(questions(whole, 8))
    assert len(parts) == requests
    assert [slot for part in parts for slot in part.slots] == list(whole.slots)
    assert parts[0].slots[:2] == (("summary", ""), ("report", ""))
    assert all(len(part.marks) <= 8 for part in parts)


def test_a_region_keeps_its_mark_in_every_request() -> None:
    marks = [part.marks for part in questions(make_question(evidence_of(5)), 2)]
    assert marks == [{"id-0": "r1", "id-1": "r2"}, {"id-2": "r3", "id-3": "r4"}, {"id-4": "r5"}]


def test_requests_of_a_picture_begin_alike_and_those_of_all_pictures_have_one_system() -> None:
    evidence, settings = evidence_of(4), WritingSettings()
    views = Views(make_shown(*[(0, 0, 50, 50)] * 4), settings)
    first, second = (request_of(part, the_prompt(), views, settings) for part in questions(make_question(evidence), 2))
    other = request_of(make_question(make_evidence()), the_prompt(), None, settings)
    assert first.system == second.system == other.system
    assert first.user[:2] == second.user[:2]
    kinds = [type(part) for part in first.user]
    assert kinds == [ImagePart, TextPart, ImagePart, TextPart, ImagePart, TextPart, TextPart]


def test_without_crops_the_whole_picture_is_shown_alone() -> None:
    settings = WritingSettings(crop_side_px=0)
    views = Views(make_shown((0, 0, 50, 50)), settings)
    request = request_of(make_question(evidence_of(1)), the_prompt(), views, settings)
    assert sum(isinstance(part, ImagePart) for part in request.user) == 1


def test_no_id_of_ours_is_told() -> None:
    evidence = make_evidence(regions=(make_region("secret-region"),), image_id="secret-image")
    request = request_of(make_question(evidence), the_prompt(), None, WritingSettings())
    assert "secret" not in json.dumps(request.body("m"))


def test_the_schema_asks_for_what_is_wanted_and_allows_nothing_else() -> None:
    question = make_question(evidence_of(2), ("report", ""), ("caption", "id-1"))
    schema = schema_of(question)
    assert schema["required"] == ["report", "regions"]
    assert schema["properties"]["regions"]["required"] == ["r2"]
    assert schema["properties"]["regions"]["properties"]["r2"]["required"] == ["caption"]
    closed = [schema, schema["properties"]["regions"], schema["properties"]["regions"]["properties"]["r2"]]
    assert all(each["additionalProperties"] is False for each in closed)
    text = texts_in(request_of(question, the_prompt(), None, WritingSettings()))
    assert "Write these texts: report; of r2: caption." in text


def test_a_draft_is_given_back_with_every_reason_in_plain_words() -> None:
    wrong = {("report", ""): ('A "cyst".', ("polarity", "side")), ("caption", "id-0"): ("", ("unanswered",))}
    question = Question(evidence_of(1), tuple(wrong), wrong)
    text = texts_in(request_of(question, the_prompt(), None, WritingSettings()))
    for reason in ("polarity", "side", "unanswered"):
        assert the_prompt().reasons[reason] in text
    assert '- report: "A \\"cyst\\"."' in text
    assert "- caption of r1" in text


def test_a_region_without_facts_of_place_is_asked_about_too() -> None:
    bare = RegionEvidence("r", make_region("r").facts[:1])
    assert "what it is" in texts_in(
        request_of(make_question(make_evidence(regions=(bare,))), the_prompt(), None, WritingSettings())
    )
