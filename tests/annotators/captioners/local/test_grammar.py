import json
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.captioners.local.grammar import Grammars, bounded
from tests.annotators.captioners.local.builders import SCHEMAS, Schema, check_answer, object_of, rows_of, text_of
from tests.annotators.tiny_vlm import VOCABULARY, tiny_tokenizer

TOKENIZER = tiny_tokenizer()
END = TOKENIZER.convert_tokens_to_ids("<|im_end|>")
LETTERS = 40
GRAMMARS = Grammars(
    TOKENIZER, VOCABULARY + 16, [END], LETTERS
)  # as of a network with more places than the tokenizer has tokens


def allowed(matcher: Any) -> list[int]:
    bits = GRAMMARS.allowed([matcher]).view(np.uint8)
    return [int(token) for token in np.flatnonzero(np.unpackbits(bits, bitorder="little"))]


def walk(schema: Schema, seed: int, most: int = 3000) -> list[int]:
    """Tokens drawn from those that are allowed, until nothing but the end is."""
    chance, matcher, tokens = random.Random(seed), GRAMMARS.matcher(schema), list[int]()
    while not matcher.is_accepting() and len(tokens) < most:
        tokens.append(chance.choice(allowed(matcher)))
        assert matcher.consume_token(tokens[-1])
    assert allowed(matcher) == [END]
    return tokens


@settings(max_examples=150, deadline=None)
@given(SCHEMAS, st.integers(0, 2**32))
def test_whatever_is_drawn_from_what_is_allowed_is_valid(schema: Schema, seed: int) -> None:
    check_answer(GRAMMARS.text(walk(schema, seed)), schema)


def test_only_tokens_of_the_tokenizer_are_allowed_and_no_mark() -> None:
    marks = {token for token, added in TOKENIZER.added_tokens_decoder.items() if added.special}
    matcher = GRAMMARS.matcher(object_of(a=text_of(50)))
    assert matcher.consume_tokens(TOKENIZER.encode('{"a":"x'))
    tokens = allowed(matcher)
    assert len(tokens) > 200
    assert max(tokens) < len(TOKENIZER)
    assert marks.isdisjoint(tokens)


def test_every_valid_text_can_be_written() -> None:
    schema = object_of(a={"enum": ["x", "y"]}, rows=rows_of(["r1", "r2"], caption=text_of(30)))
    value = {"a": "y", "rows": [{"id": name, "caption": 'ä "quoted" place, 3 mm'} for name in ("r1", "r2")]}
    matcher = GRAMMARS.matcher(schema)
    assert matcher.consume_tokens(TOKENIZER.encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False)))
    assert matcher.is_accepting()


@pytest.mark.parametrize(
    "content",
    [
        '{"b":"x","a":"x"}',
        '{"a":"x"}',
        '{"a":"x","b":"x","c":"x"}',
        '{"a":"more than ten letters","b":"x"}',
        '{"a":"x", "b":"x"}',
        '{"a":"x\n","b":"x"}',
        '{"a":1,"b":"x"}',
    ],
)
def test_what_is_not_of_the_schema_or_in_another_order_cannot(content: str) -> None:
    matcher = GRAMMARS.matcher(object_of(a=text_of(10), b=text_of(10)))
    tokens = TOKENIZER.encode(content)
    assert matcher.try_consume_tokens(tokens) < len(tokens) or not matcher.is_accepting()


def test_masks_of_several_answers_are_their_own() -> None:
    one, two = GRAMMARS.matcher(object_of(a=text_of(10))), GRAMMARS.matcher(object_of(b={"enum": ["x"]}))
    assert one.consume_tokens(TOKENIZER.encode('{"a":"'))
    both = GRAMMARS.allowed([one, two])
    assert (both[0] == GRAMMARS.allowed([one])[0]).all()
    assert (both[1] == GRAMMARS.allowed([two])[0]).all()
    assert (both[0] != both[1]).any()


def test_objects_are_closed_where_the_schema_leaves_it_open() -> None:
    open_one = {"type": "object", "properties": {"a": {"type": "object", "properties": {}}}, "required": ["a"]}
    shut = bounded(open_one, LETTERS)
    assert shut["additionalProperties"] is shut["properties"]["a"]["additionalProperties"] is False
    assert "additionalProperties" not in open_one
    kept = {"type": "object", "properties": {}, "additionalProperties": {"type": "boolean"}}
    assert bounded(kept, LETTERS) == kept
    assert GRAMMARS.text(walk(open_one, 0)) == '{"a":{}}'


def test_texts_end_where_the_schema_leaves_it_open() -> None:
    words = {"type": "string", "enum": ["x"]}
    open_one = object_of(a={"type": "string"}, b=text_of(3), c={"type": "array", "items": {"type": "string"}}, d=words)
    assert bounded(open_one, 9) == object_of(
        a=text_of(9), b=text_of(3), c={"type": "array", "items": text_of(9)}, d=words
    )
    for seed in range(5):
        (text,) = json.loads(GRAMMARS.text(walk(object_of(a={"type": "string"}), seed))).values()
        assert len(text) <= LETTERS


def test_a_key_that_is_called_properties_is_a_key() -> None:
    schema = object_of(properties=text_of(3))
    assert bounded(schema, LETTERS) == schema
    check_answer(GRAMMARS.text(walk(schema, 1)), schema)


def test_a_schema_that_an_answer_cannot_be_held_to_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Unimplemented"):
        GRAMMARS.matcher({"type": "array", "contains": {"type": "string"}, "uniqueItems": True})
