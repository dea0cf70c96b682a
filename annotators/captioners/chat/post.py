"""One attempt over HTTP.

By httpx2 and not httpx, which is locked as well: the hub's client under transformers needs it, so it comes with every
install, and a request costs it a quarter less of a processor (0.63 to 0.85 ms, measured with small bodies on loopback).
"""

import asyncio

import httpx2

from annotators.captioners.chat.address import Address
from annotators.captioners.chat.attempt import Attempt, judge, lost
from annotators.captioners.chat.settings import ServerSettings

LARGEST_BODY = 16 << 20  # bytes of a reply
IDLE_S = 4.0  # uvicorn, under most servers of models, closes an idle connection after 5


class Post:
    """Sends bodies to one address, over connections that are kept; follows no redirect and keeps no cookie.

    Within one event loop.
    """

    def __init__(self, address: Address, settings: ServerSettings) -> None:
        self._url = address.url
        self._timeout_s = settings.timeout_s
        self._credential = address.credential.encode()
        self._headers = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "medregion"}
        if address.credential:
            self._headers["authorization"] = f"Bearer {address.credential}"
        self._extensions = {"timeout": {"connect": settings.connect_timeout_s}}  # the rest is one timeout over all
        self._client = httpx2.AsyncClient(
            trust_env=False,
            proxy=address.proxy,
            verify=bool(address.url.scheme == "https" or address.proxy),  # else a tenth of a second for nothing
            limits=httpx2.Limits(
                max_connections=settings.concurrency,
                max_keepalive_connections=settings.concurrency,
                keepalive_expiry=IDLE_S,
            ),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def __call__(self, body: bytes) -> Attempt:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(body)
        except TimeoutError:
            return lost("timed_out")
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError):
            return lost("connection", sent=False)
        except httpx2.TransportError:
            return lost("connection")

    async def _exchange(self, body: bytes) -> Attempt:
        request = httpx2.Request("POST", self._url, content=body, headers=self._headers, extensions=self._extensions)
        response = await self._client.send(request, stream=True)
        received = bytearray()
        try:
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > LARGEST_BODY:
                    return lost("bad_body")
        finally:
            await response.aclose()
        if self._credential and self._credential in received:  # some proxies answer with the headers that they got
            return lost("bad_body")
        return judge(response.status_code, response.headers.get("retry-after"), bytes(received))
