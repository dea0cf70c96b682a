"""A model that says what the request tells it, as any model with a good day would."""

import json
from typing import Any


def honest(body: dict[str, Any]) -> str:
    """The answer's JSON, of the keys that the schema of a request's body asks for."""
    schema = body["response_format"]["json_schema"]["schema"]["properties"]
    texts = [part["text"] for part in body["messages"][1]["content"] if part["type"] == "text"]
    picture = f"This is {_article(_line(texts, 'Facts about the picture', 'kind of picture'))}."
    told: dict[str, Any] = {kind: picture for kind in schema if kind != "regions"}
    if "regions" in schema:
        told["regions"] = {
            mark: {kind: _region(texts, mark, again=kind == "paraphrase") for kind in wanted["properties"]}
            for mark, wanted in schema["regions"]["properties"].items()
        }
    return json.dumps(told)


def asked(body: dict[str, Any]) -> str:
    """What tells requests of a corpus apart: all that is told and shown."""
    return json.dumps(body["messages"][1]["content"])


def _region(texts: list[str], mark: str, again: bool) -> str:
    name = _line(texts, f"Facts about the region {mark}:", "what it is")
    if name.startswith("an area"):
        return "An area that stands out from its surroundings." if again else "A conspicuous area without a label."
    return f"There is {_article(name)}." if again else f"{_article(name).capitalize()} is marked."


def _line(texts: list[str], heading: str, name: str) -> str:
    (of_heading,) = (text for text in texts if text.startswith(heading))
    (line,) = (line for line in of_heading.splitlines() if line.startswith(f"- {name}: "))
    return line.partition(": ")[2]


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiouAEIOU" else f"a {noun}"
