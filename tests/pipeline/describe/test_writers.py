import json
from dataclasses import fields, replace
from typing import Any

import pytest

from pipeline.describe.captions import Describe, DescribeSeen
from pipeline.describe.settings import DescribeSettings, OpenaiSettings
from pipeline.describe.writers import check_writer
from pipeline.sources import SourceSettings
from schemas.errors import ConfigError, ServerError, WrongRun
from schemas.keys import canonical_hash

HERE, AWAY = "http://127.0.0.1:9/v1", "https://models.example/v1"


def asking(url: str = HERE, **settings: Any) -> DescribeSettings:
    return DescribeSettings(writer="openai", openai=OpenaiSettings(**{"url": url, "model": "m", **settings}))


def source(public: bool = False) -> SourceSettings:
    return SourceSettings(name="own", root="x", licence="MIT", public=public)


def test_rules_need_nothing() -> None:
    check_writer(DescribeSettings(), [source()])


def test_a_server_on_this_machine_may_be_asked_about_anything() -> None:
    check_writer(asking(), [source(), source(public=True)])


@pytest.mark.parametrize(
    ("allow_remote", "public", "said"),
    [
        (False, False, "allow_remote"),
        (False, True, "allow_remote"),
        (True, False, r"describe.openai.url: 'models.example' .*'own'.*public: true"),
    ],
)
def test_another_machine_needs_the_config_s_word_and_every_source_s(
    allow_remote: bool, public: bool, said: str
) -> None:
    with pytest.raises(ServerError, match=said):
        check_writer(asking(AWAY, allow_remote=allow_remote), [source(public=True), source(public)])


def test_another_machine_may_be_asked_where_both_say_so() -> None:
    check_writer(asking(AWAY, allow_remote=True), [source(public=True)])


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"model": ""}, "model"),
        ({"url": "nonsense"}, "url"),
        ({"prompt": "finding-1"}, "prompt"),
        ({"concurrency": 0}, "concurrency"),
        ({"regions_a_request": 0}, "regions_a_request"),
        ({"jpeg_quality": 101}, "jpeg_quality"),
        ({"temperature": float("nan")}, "temperature"),
        ({"budget": 1.0}, "budget"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError, match=rf"^describe\.openai\.{place}: "):
        check_writer(asking(**changed), [source()])


def test_the_writer_needs_its_settings() -> None:
    with pytest.raises(WrongRun, match=r"describe\.openai: .*url.*model"):
        check_writer(DescribeSettings(writer="openai"), [source()])


IN_THE_KEY: dict[str, Any] = {
    **{"model": "other", "image_side_px": 500, "crop_side_px": 100, "crop_context": 0.5, "jpeg_quality": 80},
    **{"regions_a_request": 4, "max_tokens": 999, "temperature": 0.7, "seed": 3},
}
IN_NO_KEY: dict[str, Any] = {
    **{"url": "http://localhost:1/v1", "concurrency": 3, "timeout_s": 9.0, "connect_timeout_s": 1.0, "attempts": 2},
    **{"backoff_s": 2.0, "longest_wait_s": 3.0, "allow_remote": True, "price_in": 1.0, "price_out": 2.0},
    **{"currency": "EUR", "budget": 5.0, "image_tokens": 9, "key_variable": "OTHER"},
}


def key(settings: DescribeSettings) -> str:
    return canonical_hash(json.loads(json.dumps(Describe(settings).settings())))


def test_every_setting_is_in_the_key_or_known_not_to_be() -> None:
    """The prompt stands there with the hash of its content."""
    named = {*IN_THE_KEY, *IN_NO_KEY, "prompt"}
    assert named == {field.name for field in fields(OpenaiSettings)}


@pytest.mark.parametrize("name", IN_THE_KEY)
def test_what_affects_the_texts_is_in_the_key(name: str) -> None:
    assert key(asking(**{name: IN_THE_KEY[name]})) != key(asking())


@pytest.mark.parametrize("name", IN_NO_KEY)
def test_where_and_how_hard_a_server_is_asked_is_in_no_key(name: str) -> None:
    assert key(asking(**{name: IN_NO_KEY[name]})) == key(asking())


def test_the_key_of_the_rules_does_not_know_of_servers() -> None:
    assert key(replace(asking(), writer="rules")) == key(DescribeSettings())
    assert key(asking()) != key(DescribeSettings())


def test_pixels_are_read_for_a_writer_that_looks_at_them_alone() -> None:
    assert set(DescribeSeen.reads["images"]) - set(Describe.reads["images"]) == {"image"}
    assert {name: DescribeSeen.reads[name] for name in ("selection", "regions")} == {
        name: Describe.reads[name] for name in ("selection", "regions")
    }
