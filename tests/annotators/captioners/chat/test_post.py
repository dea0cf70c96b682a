import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from socket import create_connection, create_server
from threading import Thread
from typing import TypeVar

import pytest
from yarl import URL

from annotators.captioners.chat.address import Address
from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.attempt import Attempt
from annotators.captioners.chat.post import IDLE_S, Post
from tests.annotators.captioners.chat.builders import make_settings
from tests.annotators.captioners.chat.server import chat_server, said

Result = TypeVar("Result")
BODY = b'{"messages": [{}, {"content": [{"text": "a"}]}]}'


def post_with(address: Address, work: Callable[[Post], Awaitable[Result]], idle_s: float = IDLE_S) -> Result:
    async def inside() -> Result:
        post = Post(address, make_settings(), idle_s)
        try:
            return await work(post)
        finally:
            await post.close()

    return asyncio.run(inside())


async def once(post: Post) -> Attempt:
    return await post(BODY)


@contextmanager
def listener(says: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A port, and what came there: each connection is answered with the same, whatever it is, and closed."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            connection, _ = server.accept()
            with connection:
                if not (data := connection.recv(65536)):
                    return
                heard.append(data)
                connection.sendall(says)

    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = Thread(target=serve)
        thread.start()
        yield port, heard
        create_connection(("127.0.0.1", port)).close()
        thread.join()


def test_another_machine_is_asked_by_way_of_the_proxy_with_its_credential() -> None:
    with chat_server(said()) as proxy:
        elsewhere = URL("http://models.example/v1/chat/completions")
        by_way = proxy.url.replace("http://", "http://me:secret@").removesuffix("/v1")
        attempt = post_with(Address(elsewhere, "", by_way), once)
    assert isinstance(attempt.result, Answer)
    assert proxy.paths == [str(elsewhere)]
    assert proxy.headers[0]["host"] == "models.example"
    assert proxy.headers[0]["proxy-authorization"] == "Basic bWU6c2VjcmV0"


def test_what_a_proxy_refuses_was_not_sent_and_the_credential_does_not_reach_it() -> None:
    url = URL("https://models.example/v1/chat/completions")
    with listener(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n") as (port, heard):
        attempt = post_with(Address(url, "sk-planted", f"http://127.0.0.1:{port}"), once)
    assert (attempt.result, attempt.billed) == (Failed("connection"), False)
    assert [data.partition(b"\r\n")[0] for data in heard] == [b"CONNECT models.example:443 HTTP/1.1"]
    assert b"sk-planted" not in heard[0]


def test_a_server_that_speaks_no_tls_gets_nothing() -> None:
    with listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as (port, heard):
        url = URL(f"https://127.0.0.1:{port}/v1/chat/completions")
        attempt = post_with(Address(url, "sk-planted"), once)
    assert (attempt.result, attempt.billed) == (Failed("connection"), False)
    assert BODY not in b"".join(heard)
    assert b"sk-planted" not in b"".join(heard)


@pytest.mark.parametrize("says", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"x" * 70_000])
def test_what_is_no_http_is_a_lost_reply_and_may_be_billed(says: bytes) -> None:
    with listener(says) as (port, heard):
        attempt = post_with(Address(URL(f"http://127.0.0.1:{port}/v1"), ""), once)
    assert (attempt.result, attempt.billed, attempt.again) == (Failed("connection"), True, True)
    assert len(heard) == 1  # nothing is sent twice unseen


def test_a_name_that_nobody_has_costs_nothing() -> None:
    attempt = post_with(Address(URL("http://nobody.invalid/v1"), ""), once)
    assert (attempt.result, attempt.billed) == (Failed("connection"), False)


def test_pictures_of_megabytes_are_sent_whole() -> None:
    body = BODY.ljust(5 << 20)
    with chat_server(said()) as server:
        attempt = post_with(Address(URL(f"{server.url}/chat/completions"), ""), lambda post: post(body))
    assert isinstance(attempt.result, Answer)
    assert server.headers[0]["content-length"] == str(len(body))


def test_a_connection_is_used_again_until_it_has_been_idle_too_long() -> None:
    async def thrice(post: Post) -> None:
        for pause_s in (0.0, 0.05, 0.5):
            await asyncio.sleep(pause_s)
            await post(BODY)

    with chat_server(said()) as server:
        post_with(Address(URL(f"{server.url}/chat/completions"), ""), thrice, idle_s=0.2)
    assert (server.asked.total(), server.connections) == (3, 2)
