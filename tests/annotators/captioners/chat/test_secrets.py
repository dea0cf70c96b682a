"""Where the credential, and what was asked, must not be found."""

import json
import logging
import traceback
from pathlib import Path

import pytest

from annotators.captioners.chat.answer import Failed
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.client import ChatClient
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.request import ImagePart
from schemas.errors import ServerError
from tests.annotators.captioners.chat.builders import asking, make_request, make_settings
from tests.annotators.captioners.chat.server import Say, chat_server, completion, said

SECRET = "sk-planted-credential"
PROMPT = "planted prompt"
ENVIRONMENT = {"MEDREGION_OPENAI_KEY": SECRET}

SAYS = [
    said("fine"),
    said(PROMPT, "abort"),
    Say(status=500, body=PROMPT.encode()),
    Say(status=400, body=json.dumps({"error": {"message": f"you said: {PROMPT}"}}).encode()),
    Say(PROMPT.encode()),
    Say(said(PROMPT).body, cut_at=10),
    said("slow", delay_s=0.3),
    Say(status=401, body=SECRET.encode()),
]


def everything_under(folder: Path) -> bytes:
    return b"".join(bytes(path) + path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("say", SAYS, ids=lambda say: str(say)[:50])
def test_neither_credential_nor_prompt_is_told_stored_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], say: Say
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    request = make_request(PROMPT, ImagePart(b"planted picture"))
    with (
        chat_server(say) as server,
        asking(server.url, tmp_path, ENVIRONMENT, attempts=2, timeout_s=0.2) as (client, ledger),
    ):
        try:
            results = client.ask([request])
            told += str([result for result in results if isinstance(result, Failed)])
        except ServerError:
            told += traceback.format_exc()
        told += repr(client) + repr(vars(client)) + str(ledger.summary()) + repr(request.key("m"))
    assert server.headers[0]["authorization"] == f"Bearer {SECRET}"
    assert any(record.name == "asyncio" for record in caplog.records)
    output = capfd.readouterr()
    found = told + caplog.text + output.out + output.err + everything_under(tmp_path).decode()
    assert SECRET not in found
    assert PROMPT not in found
    assert "planted picture" not in found
    assert "cGxhbnRlZCBwaWN0dXJl" not in found


def test_an_answer_that_repeats_the_credential_is_none(tmp_path: Path) -> None:
    echo = Say(json.dumps(completion(f"you are {SECRET}")).encode())
    with chat_server(echo) as server, asking(server.url, tmp_path, ENVIRONMENT, attempts=1) as (client, _ledger):
        assert client.ask([make_request()]) == [Failed("bad_body")]
    assert SECRET.encode() not in everything_under(tmp_path)


def test_without_a_credential_no_header_is_sent(tmp_path: Path) -> None:
    with chat_server(said()) as server, asking(server.url, tmp_path) as (client, _ledger):
        client.ask([make_request()])
    assert "authorization" not in server.headers[0]
    assert "cookie" not in server.headers[0]


def test_no_cookie_is_kept(tmp_path: Path) -> None:
    with (
        chat_server(Say(said().body, headers={"Set-Cookie": "who=you; Path=/"})) as server,
        asking(server.url, tmp_path) as (client, _ledger),
    ):
        client.ask([make_request("a")])
        client.ask([make_request("b")])
    assert ["cookie" in headers for headers in server.headers] == [False, False]


def test_the_environment_is_read_when_a_client_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDREGION_OPENAI_KEY", SECRET)
    with (
        chat_server(said()) as server,
        AnswerCache(tmp_path / "a") as cache,
        Ledger(make_settings().prices) as ledger,
        ChatClient(make_settings(server.url), cache, ledger) as client,
    ):
        monkeypatch.setenv("MEDREGION_OPENAI_KEY", "sk-another")
        client.ask([make_request()])
    assert server.headers[0]["authorization"] == f"Bearer {SECRET}"
