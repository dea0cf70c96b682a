"""Requests to a local model, and schemas of the kinds that writers ask for."""

import json
from collections.abc import Sequence
from typing import Any

import cv2
import jsonschema
from hypothesis import strategies as st

from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from tests.annotators.tiny_models import make_picture

Schema = dict[str, Any]


def text_of(most: int) -> Schema:
    return {"type": "string", "maxLength": most}


def object_of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def rows_of(ids: Sequence[str], **properties: Schema) -> Schema:
    """One object for each id, in order."""
    rows = [object_of(id={"type": "string", "enum": [name]}, **properties) for name in ids]
    return {"type": "array", "prefixItems": rows, "items": False, "minItems": len(rows), "maxItems": len(rows)}


TEXTS = object_of(
    summary=text_of(30), certainty={"enum": ["certain", "possible"]}, regions=rows_of(["r1"], caption=text_of(20))
)


def make_image(height: int = 60, width: int = 90, seed: int = 0) -> ImagePart:
    return ImagePart(cv2.imencode(".png", make_picture(height, width, seed=seed))[1].tobytes(), "image/png")


def make_request(text: str = "Describe.", *images: ImagePart, schema: Schema = TEXTS, **changed: Any) -> ChatRequest:
    known = {"system": "Write.", "schema_name": "texts", "max_tokens": 300}
    return ChatRequest(user=(TextPart(text), *images), schema=schema, **{**known, **changed})


IDS = st.lists(st.text("abcdef0123456789-", min_size=1, max_size=6), min_size=1, max_size=3, unique=True)
NAMES = st.sampled_from(["summary", "report", "caption", "paraphrase", "certainty", "region ä", 'a "quoted" name'])
LEAVES = st.one_of(
    st.integers(0, 12).map(text_of),
    st.lists(st.text(max_size=8), min_size=1, max_size=4, unique=True).map(lambda words: {"enum": words}),
    st.just({"type": "boolean"}),
    st.tuples(st.integers(0, 2), st.integers(0, 2)).map(
        lambda n: {"type": "array", "items": text_of(5), "minItems": n[0], "maxItems": n[0] + n[1]}
    ),
)


def objects(leaves: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.dictionaries(NAMES, leaves, min_size=1, max_size=4).map(lambda known: object_of(**known))


NESTED = st.one_of(
    LEAVES,
    objects(LEAVES),
    st.tuples(IDS, LEAVES).map(lambda pair: rows_of(pair[0], caption=pair[1])),
    st.tuples(IDS, objects(LEAVES)).map(lambda pair: object_of(**dict.fromkeys(pair[0], pair[1]))),
)
SCHEMAS = objects(NESTED)


def check_answer(content: str, schema: Schema) -> None:
    """Raises where it is not compact JSON of the schema, with its keys in their order, that any file can hold."""
    value = json.loads(content, object_pairs_hook=_unrepeated)
    jsonschema.validate(value, schema)
    _check_order(value, schema)
    assert json.dumps(value, ensure_ascii=False).encode()


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({key for key, _ in pairs}) == len(pairs)
    return dict(pairs)


def _check_order(value: Any, schema: Any) -> None:
    if isinstance(value, dict):
        assert list(value) == list(schema["properties"])
        for key, part in value.items():
            _check_order(part, schema["properties"][key])
    elif isinstance(value, list):
        for i, part in enumerate(value):
            _check_order(part, schema["prefixItems"][i] if "prefixItems" in schema else schema["items"])
