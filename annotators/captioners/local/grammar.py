"""Which tokens may come next if an answer is to be JSON of a schema; llguidance knows."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import llguidance.hf
import llguidance.numpy
import numpy as np
import numpy.typing as npt
from llguidance import LLExecutor, LLMatcher, LLTokenizer

KEPT = 256  # grammars; a picture's schema names its regions, so that few are asked for twice


class Grammars:
    """Of one tokenizer. An answer is compact JSON, its keys in the order of the schema and none beside them."""

    def __init__(self, tokenizer: Any, vocabulary: int, ends: Sequence[int], letters: int) -> None:
        """`tokenizer` is a fast one of transformers; reading it takes about two seconds for 150,000 tokens.

        `letters` is how long a text may be that its schema does not bound.
        """
        self._words: LLTokenizer = llguidance.hf.from_tokenizer(tokenizer, vocabulary, list(ends))
        self._executor = LLExecutor()
        self._grammar = lru_cache(maxsize=KEPT)(_grammar)
        self.vocabulary, self._letters = vocabulary, letters

    def matcher(self, schema: Mapping[str, Any]) -> LLMatcher:
        """At the beginning of an answer. Raises ValueError for a schema that it cannot hold an answer to."""
        return LLMatcher(self._words, self._grammar(json.dumps(bounded(schema, self._letters))))

    def allowed(self, matchers: Sequence[LLMatcher]) -> npt.NDArray[np.int32]:
        """(matchers, words) bits of the tokens that may come next, the lowest first."""
        masks = llguidance.numpy.allocate_token_bitmask(len(matchers), self.vocabulary)
        listed = [(matcher, i) for i, matcher in enumerate(matchers)]
        llguidance.numpy.fill_next_token_bitmask_par(self._executor, listed, masks)
        return masks

    def text(self, tokens: Sequence[int]) -> str:
        """Where it was cut off within a character, without that."""
        return self._words.decode_bytes(list(tokens)).decode(errors="ignore")


def _grammar(schema: str) -> str:
    grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
    if wrong := LLMatcher.validate_grammar(grammar):
        raise ValueError(wrong)
    return grammar


def bounded(schema: Any, letters: int) -> Any:
    """The same schema, in which objects that say nothing of further keys have none and texts an end, since a model may
    find none.
    """
    if isinstance(schema, list):
        return [bounded(value, letters) for value in schema]
    if not isinstance(schema, Mapping):
        return schema
    known = {key: _bounded_below(key, value, letters) for key, value in schema.items()}
    if known.get("type") == "string" and known.keys().isdisjoint(("maxLength", "enum", "const", "pattern", "format")):
        known["maxLength"] = letters
    return {"additionalProperties": False, **known} if "properties" in known else known


def _bounded_below(key: str, value: Any, letters: int) -> Any:
    if key in ("enum", "const"):
        return value
    if key in ("properties", "$defs"):  # what stands here are names, and not words of the schema's language
        return {name: bounded(part, letters) for name, part in value.items()}
    return bounded(value, letters)
