"""HTTP messages: a head and as many bytes as it promises, from an other side that keeps to the simplest form."""

import asyncio
import re

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Messages(asyncio.Protocol):
    """Calls `take` with each message that came."""

    def __init__(self) -> None:
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        length = LENGTH.search(self._received, 0, max(end, 0))
        if length is not None and len(self._received) >= end + 4 + int(length[1]):
            message = bytes(self._received)
            self._received.clear()
            self.take(message)

    def take(self, message: bytes) -> None:
        raise NotImplementedError
