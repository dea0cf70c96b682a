"""One attempt over HTTP, by aiohttp, to which a request costs a sixth of what it costs others (docs/captions.md)."""

from io import BytesIO

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
)

from annotators.captioners.chat.address import Address
from annotators.captioners.chat.attempt import Attempt, judge, lost
from annotators.captioners.chat.settings import ServerSettings

LARGEST_BODY = 16 << 20  # bytes of a reply
IDLE_S = 4.0  # uvicorn, under most servers of models, closes an idle connection after 5


class Post:
    """Sends bodies to one address, over connections that are kept; follows no redirect and keeps no cookie.

    Within one event loop.
    """

    def __init__(self, address: Address, settings: ServerSettings, idle_s: float = IDLE_S) -> None:
        """A connection that was idle for `idle_s` is not used again."""
        self._address, self._settings, self._idle_s = address, settings, idle_s
        self._credential = address.credential.encode()
        self._headers = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "medregion"}
        if address.credential:
            self._headers["authorization"] = f"Bearer {address.credential}"
        self._session: ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def __call__(self, body: bytes) -> Attempt:
        self._session = self._session or self._opened()
        try:
            async with self._session.post(
                self._address.url,
                data=BytesIO(body),
                headers=self._headers,  # those of a session go to proxies too
                allow_redirects=False,
                proxy=self._address.proxy,
            ) as response:
                return await self._read(response)
        except (ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError):
            return lost("connection", sent=False)
        except TimeoutError:
            return lost("timed_out")
        except ClientError:
            return lost("connection")

    def _opened(self) -> ClientSession:
        settings = self._settings
        return ClientSession(
            connector=TCPConnector(limit=settings.concurrency, keepalive_timeout=self._idle_s),
            timeout=ClientTimeout(total=settings.timeout_s, connect=settings.connect_timeout_s),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
        )

    async def _read(self, response: ClientResponse) -> Attempt:
        received = bytearray()
        async for chunk in response.content.iter_any():
            received += chunk
            if len(received) > LARGEST_BODY:
                return lost("bad_body")
        if self._credential and self._credential in received:  # some proxies answer with the headers that they got
            return lost("bad_body")
        return judge(response.status, response.headers.get("retry-after"), bytes(received))
