"""Real builds whose texts a server writes, ended half-way: what was answered is neither lost nor asked again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from annotators.captioners.chat.journal import value_of, whole_lines
from tests.annotators.captioners.chat.server import ChatServer, Say, chat_server, said
from tests.annotators.captioners.prompted.honest import honest
from tests.flows.corpora import build_small, make_corpus, manifest

REPOSITORY = Path(__file__).parents[2]
PICTURES, CONCURRENCY = 12, 2

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("sources"), smears=PICTURES - 4, films=4)


def slowly(body: str, _before: int) -> Say:
    return said(honest(json.loads(body)), delay_s=0.25)


def ask_for(server: ChatServer, **more: Any) -> tuple[str, str]:
    settings = {"url": server.url, "model": "m", "concurrency": CONCURRENCY, "max_tokens": 100, **more}
    return "describe.writer=openai", f"describe.openai={json.dumps(settings)}"


def command(config: Path, work: Path, *settings: str) -> list[str]:
    overrides = [word for setting in settings for word in ("--set", setting)]
    return [sys.executable, "-m", "flows.cli", "build", str(config), "--work", str(work), "--workers", "2", *overrides]


@contextmanager
def building(config: Path, work: Path, *settings: str) -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen(
        command(config, work, *settings), cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with started:
        yield started


def finish(config: Path, work: Path, *settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(config, work, *settings), cwd=REPOSITORY, capture_output=True, text=True, check=False)


def answered(work: Path) -> set[str]:
    path = work.with_name(f"{work.name}.answers") / "answers.jsonl"
    return {value_of(line)["key"] for _, line in whole_lines(path)} if path.exists() else set()


def ledger(work: Path) -> list[dict[str, Any]]:
    path = work.with_name(f"{work.name}.answers") / "ledger.jsonl"
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def released(work: Path) -> bytes:
    return next(work.glob("release/*/manifest.json")).read_bytes()


def test_killed_while_it_asks_the_same_command_asks_for_the_rest_alone(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with chat_server(slowly, json.dumps) as server:
        undisturbed = manifest(build_small(config, tmp_path / "undisturbed", *ask_for(server)))
        before = server.asked.total()
        with building(config, work, *ask_for(server)) as driver:
            wait_for(lambda: len(answered(work)) >= 4)
            tree = [psutil.Process(driver.pid), *psutil.Process(driver.pid).children(recursive=True)]
            driver.kill()
        psutil.wait_procs(tree, timeout=30)
        time.sleep(0.5)  # what the server was at, it finishes
        stored, paid, asked = answered(work), {line["key"] for line in ledger(work)}, server.asked.total() - before
        assert 4 <= len(stored) < PICTURES
        assert stored <= paid
        ended = finish(config, work, *ask_for(server))
        assert ended.returncode == 0, ended.stderr
        assert server.asked.total() - before == asked + PICTURES - len(stored)
        assert asked - len(stored) <= CONCURRENCY  # asked, and killed before their answers were stored
    assert f"{PICTURES - len(stored)} answered, {len(stored)} known from before" in ended.stderr
    assert released(work) == undisturbed


def test_interrupted_while_it_asks_it_ends_soon_and_the_same_command_goes_on(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with chat_server(slowly, json.dumps) as server:
        with building(config, work, *ask_for(server)) as driver:
            wait_for(lambda: len(answered(work)) >= 2)
            os.kill(driver.pid, signal.SIGINT)
            begin = time.monotonic()
            _, told = driver.communicate(timeout=60)
            seconds = time.monotonic() - begin
        assert driver.returncode == 130, told
        assert "medregion build" in told
        assert seconds < 20
        stored, asked = answered(work), server.asked.total()
        assert len(stored) < PICTURES
        ended = finish(config, work, *ask_for(server))
        assert ended.returncode == 0, ended.stderr
        assert server.asked.total() == asked + PICTURES - len(stored)


def test_a_spent_budget_prints_how_to_go_on(config: Path, tmp_path: Path) -> None:
    work, prices = tmp_path / "work", {"price_out": 1e6}
    with chat_server(slowly, json.dumps) as server:
        ended = finish(config, work, *ask_for(server, **prices, budget=230.0))
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr
        last = ended.stderr.strip().splitlines()[-1]
        assert last.startswith("medregion: budget: up to ")
        assert last.endswith("--set describe.openai.budget=MORE")
        paid = sum(line["money"] for line in ledger(work))
        assert 0 < paid <= 230.0
        again = finish(config, work, *ask_for(server, **prices, budget=230.0), "describe.openai.budget=1e6")
        assert again.returncode == 0, again.stderr
        assert server.asked.total() == PICTURES
