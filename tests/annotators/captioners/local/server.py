"""A server of chat completions on loopback behind which a local model writes: schemas are enforced, not promised."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
from annotators.captioners.local.chat import LocalChat


@dataclass
class LocalServer:
    """`requests` are those that were asked, as they were understood; `most_at_once` were under way together."""

    chat: LocalChat
    url: str = ""
    requests: list[ChatRequest] = field(default_factory=list)
    most_at_once: int = 0
    _under_way: int = 0
    _counting: Lock = field(default_factory=Lock)
    _writing: Lock = field(default_factory=Lock)

    def complete(self, body: dict[str, Any]) -> dict[str, Any]:
        """Of a body of chat completions its reply. Raises KeyError, TypeError or ValueError for what is none."""
        request = read_request(body)
        with self._counting:
            self.requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        with self._writing:
            (answer,) = self.chat.ask([request])
        with self._counting:
            self._under_way -= 1
        return {"model": body["model"], **_completion(answer)}


def _completion(answer: Answer | Failed) -> dict[str, Any]:
    """What failed here was cut off."""
    if isinstance(answer, Failed):
        return {"choices": [{"message": {"role": "assistant", "content": ""}, "finish_reason": "length"}]}
    choice = {"message": {"role": "assistant", "content": answer.content}, "finish_reason": answer.finish_reason}
    return {"choices": [choice], "usage": asdict(answer.usage) if answer.usage else None}


def read_request(body: dict[str, Any]) -> ChatRequest:
    """The request whose `body` it is."""
    system, user = body["messages"]
    asked = body["response_format"]["json_schema"]
    if body["response_format"]["type"] != "json_schema" or not asked["strict"]:
        raise ValueError("no strict schema")
    return ChatRequest(
        system=system["content"],
        user=tuple(map(_part, user["content"])),
        schema_name=asked["name"],
        schema=asked["schema"],
        max_tokens=body["max_tokens"],
        temperature=body["temperature"],
        seed=body.get("seed"),
    )


def _part(part: dict[str, Any]) -> TextPart | ImagePart:
    if part["type"] == "text":
        return TextPart(part["text"])
    head, data = part["image_url"]["url"].split(";base64,")
    return ImagePart(base64.b64decode(data, validate=True), head.removeprefix("data:"))


@contextmanager
def local_server(chat: LocalChat) -> Iterator[LocalServer]:
    """Serves until the block ends; one answer is written at a time."""
    served = LocalServer(chat)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, reply = 200, served.complete(body)
            except (KeyError, TypeError, ValueError) as error:
                status, reply = 400, {"error": {"message": str(error)}}
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield served
        server.shutdown()
        thread.join()
