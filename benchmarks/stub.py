"""`python -m benchmarks.stub`: a server of chat completions that answers at once; prints its port."""

import asyncio
import json
import sys

from benchmarks.messages import Messages

CONTENT = json.dumps({"summary": "A smear.", "report": "A smear."})
BODY = json.dumps(
    {
        "model": "stub",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": CONTENT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 12},
    }
).encode()
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY


class Stub(Messages):
    """Replies to whatever comes."""

    def take(self, message: bytes) -> None:
        self.transport.write(REPLY)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
