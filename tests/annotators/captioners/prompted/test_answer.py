import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.prompted.answer import plain, read_answer
from tests.annotators.captioners.builders import make_evidence, make_region
from tests.annotators.captioners.prompted.builders import make_question, the_prompt

EVIDENCE = make_evidence(regions=(make_region("a"), make_region("b")))
REGION = {"caption": "A platelet.", "paraphrase": "One platelet."}
WHOLE: dict[str, Any] = {"summary": "A smear.", "report": "A smear.", "regions": {"r1": REGION, "r2": REGION}}
ALL = 6


def read(content: Any) -> dict[tuple[str, str], str]:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_answer(text, make_question(EVIDENCE), the_prompt())


def test_a_whole_answer_gives_all_texts() -> None:
    told = read(WHOLE)
    assert len(told) == ALL
    assert told["summary", ""] == "A smear."
    assert told["paraphrase", "b"] == "One platelet."


def test_an_answer_in_a_fence_is_read() -> None:
    assert read(f"```json\n{json.dumps(WHOLE)}\n```") == read(WHOLE)


@pytest.mark.parametrize(
    "content",
    [
        *(
            "",
            "null",
            "[]",
            "7",
            '"text"',
            "{}",
            json.dumps(WHOLE)[:-3],
            "Here it is: {}",
            "<html><body>502</body></html>",
        ),
        *("[" * 100_000, "9" * 5000, '{"regions": {"r1": []}}', '{"regions": [1]}', '{"summary": {"r1": "x"}}'),
    ],
)
def test_what_is_no_answer_gives_no_text(content: str) -> None:
    assert read(content) == {}


def test_what_is_missing_costs_itself_alone_and_what_is_too_much_is_passed_over() -> None:
    told = read({"summary": "A smear.", "more": "x", "regions": {"r2": {"caption": "A platelet."}, "r9": REGION}})
    assert told == {("summary", ""): "A smear.", ("caption", "b"): "A platelet."}


def test_a_text_that_was_not_asked_for_is_not_taken() -> None:
    question = make_question(EVIDENCE, ("caption", "b"))
    assert list(read_answer(json.dumps(WHOLE), question, the_prompt())) == [("caption", "b")]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " \n ",
            "<b>A smear.</b>",
            "A smear.<br>",
            "A &lt; B.",
            "**A smear.**",
            "```A smear.```",
            "A\x00 smear.",
            "A \ud800.",
        ),
        *(7, None, True, ["A smear."], {"text": "A smear."}, the_prompt().system, "<|im_end|>A smear."),
    ],
)
def test_what_is_no_plain_text_is_none_and_leaves_the_others(text: Any) -> None:
    told = read({**WHOLE, "report": text})
    assert ("report", "") not in told
    assert len(told) == ALL - 1


@pytest.mark.parametrize(
    "text", ["A lesion < 5 mm.", "Smear at 40 x; 3 > 2.", "A macula.\nIt is marked.", "Größe 5 µm."]
)
def test_plain_text_stays_on_one_line(text: str) -> None:
    assert plain(text) == " ".join(text.split())


@given(st.text())
def test_no_content_is_an_error(content: str) -> None:
    read(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["summary", "report", "regions", "r1", "caption", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_no_json_is_an_error_and_every_text_can_be_stored(value: Any) -> None:
    for slot, text in read(value).items():
        assert slot in make_question(EVIDENCE).slots
        assert text.encode()
