"""What came of sending a request once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from annotators.captioners.chat.answer import Answer, Failed, Reason, Usage
from annotators.captioners.chat.reply import read_reply
from annotators.captioners.chat.retry import retry_after_s


@dataclass(frozen=True)
class Attempt:
    """`again`: another attempt may fare better, after `wait_s` or more. `billed`: the server may ask money for it."""

    result: Answer | Failed
    usage: Usage | None = None
    billed: bool = False
    again: bool = False
    wait_s: float | None = None


def judge(status: int, retry_after: str | None, body: bytes) -> Attempt:
    """A whole HTTP reply; the body of an error is not looked at."""
    if status == 200:
        return _judge_body(body)
    again = status in (408, 409, 425, 429) or status >= 500
    wait_s = retry_after_s(retry_after, datetime.now(UTC)) if again else None
    return Attempt(Failed(_reason(status), status), again=again, wait_s=wait_s)


def lost(reason: Reason, sent: bool = True) -> Attempt:
    """No whole reply; what was sent may have been worked on, and be billed."""
    return Attempt(Failed(reason), billed=sent, again=True)


def _judge_body(body: bytes) -> Attempt:
    reply = read_reply(body)
    if reply.answer is None:
        return Attempt(Failed("bad_body", 200), reply.usage, billed=True, again=True)
    return Attempt(reply.answer, reply.usage, billed=True)


def _reason(status: int) -> Reason:
    reasons: dict[int, Reason] = {
        401: "unauthorised",
        403: "unauthorised",
        408: "timed_out",
        429: "rate_limited",
    }
    return reasons.get(status, "server_error" if status >= 500 else "refused_by_server")
