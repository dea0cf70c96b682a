"""What a server can do wrong, and what the client makes of it: one row a wrong."""

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from annotators.captioners.chat.answer import Answer, Failed
from schemas.errors import BudgetSpent, ServerError, StorageError
from tests.annotators.captioners.chat.builders import (
    ANSWERS,
    LEDGER,
    all_runs_of,
    asking,
    make_request,
    run_of,
    stored_keys,
)
from tests.annotators.captioners.chat.server import Say, chat_server, completion, said

AT_MOST = float(make_request().prompt_tokens_at_most(4096) + make_request().max_tokens)  # what one attempt may cost
PAID = 15.0  # by `said`


def json_of(value: Any) -> Say:
    return Say(json.dumps(value).encode())


HTML = Say(b"<html><body>Bad gateway</body></html>", headers={"Content-Type": "text/html"})
WHOLE = said().body

AGAIN = [
    # what is said, reason and status at the end, attempts that may be billed without telling a usage
    (Say(status=408), Failed("timed_out", 408), 0),
    (Say(status=409), Failed("refused_by_server", 409), 0),
    (Say(status=425), Failed("refused_by_server", 425), 0),
    (Say(status=429), Failed("rate_limited", 429), 0),
    (Say(status=500), Failed("server_error", 500), 0),
    (Say(status=503, body=HTML.body), Failed("server_error", 503), 0),
    (said(delay_s=0.3), Failed("timed_out"), 3),
    (Say(WHOLE, cut_at=0), Failed("connection"), 3),
    (Say(WHOLE, cut_at=20), Failed("connection"), 3),
    (Say(WHOLE[:-20]), Failed("bad_body", 200), 3),
    (HTML, Failed("bad_body", 200), 3),
    (Say(b""), Failed("bad_body", 200), 3),
    (json_of([]), Failed("bad_body", 200), 3),
    (json_of({"error": {"message": "overloaded"}}), Failed("bad_body", 200), 3),
    (said(usage={"prompt_tokens": "10", "completion_tokens": 5}), Failed("bad_body", 200), 3),
]


@pytest.mark.parametrize(("say", "failed", "unreported"), AGAIN, ids=lambda value: str(value)[:60])
def test_what_may_get_better_is_tried_again_and_then_given_up(
    tmp_path: Path, say: Say, failed: Failed, unreported: int
) -> None:
    with (
        chat_server(say) as server,
        asking(server.url, tmp_path, attempts=3, timeout_s=0.1 if say.delay_s else 5.0) as (client, ledger),
    ):
        assert client.ask([make_request()]) == [failed]
        assert run_of(ledger) == {"requests": 1, "sent": 3, "retries": 2, "failures": {failed.reason: 1}}
        assert all_runs_of(ledger, "answers", "money", "unreported") == (0, 0, unreported)
        assert all_runs_of(ledger, "unreported_money_at_most") == (unreported * AT_MOST,)
    assert server.asked.total() == 3
    assert stored_keys(tmp_path) == set()


@pytest.mark.parametrize("say", [row[0] for row in AGAIN if row[0].delay_s == 0], ids=lambda value: str(value)[:60])
def test_after_two_that_went_wrong_the_third_answers(tmp_path: Path, say: Say) -> None:
    with (
        chat_server(lambda _, before: say if before < 2 else said()) as server,
        asking(server.url, tmp_path) as (client, ledger),
    ):
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert run_of(ledger) == {"requests": 1, "answered": 1, "sent": 3, "retries": 2}
        assert all_runs_of(ledger, "answers", "money") == (1, PAID)


ONCE = [
    # what is said, reason, whether the tokens are paid
    (Say(status=400), Failed("refused_by_server", 400), False),
    (Say(status=404), Failed("refused_by_server", 404), False),
    (Say(status=413), Failed("refused_by_server", 413), False),
    (
        Say(status=422, body=b'{"error": {"message": "your prompt was: hello"}}'),
        Failed("refused_by_server", 422),
        False,
    ),
    (said("half", "length"), Failed("cut_off", 200), True),
    (said(None, "content_filter"), Failed("content_filter", 200), True),
    (said("half", "abort"), Failed("unfinished", 200), True),
    (said("half", None), Failed("unfinished", 200), True),
]


@pytest.mark.parametrize(("say", "failed", "paid"), ONCE, ids=lambda value: str(value)[:60])
def test_what_does_not_get_better_is_tried_once(tmp_path: Path, say: Say, failed: Failed, paid: bool) -> None:
    with chat_server(say) as server, asking(server.url, tmp_path) as (client, ledger):
        assert client.ask([make_request()]) == [failed]
        assert run_of(ledger) == {"requests": 1, "sent": 1, "failures": {failed.reason: 1}}
        assert all_runs_of(ledger, "answers", "money", "unreported") == (0, PAID * paid, 0)
        assert all_runs_of(ledger, "failed_prompt_tokens", "failed_completion_tokens") == (10 * paid, 5 * paid)


def test_an_end_that_may_differ_next_time_is_not_kept(tmp_path: Path) -> None:
    with chat_server(said("half", "abort")) as server, asking(server.url, tmp_path) as (client, _ledger):
        client.ask([make_request()])
    assert stored_keys(tmp_path) == set()


def test_tokens_of_failed_attempts_count(tmp_path: Path) -> None:
    broken = json_of({**completion(usage=(7, 3)), "choices": []})
    with (
        chat_server(lambda _, before: broken if before < 2 else said()) as server,
        asking(server.url, tmp_path) as (client, ledger),
    ):
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert all_runs_of(ledger, "prompt_tokens", "completion_tokens", "money") == (24, 11, 35.0)
        assert all_runs_of(ledger, "failed_prompt_tokens", "failed_completion_tokens") == (14, 6)
        assert all_runs_of(ledger, "answers", "unreported") == (1, 0)


def test_an_answer_without_usage_counts_at_the_most_that_it_can_cost(tmp_path: Path) -> None:
    with chat_server(said(usage=None)) as server, asking(server.url, tmp_path) as (client, ledger):
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert all_runs_of(ledger, "answers", "answers_with_usage", "money", "unreported") == (1, 0, 0, 1)
        assert all_runs_of(ledger, "unreported_money_at_most") == (AT_MOST,)


def test_nobody_there_is_no_connection_and_costs_nothing(tmp_path: Path) -> None:
    with chat_server(said()) as server:
        pass
    with asking(server.url, tmp_path, attempts=2) as (client, ledger):
        assert client.ask([make_request()]) == [Failed("connection")]
        assert all_runs_of(ledger, "money", "unreported") == (0, 0)


def test_the_server_is_given_the_time_that_it_asks_for(tmp_path: Path) -> None:
    busy = Say(status=429, headers={"Retry-After": "0.3"})
    with (
        chat_server(lambda _, before: said() if before else busy) as server,
        asking(server.url, tmp_path) as (client, ledger),
    ):
        begun = time.monotonic()
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert time.monotonic() - begun >= 0.3
        assert run_of(ledger) == {"requests": 1, "answered": 1, "sent": 2, "retries": 1}


def test_no_server_makes_us_wait_longer_than_we_would(tmp_path: Path) -> None:
    busy = Say(status=429, headers={"Retry-After": "3600"})
    with (
        chat_server(lambda _, before: said() if before else busy) as server,
        asking(server.url, tmp_path, longest_wait_s=0.05) as (client, _ledger),
    ):
        begun = time.monotonic()
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert 0.05 <= time.monotonic() - begun < 5


def test_a_body_without_end_is_given_up(tmp_path: Path) -> None:
    with (
        chat_server(Say(b" " * ((16 << 20) + 1))) as server,
        asking(server.url, tmp_path, attempts=1) as (client, ledger),
    ):
        assert client.ask([make_request()]) == [Failed("bad_body")]
        assert all_runs_of(ledger, "unreported") == (1,)


def test_no_redirect_is_followed(tmp_path: Path) -> None:
    with chat_server(said()) as elsewhere:
        away = Say(status=307, headers={"Location": f"{elsewhere.url}/chat/completions"})
        with chat_server(away) as server, asking(server.url, tmp_path) as (client, _ledger):
            assert client.ask([make_request()]) == [Failed("refused_by_server", 307)]
    assert elsewhere.asked == {}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_ends_the_run_and_names_the_variable(tmp_path: Path, status: int) -> None:
    requests = [make_request(str(number)) for number in range(50)]
    with (
        chat_server(Say(status=status)) as server,
        asking(server.url, tmp_path, concurrency=2, key_variable="MY_KEY") as (client, ledger),
    ):
        with pytest.raises(ServerError, match=f"{status}: set MY_KEY"):
            client.ask(requests)
        sent = server.asked.total()
        assert sent < 10
        assert run_of(ledger)["failures"]["unauthorised"] == sent
        with pytest.raises(ServerError, match="set MY_KEY"):
            client.ask(requests)
    assert server.asked.total() == sent


def test_no_more_requests_are_taken_once_a_run_has_to_end(tmp_path: Path) -> None:
    taken = itertools.count()
    endless = (make_request(str(number)) for number in taken)
    with chat_server(Say(status=401)) as server, asking(server.url, tmp_path) as (client, _ledger):
        with pytest.raises(ServerError):
            list(client.ask_each(endless))
        assert next(taken) < 100


def test_a_run_that_ends_does_not_wait_for_its_pauses(tmp_path: Path) -> None:
    def answer(text: str, _before: int) -> Say:
        return Say(status=401, delay_s=0.05) if text == "1" else Say(status=429, headers={"Retry-After": "60"})

    with chat_server(answer) as server, asking(server.url, tmp_path) as (client, _ledger):
        begun = time.monotonic()
        with pytest.raises(ServerError):
            client.ask([make_request(text) for text in "01"])
        assert time.monotonic() - begun < 10


def test_a_spent_budget_stops_before_the_next_request_and_keeps_what_was_paid(tmp_path: Path) -> None:
    requests = [make_request(str(number)) for number in range(10)]
    at_most = float(requests[0].prompt_tokens_at_most(4096) + requests[0].max_tokens)
    budget = 2 * PAID + at_most  # two answers, and the third is one too many
    with (
        chat_server(said()) as server,
        asking(server.url, tmp_path, concurrency=1, budget=budget - 0.5) as (client, ledger),
    ):
        with pytest.raises(BudgetSpent) as caught:
            client.ask(requests)
        assert (caught.value.spent, caught.value.budget) == (2 * PAID, budget - 0.5)
        assert all_runs_of(ledger, "answers", "money") == (2, 2 * PAID)
    assert server.asked.total() == 2
    with chat_server(said()) as server, asking(server.url, tmp_path, concurrency=1, budget=budget) as (client, ledger):
        came = client.ask_each(requests)
        assert [index for index, _ in (next(came), next(came), next(came))] == [0, 1, 2]
        with pytest.raises(BudgetSpent):
            next(came)
        assert all_runs_of(ledger, "answers", "money") == (3, 3 * PAID)
        assert run_of(ledger)["cached"] == 2
    assert server.asked.total() == 1


def test_what_nobody_bills_is_free_for_the_next_attempt(tmp_path: Path) -> None:
    with (
        chat_server(lambda _, before: Say(status=500) if before < 3 else said()) as server,
        asking(server.url, tmp_path, budget=1.5 * AT_MOST) as (client, ledger),
    ):
        assert [type(result) for result in client.ask([make_request()])] == [Answer]
        assert all_runs_of(ledger, "money", "unreported") == (PAID, 0)


def test_requests_in_flight_count_against_the_budget(tmp_path: Path) -> None:
    requests = [make_request(str(number)) for number in range(4)]
    with (
        chat_server(said(delay_s=0.1)) as server,
        asking(server.url, tmp_path, concurrency=4, budget=2.5 * AT_MOST) as (client, ledger),
    ):
        with pytest.raises(BudgetSpent):
            client.ask(requests)
        assert all_runs_of(ledger, "answers") == (2,)
    assert server.asked.total() == 2
    assert len(stored_keys(tmp_path)) == 2


def test_a_damaged_answer_ends_the_run_after_what_is_under_way_and_is_not_asked_again(tmp_path: Path) -> None:
    with chat_server(said("b")) as server, asking(server.url, tmp_path) as (client, _ledger):
        client.ask([make_request("b")])
    with chat_server(said(delay_s=0.05)) as server, asking(server.url, tmp_path) as (client, ledger):
        answers = tmp_path / ANSWERS
        answers.write_bytes(answers.read_bytes().replace(b'"content": "b"', b'"content": "d"'))
        results = client.ask_each([make_request(text) for text in "abc"])
        assert next(results)[0] == 0
        with pytest.raises(StorageError, match="is damaged"):
            next(results)
        assert all_runs_of(ledger, "answers", "unreported") == (2, 0)
    assert server.asked == {"a": 1}


def test_an_answer_that_was_damaged_before_ends_the_run_before_anything_is_asked(tmp_path: Path) -> None:
    with chat_server(said()) as server, asking(server.url, tmp_path) as (client, _ledger):
        client.ask([make_request()])
    answers = tmp_path / ANSWERS
    answers.write_bytes(answers.read_bytes().replace(b"fine", b"find"))
    with pytest.raises(StorageError, match=r"answers\.jsonl: line 1 is damaged"), asking(server.url, tmp_path):
        pass


FULL = """
import resource, signal, sys
from pathlib import Path
from annotators.captioners.chat.client import ChatClient
from schemas.errors import StorageError
from tests.annotators.captioners.chat.builders import asking, make_request
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with asking(sys.argv[1], Path(sys.argv[2])) as (client, ledger):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        client.ask([make_request()])
    except StorageError as error:
        print(error, ledger.summary()["all_runs"]["money"])
"""


def test_an_answer_that_cannot_be_stored_ends_the_run_and_its_money_counts(tmp_path: Path) -> None:
    """A limit on the size of a file stands for the disk: the payment fits, the answer does not."""
    with chat_server(said("x" * 1000)) as server:
        command = [sys.executable, "-c", FULL, server.url, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"answers.jsonl: the disk is full; free space, then run again {PAID}\n"
    assert (tmp_path / LEDGER).read_text().count("\n") == 1
    assert (tmp_path / ANSWERS).read_bytes() == b""
