import asyncio
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from annotators.captioners.chat.answer import Answer, Failed, Usage
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.client import UNDER_WAY, ChatClient
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.request import ChatRequest, ImagePart
from tests.annotators.captioners.chat.builders import (
    ANSWERS,
    LEDGER,
    all_runs_of,
    asking,
    make_request,
    make_settings,
    run_of,
    stored_keys,
)
from tests.annotators.captioners.chat.server import Say, chat_server, said


def said_back(text: str, _before: int) -> Say:
    return said(text)


def contents(results: list[Answer | Failed]) -> list[str]:
    return [result.content if isinstance(result, Answer) else result.reason for result in results]


def test_no_request_is_no_answer(tmp_path: Path) -> None:
    with chat_server(said_back) as server, asking(server.url, tmp_path) as (client, ledger):
        assert client.ask([]) == []
        assert run_of(ledger) == {}


def test_the_server_gets_the_body_and_the_answer_comes_back(tmp_path: Path) -> None:
    request = make_request("hello", ImagePart(b"picture"), seed=7)
    with chat_server(said_back) as server, asking(server.url, tmp_path) as (client, _ledger):
        assert client.ask([request]) == [Answer("hello", "stop", Usage(10, 5), "served-model")]
    assert server.bodies == [request.body("m")]
    assert server.paths == ["/v1/chat/completions"]


def first_is_slow(text: str, _before: int) -> Say:
    return said(text, delay_s=0.3 if text == "0" else 0)


def test_answers_are_in_the_order_of_their_requests_whichever_comes_first(tmp_path: Path) -> None:
    texts = [str(number) for number in range(6)]
    with chat_server(first_is_slow) as server, asking(server.url, tmp_path) as (client, _ledger):
        assert contents(client.ask([make_request(text) for text in texts])) == texts


def test_each_answer_comes_with_its_index_as_soon_as_it_is_there(tmp_path: Path) -> None:
    requests = (make_request(str(number)) for number in range(6))
    with chat_server(first_is_slow) as server, asking(server.url, tmp_path, concurrency=2) as (client, _ledger):
        came = list(client.ask_each(requests))
    assert came[0][0] != 0
    assert contents([result for _, result in sorted(came, key=lambda each: each[0])]) == list("012345")


def test_no_more_are_under_way_than_allowed_and_no_fewer(tmp_path: Path) -> None:
    with chat_server(said(delay_s=0.02)) as server, asking(server.url, tmp_path, concurrency=3) as (client, ledger):
        client.ask([make_request(str(number)) for number in range(20)])
        assert run_of(ledger) == {"requests": 20, "answered": 20, "sent": 20}
    assert server.most_at_once == 3


def test_identical_requests_are_asked_once(tmp_path: Path) -> None:
    requests = [make_request(text) for text in ("a", "b", "a", "a")]
    with chat_server(said_back) as server, asking(server.url, tmp_path) as (client, ledger):
        assert contents(client.ask(requests)) == ["a", "b", "a", "a"]
        assert all_runs_of(ledger, "answers", "money") == (2, 30.0)
        run = run_of(ledger)
    assert server.asked == {"a": 1, "b": 1}
    assert run["requests"] == 4
    assert run["answered"] == 2
    assert run.get("repeated", 0) + run.get("cached", 0) == 2


def test_a_request_that_failed_is_not_asked_again_in_the_same_call(tmp_path: Path) -> None:
    def spaced() -> Iterator[ChatRequest]:
        """Each is done before the next is taken."""
        for _ in range(3):
            yield make_request("a")
            time.sleep(0.1)

    with chat_server(Say(status=400)) as server, asking(server.url, tmp_path) as (client, ledger):
        assert dict(client.ask_each(spaced())) == dict.fromkeys(range(3), Failed("refused_by_server", 400))
        assert run_of(ledger) == {
            **{"requests": 3, "repeated": 2, "sent": 1},
            "failures": {"refused_by_server": 1},
        }
    assert server.asked == {"a": 1}


def test_what_was_answered_is_never_asked_again(tmp_path: Path) -> None:
    requests = [make_request(str(number)) for number in range(5)]
    with chat_server(said_back) as server:
        with asking(server.url, tmp_path) as (client, _ledger):
            first = client.ask(requests)
        with asking(server.url, tmp_path) as (client, ledger):
            assert client.ask(requests) == first
            assert run_of(ledger) == {"requests": 5, "cached": 5}
            assert all_runs_of(ledger, "answers", "prompt_tokens", "completion_tokens", "money") == (5, 50, 25, 75.0)
    assert server.asked == {str(number): 1 for number in range(5)}


@pytest.mark.parametrize(("finish", "reason"), [("length", "cut_off"), ("content_filter", "content_filter")])
def test_an_end_that_would_come_again_is_kept_though_it_is_no_answer(tmp_path: Path, finish: str, reason: str) -> None:
    for _ in range(2):
        with chat_server(said("half", finish)) as server, asking(server.url, tmp_path) as (client, ledger):
            assert client.ask([make_request()]) == [Failed(reason, 200)]  # type: ignore[arg-type]
            assert all_runs_of(ledger, "answers", "money", "failed_prompt_tokens") == (0, 15.0, 10)
    assert server.asked == {}


def test_an_answer_is_stored_before_it_is_handed_out(tmp_path: Path) -> None:
    with chat_server(said_back) as server, asking(server.url, tmp_path) as (client, _ledger):
        requests = [make_request(str(number)) for number in range(20)]
        for index, _ in client.ask_each(requests):
            assert requests[index].key("m") in stored_keys(tmp_path)


def test_requests_are_taken_only_as_there_is_room(tmp_path: Path) -> None:
    taken = itertools.count()
    endless = (make_request(str(next(taken))) for _ in itertools.count())
    with chat_server(said_back) as server, asking(server.url, tmp_path, concurrency=2) as (client, _ledger):
        results = client.ask_each(endless)
        assert len(list(itertools.islice(results, 10))) == 10
        results.close()
    assert 10 <= next(taken) <= 10 + UNDER_WAY * 2 + 1


def test_what_is_not_sent_yet_when_the_caller_gives_up_is_not_sent(tmp_path: Path) -> None:
    given_up = Event()

    def answer(text: str, _before: int) -> Say:
        if text != "0":
            given_up.wait(30)
        return said(text)

    with chat_server(answer) as server, asking(server.url, tmp_path, concurrency=1) as (client, _ledger):
        results = client.ask_each(make_request(str(number)) for number in range(4))
        next(results)
        results.close()
        given_up.set()
        time.sleep(0.3)
        assert server.asked.total() <= 2


def test_what_is_under_way_goes_on_while_the_caller_works(tmp_path: Path) -> None:
    with chat_server(said(delay_s=0.05)) as server, asking(server.url, tmp_path, concurrency=1) as (client, _ledger):
        results = client.ask_each(make_request(str(number)) for number in range(4))
        next(results)
        deadline = time.monotonic() + 10
        while len(stored_keys(tmp_path)) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(stored_keys(tmp_path)) == 4
        assert len(list(results)) == 3
        assert server.asked.total() == 4


def test_what_is_given_up_half_way_counts_at_the_most_that_it_can_cost(tmp_path: Path) -> None:
    requests = [make_request("1"), make_request("0")]
    at_most = float(requests[1].prompt_tokens_at_most(4096) + requests[1].max_tokens)
    settings = make_settings()
    with (
        Ledger(settings.prices, path=tmp_path / LEDGER) as ledger,
        AnswerCache(tmp_path / ANSWERS) as cache,
        chat_server(first_is_slow) as server,
    ):
        with ChatClient(make_settings(server.url), cache, ledger, {}) as client:
            results = client.ask_each(requests)
            assert next(results)[0] == 0
            while not server.asked["0"]:
                time.sleep(0.001)
            results.close()
        assert all_runs_of(ledger, "answers", "money", "unreported") == (1, 15.0, 1)
        assert all_runs_of(ledger, "unreported_money_at_most") == (at_most,)


def test_a_client_works_under_a_running_event_loop(tmp_path: Path) -> None:
    async def inside() -> list[Answer | Failed]:
        with chat_server(said_back) as server, asking(server.url, tmp_path) as (client, _ledger):
            return client.ask([make_request("a")])

    assert contents(asyncio.run(inside())) == ["a"]
