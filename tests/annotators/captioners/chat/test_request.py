import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from tests.annotators.captioners.chat.builders import SCHEMA, make_request

BASE = make_request("hello", ImagePart(b"picture"), seed=1)


def test_the_body_is_what_a_server_of_chat_completions_takes() -> None:
    assert make_request("hello", ImagePart(b"picture", "image/png"), temperature=0.5, seed=3).body("m") == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Write."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "hello"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,cGljdHVyZQ=="}},
                ],
            },
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "texts", "strict": True, "schema": SCHEMA},
        },
        "max_tokens": 100,
        "temperature": 0.5,
        "seed": 3,
    }


def test_without_a_seed_none_is_sent() -> None:
    assert "seed" not in make_request().body("m")


def test_a_key_stays_what_it_is() -> None:
    """Another key for the same request asks, and pays, for all of a corpus again."""
    assert BASE.key("m") == "3d68641b3e2416b4561fdf306c56e78cb3d268212d26563523df1735c2367373"


@pytest.mark.parametrize(
    "changed",
    [
        {"system": "Write!"},
        {"schema_name": "other"},
        {"schema": {**SCHEMA, "additionalProperties": False}},
        {"schema": dict(reversed(SCHEMA.items()))},  # the order in which a server writes
        {"max_tokens": 101},
        {"temperature": 0.1},
        {"seed": 2},
        {"seed": None},
        {"user": ()},
        {"user": tuple(reversed(BASE.user))},
        {"user": (TextPart("hello"), ImagePart(b"Picture"))},
        {"user": (TextPart("hello"), ImagePart(b"picture", "image/png"))},
        {"user": (TextPart("hell"), TextPart("o"), ImagePart(b"picture"))},
    ],
    ids=str,
)
def test_whatever_affects_the_answer_changes_the_key(changed: dict[str, Any]) -> None:
    assert replace(BASE, **changed).key("m") != BASE.key("m")


def test_the_model_changes_the_key() -> None:
    assert BASE.key("n") != BASE.key("m")


PARTS = st.one_of(
    st.builds(TextPart, st.text()), st.builds(ImagePart, st.binary(max_size=50), st.sampled_from(["a", "b"]))
)
REQUESTS = st.builds(
    ChatRequest,
    system=st.text(),
    user=st.lists(PARTS, max_size=3).map(tuple),
    schema_name=st.sampled_from(["x", "y"]),
    schema=st.sampled_from([{}, SCHEMA]),
    max_tokens=st.integers(1, 3),
    temperature=st.sampled_from([0.0, 1.0]),
    seed=st.one_of(st.none(), st.integers(0, 2)),
)


@given(REQUESTS, REQUESTS)
def test_keys_are_equal_where_requests_are_and_only_there(one: ChatRequest, other: ChatRequest) -> None:
    assert one.key("m") == replace(one).key("m")
    assert (one.key("m") == other.key("m")) == (one.body("m") == other.body("m"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_has_more_tokens_than_the_bound(text: str) -> None:
    """A token stands for a byte at least."""
    assert make_request(text).prompt_tokens_at_most(0) >= len(text.encode()) + len(str(SCHEMA)) - 10


def test_a_picture_counts_as_much_as_is_said() -> None:
    picture = ImagePart(b"x" * 100_000)
    assert (
        make_request("a", picture, picture).prompt_tokens_at_most(500)
        == make_request("a").prompt_tokens_at_most(0) + 1000
    )


def test_no_picture_shows_in_a_traceback() -> None:
    assert "picture" not in repr(BASE)
    assert base64.b64encode(b"picture").decode() not in repr(BASE)
