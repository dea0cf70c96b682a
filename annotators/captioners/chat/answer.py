"""What comes back: an answer, or one word for why there is none."""

from dataclasses import dataclass
from typing import Literal, get_args

Reason = Literal[
    "refused_by_server",  # a status that asking again does not change
    "unauthorised",  # the credential; ends the run, and is counted
    "rate_limited",
    "server_error",
    "timed_out",
    "connection",  # none, or it broke
    "bad_body",  # not the JSON of a chat completion, or cut short on its way
    "cut_off",  # the answer reached `max_tokens`
    "content_filter",  # the server withheld it
    "unfinished",  # it ended in another way
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Usage:
    """Tokens, as the server counted them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Answer:
    """One whole reply; `finish_reason` and `model` are the server's own words, `usage` is None where it tells none."""

    content: str
    finish_reason: str
    usage: Usage | None
    model: str

    @property
    def is_final(self) -> bool:
        """Whether asking again would give the same: such an answer is kept."""
        return self.finish_reason in ("stop", "length", "content_filter")


@dataclass(frozen=True)
class Failed:
    """No answer, and why; never in the server's own words, since these may repeat what it was asked."""

    reason: Reason
    status: int | None = None  # of the last reply, where there was one


def outcome(answer: Answer) -> Answer | Failed:
    """The answer if it ended by itself."""
    if answer.finish_reason == "stop":
        return answer
    reasons: dict[str, Reason] = {"length": "cut_off", "content_filter": "content_filter"}
    return Failed(reasons.get(answer.finish_reason, "unfinished"), 200)
