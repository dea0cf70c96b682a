"""Requests and clients; a builder takes only what matters."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.client import ChatClient
from annotators.captioners.chat.journal import value_of, whole_lines
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.chat.settings import ServerSettings

LEDGER, ANSWERS = "ledger.jsonl", "answers.jsonl"
SCHEMA = {"type": "object", "properties": {"caption": {"type": "string"}}, "required": ["caption"]}


def make_request(text: str = "hello", *images: ImagePart, **changed: Any) -> ChatRequest:
    known = {"system": "Write.", "schema_name": "texts", "schema": SCHEMA, "max_tokens": 100}
    return ChatRequest(user=(TextPart(text), *images), **{**known, **changed})


def make_settings(url: str = "http://127.0.0.1:1/v1", **changed: Any) -> ServerSettings:
    """A token costs one, so that sums are exact; the next attempt follows at once."""
    known = {"model": "m", "backoff_s": 0.001, "price_in": 1e6, "price_out": 1e6, "connect_timeout_s": 5.0}
    return ServerSettings(url=url, **{**known, **changed})


@contextmanager
def asking(
    url: str, folder: Path, environment: Mapping[str, str] | None = None, **changed: Any
) -> Iterator[tuple[ChatClient, Ledger]]:
    """A client with its cache and ledger in the folder."""
    settings = make_settings(url, **changed)
    with (
        Ledger(settings.prices, settings.budget, folder / LEDGER) as ledger,
        AnswerCache(folder / ANSWERS) as cache,
        ChatClient(settings, cache, ledger, environment or {}) as client,
    ):
        yield client, ledger


def run_of(ledger: Ledger) -> dict[str, Any]:
    """The counts of this process that are not zero."""
    return {name: count for name, count in ledger.summary()["run"].items() if count}


def all_runs_of(ledger: Ledger, *names: str) -> tuple[Any, ...]:
    known = ledger.summary()["all_runs"]
    return tuple(known[name] for name in names)


def stored_keys(folder: Path) -> set[str]:
    """Also while somebody asks."""
    path = folder / ANSWERS
    return {value_of(line)["key"] for _, line in whole_lines(path)} if path.exists() else set()
