"""A process that is killed while it asks: what it paid for is neither lost nor asked again."""

import itertools
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from annotators.captioners.chat.answer import Answer
from annotators.captioners.chat.journal import value_of, whole_lines
from tests.annotators.captioners.chat.builders import LEDGER, all_runs_of, asking, make_request, run_of, stored_keys
from tests.annotators.captioners.chat.server import Say, chat_server, said

COUNT, CONCURRENCY = 50, 4
TEXTS = [str(number) for number in range(COUNT)]
KEYS = {make_request(text).key("m"): text for text in TEXTS}
PAID = 15.0

CHILD = """
import sys
from pathlib import Path
from tests.annotators.captioners.chat.builders import asking, make_request
url, folder, count, concurrency = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with asking(url, folder, concurrency=concurrency) as (client, _ledger):
    client.ask([make_request(str(number)) for number in range(count)])
"""


DYING = """
import os, signal, sys
write, sync, left = os.write, os.fsync, int(sys.argv.pop())

def dying(call):
    def counted(file, *data):
        global left
        left -= 1
        if left == 0:
            for each in data:
                write(file, each[: len(each) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return call(file, *data)
    return counted

os.write, os.fsync = dying(write), dying(sync)
"""


def slow(text: str, _before: int) -> Say:
    return said(text, delay_s=0.02)


def said_back(text: str, _before: int) -> Say:
    return said(text, delay_s=0.05)  # so that answers of different turns are different writes


def ledger_lines(folder: Path) -> list[dict[str, Any]]:
    return [value_of(line) for _, line in whole_lines(folder / LEDGER)]


def test_no_stored_answer_is_asked_again_after_a_kill_and_the_ledger_adds_up(tmp_path: Path) -> None:
    with chat_server(slow) as server:
        child = subprocess.Popen([sys.executable, "-c", CHILD, server.url, tmp_path, str(COUNT), str(CONCURRENCY)])
        deadline = time.monotonic() + 60
        while len(stored_keys(tmp_path)) < 15 and time.monotonic() < deadline:
            time.sleep(0.002)
        child.kill()
        assert child.wait() == -9
        time.sleep(0.1)  # what the server was at, it finishes
        stored = stored_keys(tmp_path)
        paid = [line["key"] for line in ledger_lines(tmp_path)]
        asked = dict(server.asked)
        assert 15 <= len(stored) < COUNT
        assert stored <= set(paid)

        with asking(server.url, tmp_path, concurrency=CONCURRENCY) as (client, ledger):
            results = client.ask([make_request(text) for text in TEXTS])
            assert [result.content for result in results if isinstance(result, Answer)] == TEXTS
            again = COUNT - len(stored)
            assert run_of(ledger) == {"requests": COUNT, "cached": len(stored), "answered": again, "sent": again}
            answers = len(paid) + again
            assert all_runs_of(ledger, "answers", "money") == (answers, answers * PAID)
            assert all_runs_of(ledger, "prompt_tokens", "completion_tokens") == (answers * 10, answers * 5)
    for key, text in KEYS.items():
        assert server.asked[text] == (1 if key in stored else asked.get(text, 0) + 1)
    assert set(KEYS) == stored_keys(tmp_path)
    assert server.asked.total() - answers <= CONCURRENCY  # asked, and killed before their answers were read


@pytest.mark.slow
def test_wherever_it_dies_what_was_stored_was_paid_and_the_rest_is_asked_for_once_more(tmp_path: Path) -> None:
    """At each write, half of which is done, and at each flush; until there is none left to die at."""
    texts = [str(number) for number in range(4)]
    requests = [make_request(text) for text in texts]
    for place in itertools.count(1):
        folder = tmp_path / str(place)
        folder.mkdir()
        with chat_server(said_back) as server:
            command = [sys.executable, "-c", DYING + CHILD, server.url, str(folder), str(len(texts)), "2", str(place)]
            ended = subprocess.run(command, check=False).returncode
            time.sleep(0.3)  # what it sent, the server reads
            before = dict(server.asked)
            stored = stored_keys(folder)
            with asking(server.url, folder) as (client, ledger):
                paid = [line["key"] for line in ledger_lines(folder)]
                results = client.ask(requests)
                assert [result.content for result in results if isinstance(result, Answer)] == texts
                assert run_of(ledger).get("cached", 0) == len(stored)
                assert all_runs_of(ledger, "money") == ((len(paid) + len(texts) - len(stored)) * PAID,)
        assert stored <= set(paid)
        assert sum(before.values()) - len(paid) <= 2
        for request, text in zip(requests, texts, strict=True):
            assert server.asked[text] - before.get(text, 0) == (request.key("m") not in stored)
        if ended == 0:
            assert len(stored) == len(texts)
            break
        assert ended == -9
    assert place > 4 + 2 * len(texts)
