"""Which server is asked, how hard, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from annotators.captioners.chat.payment import Prices
from schemas.errors import ConfigError

FORBID_EXTRA: Mapping[str, Any] = {"extra": "forbid"}  # read by pydantic, which this room does not import


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """`url` is the address under which `/chat/completions` lies, as in `http://127.0.0.1:8000/v1`.

    The credential is the value of the environment variable `key_variable` and stands nowhere else; a server on this
    machine may do without. Prices are for a million tokens; `budget` is for the whole life of a ledger.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    url: str
    model: str
    key_variable: str = "MEDREGION_OPENAI_KEY"
    concurrency: int = 8  # requests that are sent and not answered yet
    timeout_s: float = 120.0  # for one attempt as a whole
    connect_timeout_s: float = 10.0
    attempts: int = 5
    backoff_s: float = 1.0  # before the second attempt, at most; doubled with each
    longest_wait_s: float = 60.0
    allow_remote: bool = False  # whether what is asked may leave this machine
    price_in: float = 0.0
    price_out: float = 0.0
    currency: str = "USD"
    budget: float | None = None
    image_tokens: int = 4096  # of one picture at most; for the budget alone

    @property
    def prices(self) -> Prices:
        return Prices(self.price_in, self.price_out, self.currency)


def check(settings: ServerSettings) -> None:
    """Raises ConfigError for the first value that makes no sense."""
    if not settings.model:
        raise ConfigError("model", "empty; name a model that the server has")
    for name, least, most in (
        ("concurrency", 1, 1024),
        ("timeout_s", 0.01, 86_400.0),
        ("connect_timeout_s", 0.01, 3_600.0),
        ("attempts", 1, 100),
        ("backoff_s", 0.0, 3_600.0),
        ("longest_wait_s", 0.0, 86_400.0),
        ("price_in", 0.0, 1e9),
        ("price_out", 0.0, 1e9),
        ("image_tokens", 0, 10_000_000),
    ):
        value = getattr(settings, name)
        if not least <= value <= most:
            raise ConfigError(name, f"{value}; from {least} to {most} are possible")
    if settings.budget is not None and not 0 <= settings.budget < float("inf"):
        raise ConfigError("budget", f"{settings.budget} is no sum of money")
    if settings.budget is not None and settings.price_in == settings.price_out == 0:
        raise ConfigError("budget", "means nothing without prices; set `price_in` and `price_out`")
