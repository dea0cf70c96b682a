"""Killed anywhere, the same command gives the same manifest, and computes no committed part again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.flows.corpora import build_small, make_corpus, manifest

REPOSITORY = Path(__file__).parents[2]
PLACES = 16


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("sources"), smears=6, films=4)


@pytest.fixture(scope="module")
def undisturbed(config: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return manifest(build_small(config, tmp_path_factory.mktemp("undisturbed") / "work"))


def run_until(config: Path, work: Path, place: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.flows.crash_driver", str(config), str(work), str(place)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def calls(work: Path) -> Counter[tuple[str, str]]:
    path = work / "log" / "calls.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter((call["stage"], call["key"]) for call in map(json.loads, lines))


def committed(work: Path) -> set[tuple[str, str]]:
    return {(path.parent.name, path.stem) for path in work.glob("*/*.parquet")}


@pytest.mark.slow
def test_killed_at_every_place_the_same_command_gives_the_same_manifest(
    config: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    places = int(run_until(config, tmp_path / "whole", 10**9).stdout)
    assert places > PLACES
    for place in range(1, places + 1, max(1, places // PLACES)):
        work = tmp_path / f"work-{place}"
        assert run_until(config, work, place).returncode == -signal.SIGKILL
        before, done = calls(work), committed(work)
        assert manifest(build_small(config, work)) == undisturbed, place
        again = set(calls(work) - before) & done
        assert not again, f"killed at {place}: committed parts were computed again"
        assert not list(work.rglob(".*.tmp")) or place  # leftovers are invisible to readers


@pytest.mark.slow
@pytest.mark.parametrize("seconds_after_first_part", [0.0, 1.0])
def test_the_whole_tree_of_a_real_build_may_be_killed(
    config: Path, undisturbed: bytes, tmp_path: Path, seconds_after_first_part: float
) -> None:
    work = tmp_path / "work"
    command = [sys.executable, "-m", "flows.cli", "build", str(config), "--work", str(work)]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, start_new_session=True) as driver:
        wait_for(lambda: bool(calls(work)), 120)
        time.sleep(seconds_after_first_part)
        tree = [driver_process := psutil.Process(driver.pid), *driver_process.children(recursive=True)]
        driver.kill()
    wait_for(lambda: not any(alive(process) for process in tree), 30)  # also the server and the workers end
    before, done = calls(work), committed(work)
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env={**os.environ})
    assert ended.returncode == 0, ended.stderr
    assert next(work.glob("release/*/manifest.json")).read_bytes() == undisturbed
    assert not set(calls(work) - before) & done
    assert not list(work.rglob(".*.tmp"))


def wait_for(condition: "object", seconds: float) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
