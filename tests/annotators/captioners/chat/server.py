"""A server of chat completions on loopback that answers as a test says, and counts."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Lock, Thread
from time import sleep
from typing import Any


@dataclass(frozen=True)
class Say:
    """`cut_at`: bytes of the body after which the connection closes, though more were promised."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut_at: int | None = None

    @property
    def as_http(self) -> bytes:
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + self.body[: self.cut_at]


def completion(content: Any = "fine", finish: Any = "stop", usage: Any = (10, 5), **more: Any) -> dict[str, Any]:
    """The JSON of a chat completion; `usage` as (prompt, completion) tokens."""
    counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1]} if isinstance(usage, tuple) else usage
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    return {"model": "served-model", "choices": [choice], "usage": counts, **more}


def said(content: Any = "fine", finish: Any = "stop", usage: Any = (10, 5), delay_s: float = 0.0) -> Say:
    return Say(json.dumps(completion(content, finish, usage)).encode(), delay_s=delay_s)


@dataclass
class ChatServer:
    """`answer` gets what `read` takes from a body, and how often that was asked before."""

    answer: Callable[[str, int], Say]
    read: Callable[[dict[str, Any]], str]
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    most_at_once: int = 0
    now: int = 0
    connections: int = 0
    lock: Lock = field(default_factory=Lock)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Say:
        value = json.loads(body)
        text = self.read(value)
        with self.lock:
            before = self.asked[text]
            self.asked[text] += 1
            self.bodies.append(value)
            self.headers.append(headers)
            self.paths.append(path)
            self.now += 1
            self.most_at_once = max(self.most_at_once, self.now)
        say = self.answer(text, before)
        sleep(say.delay_s)
        with self.lock:
            self.now -= 1
        return say


def first_text(body: dict[str, Any]) -> str:
    """Of the user."""
    return str(body["messages"][1]["content"][0]["text"])


@contextmanager
def chat_server(
    answer: Callable[[str, int], Say] | Say,
    read: Callable[[dict[str, Any]], str] = first_text,
    tls: SSLContext | None = None,
) -> Iterator[ChatServer]:
    """Serves until the block ends; over TLS where a context is given."""
    served = ChatServer(answer if callable(answer) else lambda text, before: answer, read)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            served.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            say = served.take(self.path, headers, body)
            self.close_connection = say.cut_at is not None
            try:
                self.wfile.write(say.as_http)
            except OSError:  # whoever asked is gone
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            pass  # whoever asked is gone

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        served.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/v1"
        yield served
        server.shutdown()
        thread.join()
