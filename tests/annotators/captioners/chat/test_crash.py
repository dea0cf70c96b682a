"""A process that is killed while it asks: what it paid for is neither lost nor asked again."""

import json
import subprocess
import sys
import time
from pathlib import Path

from annotators.captioners.chat.answer import Answer
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


def slow(text: str, _before: int) -> Say:
    return said(text, delay_s=0.02)


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
        lines = [json.loads(line) for line in (tmp_path / LEDGER).read_bytes().split(b"\n")[:-1]]
        paid = [line["key"] for line in lines]
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
