from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from annotators.captioners.prompted.prompt import PACKAGE, parsed_prompt, prompt_names, read_prompt
from pipeline.describe.check import FAILURES
from pipeline.describe.checked_texts import SILENT, UNANSWERED
from schemas.errors import ConfigError


def content(name: str) -> bytes:
    return (files(PACKAGE) / f"{name}.yaml").read_bytes()


@pytest.mark.parametrize("name", prompt_names())
def test_every_prompt_is_whole_and_explains_every_failure(name: str) -> None:
    prompt = read_prompt(name)
    assert set(prompt.reasons) == {*FAILURES, SILENT, UNANSWERED}
    assert "r7" in prompt.region.format(mark="r7")
    assert "summary" in prompt.first.format(asked="summary")
    assert "a draft" in prompt.again.format(drafts="a draft", asked="summary")
    assert "{" not in prompt.system


def test_a_name_that_is_none_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'findings-1'"):
        read_prompt("finding-1")
    with pytest.raises(ConfigError, match=r"no prompt '../x'; one of: findings-1"):
        read_prompt("../x")
    with pytest.raises(ConfigError, match=r"prompt: nowhere/x\.yaml: No such file"):
        read_prompt("nowhere/x.yaml")


def test_somebody_s_own_is_read_by_its_path(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(content("findings-1"))
    assert read_prompt(str(own)) == replace(read_prompt("findings-1"), name="own")


@pytest.mark.parametrize(
    "damaged", [b"", b"[]", b"{", b"\xff", b"system: only this", content("findings-1") + b"\nmore: 1\n"]
)
def test_a_file_that_holds_something_else_is_none(damaged: bytes) -> None:
    with pytest.raises(ConfigError, match=r"prompt: findings-2\.yaml"):
        parsed_prompt("findings-2", damaged)


@pytest.mark.parametrize("broken", [b"{asked} {more}", b"{asked", b"{0}"])
def test_a_file_that_cannot_be_filled_is_none(broken: bytes) -> None:
    with pytest.raises(ConfigError, match="cannot be filled"):
        parsed_prompt("findings-2", content("findings-1").replace(b"{asked}", broken, 1))


def test_another_word_is_another_prompt() -> None:
    changed = content("findings-1").replace(b"plain text", b"simple text", 1)
    assert parsed_prompt("findings-1", changed).sha256 != read_prompt("findings-1").sha256


def test_what_repeats_the_prompt_is_known_whatever_its_case_and_marks() -> None:
    prompt = read_prompt("findings-1")
    for told in (prompt.system, prompt.again):
        assert prompt.echoes(f"Well: {told.upper().replace(' ', ' - ')}")
    assert not prompt.echoes("")
    assert not prompt.echoes("An axial CT image of the chest with a nodule in the upper left of the image.")
