from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from annotators.captioners.chat.payment import Prices
from annotators.captioners.chat.settings import ServerSettings, check
from schemas.errors import ConfigError
from tests.annotators.captioners.chat.builders import make_settings


def test_a_config_needs_an_address_and_a_model_alone() -> None:
    settings = TypeAdapter(ServerSettings).validate_python({"url": "http://127.0.0.1:8000/v1", "model": "m"})
    assert settings == ServerSettings(url="http://127.0.0.1:8000/v1", model="m")
    assert (settings.key_variable, settings.allow_remote, settings.budget) == ("MEDREGION_OPENAI_KEY", False, None)
    assert settings.prices == Prices(0.0, 0.0, "USD")
    check(settings)


@pytest.mark.parametrize("wrong", [{}, {"url": "u"}, {"url": "u", "model": "m", "key": "sk-1"}])
def test_a_missing_or_unknown_key_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ServerSettings).validate_python(wrong)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("model", ""),
        ("concurrency", 0),
        ("timeout_s", 0.0),
        ("timeout_s", float("nan")),
        ("connect_timeout_s", -1.0),
        ("attempts", 0),
        ("backoff_s", -0.1),
        ("longest_wait_s", float("inf")),
        ("price_in", -1.0),
        ("price_out", float("nan")),
        ("image_tokens", -1),
        ("budget", -1.0),
        ("budget", float("nan")),
    ],
)
def test_a_value_that_makes_no_sense_names_its_place(place: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        check(make_settings(**{place: value}))
    assert caught.value.place == place


def test_a_budget_needs_prices() -> None:
    with pytest.raises(ConfigError, match="budget: means nothing without prices"):
        check(make_settings(price_in=0.0, price_out=0.0, budget=5.0))
    check(make_settings(price_in=0.0, price_out=1.0, budget=0.0))
