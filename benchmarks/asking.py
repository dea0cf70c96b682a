"""The client of chat servers against one that answers at once, each answer stored and paid for durably."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.chat.served import ServedChat
from annotators.captioners.chat.settings import ServerSettings
from benchmarks.rows import Row

REQUESTS, QUICK = 4000, 400
ROUNDS = 3
RATE = 1000.0
PICTURE_BYTES = 30_000  # a JPEG of 768 px of a film
CONCURRENCY = 64


def rates(folder: Path, quick: bool) -> Iterator[Row]:
    """Requests a second, with and without a picture in each."""
    count = QUICK if quick else REQUESTS
    for name, size, target in (("text alone", 0, RATE), ("a picture of 30 kB", PICTURE_BYTES, RATE)):
        with stub() as url:
            samples = [count / _seconds(url, requests_of(count, size, turn), folder) for turn in range(ROUNDS)]
        yield Row(f"client of openai, instant stub, {name}", "requests/s", samples, "higher", target)


@contextmanager
def stub() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        finally:
            server.kill()


def requests_of(count: int, size: int, turn: int) -> list[ChatRequest]:
    """Each different from every other, of all turns."""
    return [_request(f"{turn} {number}", size) for number in range(count)]


def _seconds(url: str, requests: list[ChatRequest], folder: Path) -> float:
    """For all, with every answer on the disk."""
    count, settings = len(requests), ServerSettings(url=url, model="m", concurrency=CONCURRENCY)
    with tempfile.TemporaryDirectory(dir=folder) as answers, ServedChat(settings, Path(answers)) as chat:
        chat.ask(requests[:CONCURRENCY])  # connections are open, the folder is made
        start = time.perf_counter()
        chat.ask(requests[CONCURRENCY:])
        return (time.perf_counter() - start) * count / (count - CONCURRENCY)


def _request(text: str, size: int) -> ChatRequest:
    picture = (ImagePart(text.encode().ljust(size, b"x")),) if size else ()
    return ChatRequest("Write. " * 300, (*picture, TextPart(text)), "texts", {"type": "object"}, 2048)
