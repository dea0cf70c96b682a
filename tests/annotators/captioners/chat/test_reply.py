import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.answer import Answer, Failed, Usage, outcome
from annotators.captioners.chat.reply import Reply, read_reply
from tests.annotators.captioners.chat.server import completion

USAGE = Usage(10, 5)
MESSAGE = {"role": "assistant", "content": "fine"}


def read(value: Any) -> Reply:
    return read_reply(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (completion(), Answer("fine", "stop", USAGE, "served-model")),
        (completion(""), Answer("", "stop", USAGE, "served-model")),
        (completion("Ödem 🩻"), Answer("Ödem 🩻", "stop", USAGE, "served-model")),
        (completion(usage=None), Answer("fine", "stop", None, "served-model")),
        (completion(model=None), Answer("fine", "stop", USAGE, "")),
        (completion(finish=None), Answer("fine", "", USAGE, "served-model")),
        (completion(None, "length"), Answer("", "length", USAGE, "served-model")),
        (completion(None, "content_filter"), Answer("", "content_filter", USAGE, "served-model")),
        (
            completion(choices=[{"message": {"content": None, "refusal": "I cannot"}, "finish_reason": "stop"}]),
            Answer("", "content_filter", USAGE, "served-model"),
        ),
    ],
)
def test_a_completion_is_read(value: Any, answer: Answer) -> None:
    assert read(value) == Reply(answer, answer.usage)


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "text", [], {}),
        {"error": "no"},
        completion(choices=None),
        completion(choices=[]),
        completion(choices={"0": 1}),
        completion(choices=[None]),
        completion(choices=[{}]),
        completion(choices=[{"message": "fine", "finish_reason": "stop"}]),
        completion(choices=[{"message": MESSAGE, "finish_reason": "stop"}] * 2),
        completion(None),
        completion(7),
        completion(["fine"]),
        completion(finish=7),
        completion(model=7),
        completion("half \ud800 of a pair"),
        completion(usage=[]),
        completion(usage={}),
        completion(usage={"prompt_tokens": 10}),
        completion(usage={"prompt_tokens": -1, "completion_tokens": 5}),
        completion(usage={"prompt_tokens": 1.5, "completion_tokens": 5}),
        completion(usage={"prompt_tokens": True, "completion_tokens": 5}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_completion_gives_no_answer(value: Any) -> None:
    assert read(value).answer is None


def test_tokens_are_told_of_a_body_that_gives_no_answer() -> None:
    assert read(completion(choices=[])) == Reply(None, USAGE)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 200_000, b"1" * 5000], ids=lambda b: str(b[:9])
)
def test_what_is_no_json_gives_no_answer(body: bytes) -> None:
    assert read_reply(body) == Reply(None)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@given(st.sampled_from(["choices", "usage", "model"]), JSON)
def test_no_field_can_break_the_reader(name: str, value: Any) -> None:
    assert read({**completion(), name: value}).answer is None or name in ("model", "usage")


@given(st.binary())
def test_no_bytes_can_break_the_reader(body: bytes) -> None:
    assert read_reply(body).answer is None


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "cut_off"), ("content_filter", "content_filter"), ("tool_calls", "unfinished"), ("", "unfinished")],
)
def test_an_answer_that_did_not_end_by_itself_is_none(finish: str, reason: Any) -> None:
    assert outcome(Answer("half", finish, USAGE, "m")) == Failed(reason, 200)


def test_an_answer_that_ended_by_itself_is_one() -> None:
    answer = Answer("fine", "stop", USAGE, "m")
    assert outcome(answer) is answer
