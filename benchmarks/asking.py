"""The client of chat servers, against one that answers at once and a real one; each answer is stored and paid for.

The leanest client (`load.py`) asks the same in turns with it, so that what else the machine does hits both.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.chat.served import ServedChat
from annotators.captioners.chat.settings import ServerSettings
from benchmarks.load import rate
from benchmarks.rows import Row
from tests.flows.serving import save_chat_model, serving

REQUESTS, QUICK = 4000, 400
ROUNDS = 3
RATE = 1000.0
PICTURE_BYTES = 30_000  # a JPEG of 768 px of a film
CONCURRENCY = 64
REAL_REQUESTS = 200
REAL_ROUNDS, REAL_QUICK = 11, 1
REAL_CONCURRENCY = 8
SHARE = 0.85


@dataclass(frozen=True)
class Asked:
    """What asking took a request, by the clock and of processors."""

    seconds: float
    processor_s: float


def rates(folder: Path, quick: bool) -> Iterator[Row]:
    """Requests a second, with and without a picture in each; what share of a real server's own rate is left."""
    count = QUICK if quick else REQUESTS
    for name, size in (("text alone", 0), ("a picture of 30 kB", PICTURE_BYTES)):
        yield from _against_stub(folder, name, [_requests(count, size, turn) for turn in range(ROUNDS)])
    rounds = REAL_QUICK if quick else REAL_ROUNDS
    yield _against_real(folder, [_requests(REAL_REQUESTS, 0, turn, system="Write.") for turn in range(rounds)])


def _against_stub(folder: Path, name: str, rounds: Sequence[list[ChatRequest]]) -> Iterator[Row]:
    with _stub() as url:
        settings = ServerSettings(url=url, model="m", concurrency=CONCURRENCY)
        alone, ours = [], []
        for requests in rounds:
            alone.append(_rate_alone(settings, requests))
            ours.append(_ask(settings, requests, folder))
    what = f"client of openai, instant stub, {name}"
    samples = [1 / each.seconds for each in ours]
    yield Row(what, "requests/s", samples, "higher", RATE, peer=median(alone), peer_name="the leanest client")
    yield Row(f"{what}, of a processor", "ms/request", [1000 * each.processor_s for each in ours], "lower", 1000 / RATE)


def _against_real(folder: Path, rounds: Sequence[list[ChatRequest]]) -> Row:
    """`transformers serve`, whose answers a tiny model of random weights writes on one core."""
    model = save_chat_model(folder / "model")
    with serving(model, folder / "log") as url:
        settings = ServerSettings(url=url, model=str(model), concurrency=REAL_CONCURRENCY, attempts=1)
        _rate_alone(settings, rounds[0][:REAL_CONCURRENCY])  # the model is loaded
        turns = [
            _in_turns(settings, requests, folder, ours_first=turn % 2 == 1) for turn, requests in enumerate(rounds)
        ]
    shares = [ours / alone for ours, alone in turns]
    what = "client of openai, transformers serve, share of the leanest client's rate"
    return Row(what, "share", shares, "higher", SHARE, peer=median(alone for _, alone in turns), peer_name="requests/s")


def _in_turns(
    settings: ServerSettings, requests: list[ChatRequest], folder: Path, ours_first: bool
) -> tuple[float, float]:
    """Requests a second of the client and of the leanest one."""
    if ours_first:
        return 1 / _ask(settings, requests, folder).seconds, _rate_alone(settings, requests)
    alone = _rate_alone(settings, requests)
    return 1 / _ask(settings, requests, folder).seconds, alone


@contextmanager
def _stub() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        finally:
            server.kill()


def _ask(settings: ServerSettings, requests: list[ChatRequest], folder: Path) -> Asked:
    """With every answer on the disk."""
    first, rest = requests[: settings.concurrency], requests[settings.concurrency :]
    with tempfile.TemporaryDirectory(dir=folder) as answers, ServedChat(settings, Path(answers)) as chat:
        chat.ask(first)  # connections are open, the files are made
        start, processor = time.perf_counter(), time.process_time()
        chat.ask(rest)
        seconds, processor_s = time.perf_counter() - start, time.process_time() - processor
        summary = chat.summary()
    assert summary is not None
    assert summary["run"]["sent"] == len(requests)
    return Asked(seconds / len(rest), processor_s / len(rest))


def _rate_alone(settings: ServerSettings, requests: list[ChatRequest]) -> float:
    bodies = [json.dumps(request.body(settings.model)).encode() for request in requests]
    return rate(settings.url, bodies, settings.concurrency)


def _requests(count: int, size: int, turn: int, system: str = "Write. " * 300) -> list[ChatRequest]:
    """Each different from every other, of all turns; with a picture of that many bytes."""
    texts = [f"{turn} {number}" for number in range(count)]
    pictures = [(ImagePart(text.encode().ljust(size, b"x")),) if size else () for text in texts]
    return [
        ChatRequest(system, (*picture, TextPart(text)), "texts", {"type": "object"}, 2048)
        for text, picture in zip(texts, pictures, strict=True)
    ]
