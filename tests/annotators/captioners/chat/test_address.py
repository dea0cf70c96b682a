from pathlib import Path

import pytest

from annotators.captioners.chat.address import address, is_this_machine
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.client import ChatClient
from annotators.captioners.chat.ledger import Ledger
from schemas.errors import ConfigError, ServerError
from tests.annotators.captioners.chat.builders import asking, make_request, make_settings
from tests.annotators.captioners.chat.server import chat_server, said

KEY = {"MEDREGION_OPENAI_KEY": "sk-planted"}
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("127.255.0.9", True), ("::1", True)),
        *(("", False), ("example.org", False), ("127.0.0.1.example.org", False), ("localhost.example.org", False)),
        *(("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False)),
        *(("127.1", False), ("2130706433", False), ("0x7f.0.0.1", False), ("127.0.0.01", False), ("::2", False)),
    ],
)
def test_this_machine_is_known_by_its_names_and_no_other(host: str, here: bool) -> None:
    assert is_this_machine(host) is here


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/chat/completions"),
        ("https://[::1]/a/v1", "https://[::1]/a/v1/chat/completions"),
        ("http://LOCALHOST/v1", "http://localhost/v1/chat/completions"),
    ],
)
def test_the_chat_completions_lie_under_the_address(url: str, asked: str) -> None:
    assert str(address(make_settings(url), {}).url) == asked


@pytest.mark.parametrize(
    "url",
    [
        *("", "127.0.0.1:8000", "/v1", "http://", "http:///v1", "ftp://127.0.0.1/v1", "file:///v1"),
        *("http://127.0.0.1:port/v1", "http://me:secret@127.0.0.1/v1", "http://me:secret@127.0.0.1:port/v1"),
        *("http://127.0.0.1/v1?key=secret", "http://127.0.0.1/v1#secret", "http://127.0.0.1\n/v1"),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        address(make_settings(url), {})
    assert caught.value.place == "url"
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        *("https://api.example.org/v1", "http://10.0.0.1:8000/v1", "http://127.1/v1", "http://0.0.0.0:8000/v1"),
        *(r"http://127.0.0.1\@example.org/v1", "http://localhost.example.org/v1"),
    ],
)
def test_another_machine_is_asked_only_where_that_is_allowed(tmp_path: Path, url: str) -> None:
    with AnswerCache(tmp_path / "a") as cache, pytest.raises((ServerError, ConfigError)):
        ChatClient(make_settings(url), cache, Ledger(make_settings().prices), {})


def test_the_refusal_says_what_would_leave_and_how_to_allow_it() -> None:
    with pytest.raises(ServerError, match=r"'api\.example\.org' is another machine.*say `allow_remote: true`"):
        address(make_settings("https://api.example.org/v1"), KEY)
    assert address(make_settings("https://api.example.org/v1", allow_remote=True), KEY).credential == "sk-planted"


def test_no_credential_goes_to_another_machine_unencrypted() -> None:
    settings = make_settings("http://10.0.0.1:8000/v1", allow_remote=True)
    with pytest.raises(
        ServerError, match=r"MEDREGION_OPENAI_KEY would go to '10\.0\.0\.1' unencrypted; use https"
    ) as caught:
        address(settings, KEY)
    assert "sk-planted" not in str(caught.value)
    assert address(settings, {}).credential == ""
    assert address(make_settings("http://127.0.0.1:8000/v1"), KEY).credential == "sk-planted"


@pytest.mark.parametrize("value", ["sk planted", "sk-\nplanted", "sk-plänted", "sk-\x00planted"])
def test_a_credential_that_no_header_can_carry_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ServerError, match="MEDREGION_OPENAI_KEY: holds characters") as caught:
        address(make_settings(), {"MEDREGION_OPENAI_KEY": value})
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_empty_credential_is_none(value: str) -> None:
    assert address(make_settings(), {"MEDREGION_OPENAI_KEY": value}).credential == ""


def test_blanks_around_a_credential_are_no_part_of_it() -> None:
    assert address(make_settings(), {"MEDREGION_OPENAI_KEY": " sk-1\n"}).credential == "sk-1"


def test_no_proxy_stands_before_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES[:3]:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with chat_server(said()) as server, asking(server.url, tmp_path, attempts=1) as (client, _ledger):
        client.ask([make_request()])
    assert server.asked.total() == 1


def test_another_machine_is_reached_by_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings("https://api.example.org/v1", allow_remote=True)
    assert address(settings, {}).proxy is None
    monkeypatch.setenv("https_proxy", "http://me:secret@10.0.0.9:3128")
    assert address(settings, {}).proxy == "http://me:secret@10.0.0.9:3128"
    assert "secret" not in repr(address(settings, {}))
    monkeypatch.setenv("no_proxy", "example.org")
    assert address(settings, {}).proxy is None


def test_a_proxy_of_an_unknown_kind_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://me:secret@10.0.0.9")
    with pytest.raises(ServerError, match="names a proxy") as caught:
        address(make_settings("https://api.example.org/v1", allow_remote=True), {})
    assert "secret" not in str(caught.value)
