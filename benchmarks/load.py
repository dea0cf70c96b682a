"""The leanest client: what a server can do if nobody thinks about its answers."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from benchmarks.messages import Messages


def rate(url: str, bodies: Sequence[bytes], concurrency: int) -> float:
    """Requests a second, over as many connections; each answer must be a 200."""
    return len(bodies) / asyncio.run(_seconds(url, bodies, concurrency))


async def _seconds(url: str, bodies: Sequence[bytes], concurrency: int) -> float:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    head = (
        f"POST {address.path}/chat/completions HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
    )
    requests = iter([b"%scontent-length: %d\r\n\r\n%s" % (head.encode(), len(body), body) for body in bodies])
    done: asyncio.Queue[Exception | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    for _ in range(concurrency):
        await loop.create_connection(lambda: Asker(requests, done), address.hostname, address.port)
    for _ in bodies:
        if (error := await done.get()) is not None:
            raise error
    return time.perf_counter() - start


class Asker(Messages):
    """Sends the next request when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], done: "asyncio.Queue[Exception | None]") -> None:
        super().__init__()
        self._requests, self._done = requests, done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._ask()

    def take(self, message: bytes) -> None:
        status = message.partition(b"\r\n")[0]
        self._done.put_nowait(None if b" 200 " in status else RuntimeError(f"the server said {status.decode()}"))
        self._ask()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.transport.close()
        else:
            self.transport.write(request)
