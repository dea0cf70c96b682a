"""The client of servers and the local model, end to end: they answer alike."""

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.local.chat import LocalChat
from tests.annotators.captioners.chat.builders import asking, run_of
from tests.annotators.captioners.local.builders import TEXTS, check_answer, make_image, make_request, object_of
from tests.annotators.captioners.local.server import local_server, read_request

REQUESTS = [make_request(f"Picture {i}.", *[make_image(seed=i)] * (i % 3)) for i in range(10)]
ENDLESS = make_request(schema=object_of(summary={"type": "string", "minLength": 900}), max_tokens=20)


def said(answers: list[Answer | Failed]) -> list[Any]:
    """What matters of them: a server has a name of its own for its model."""
    return [(a.content, a.usage) if isinstance(a, Answer) else a for a in answers]


def test_a_client_gets_over_a_server_what_the_model_says_here(local_chat: LocalChat, tmp_path: Path) -> None:
    with local_server(local_chat) as server, asking(server.url, tmp_path, concurrency=4) as (client, ledger):
        answers = client.ask([*REQUESTS, ENDLESS])
        assert client.ask(REQUESTS) == answers[:-1]
    for answer in answers[:-1]:
        assert isinstance(answer, Answer)
        check_answer(answer.content, TEXTS)
    assert said(answers) == said(local_chat.ask([*REQUESTS, ENDLESS]))
    assert answers[-1] == Failed("cut_off", 200)
    assert server.most_at_once == 4
    assert sorted(request.key("") for request in server.requests) == sorted(r.key("") for r in [*REQUESTS, ENDLESS])
    assert run_of(ledger)["cached"] == 10


def test_a_request_survives_the_way() -> None:
    request = make_request("a", make_image(), make_image(seed=2), temperature=0.5, seed=3)
    assert read_request(request.body("m")) == request


def test_what_asks_for_no_schema_is_refused(local_chat: LocalChat) -> None:
    with local_server(local_chat) as server:
        body = {**make_request().body("m"), "response_format": {"type": "json_object"}}
        asked = Request(f"{server.url}/chat/completions", json.dumps(body).encode())
        with pytest.raises(HTTPError, match="400") as caught:
            urlopen(asked)
        caught.value.close()
