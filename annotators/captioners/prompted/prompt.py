"""Prompts by name: what a model is told around the facts."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import yaml

from schemas.errors import ConfigError

PACKAGE = "annotators.captioners.prompts"
ENDING = ".yaml"
ECHO_WORDS = 8  # so many words in a row that stand in the prompt are no text about a picture
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Prompt:
    """One file; `sha256` is of its bytes. `region` is filled with a mark, `first` and `again` with what is asked."""

    name: str
    sha256: str
    system: str
    picture: str
    region: str
    no_facts: str
    first: str
    again: str
    reasons: Mapping[str, str]  # a failure of pipeline/describe/check.py -> how it is told

    def echoes(self, text: str) -> bool:
        """Whether a text repeats a stretch of what the model was told."""
        return not self._stretches.isdisjoint(_stretches(text))

    @cached_property
    def _stretches(self) -> frozenset[str]:
        return frozenset().union(*map(_stretches, (self.system, self.first, self.again)))


def prompt_names() -> list[str]:
    return sorted(each.name.removesuffix(ENDING) for each in files(PACKAGE).iterdir() if each.name.endswith(ENDING))


def read_prompt(name: str) -> Prompt:
    """One of ours by its name, or somebody's own by a path that ends in `.yaml`.

    Raises ConfigError, at `prompt`, where there is no such file, or it does not hold what a prompt holds.
    """
    if not name.endswith(ENDING):
        return _ours(name)
    try:
        return parsed_prompt(Path(name).name.removesuffix(ENDING), Path(name).read_bytes())
    except OSError as error:
        raise ConfigError("prompt", f"{name}: {error.strerror}") from error


@cache
def _ours(name: str) -> Prompt:
    known = prompt_names()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        instead = f"did you mean {nearest[0]!r}?" if nearest else f"one of: {', '.join(known)}"
        raise ConfigError("prompt", f"no prompt {name!r}; {instead}")
    return parsed_prompt(name, (files(PACKAGE) / f"{name}{ENDING}").read_bytes())


def parsed_prompt(name: str, content: bytes) -> Prompt:
    """Raises ConfigError as `read_prompt`."""
    try:
        told = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("prompt", f"{name}{ENDING} is not readable as YAML") from error
    wanted = {field.name for field in fields(Prompt)} - {"name", "sha256"}
    if not isinstance(told, dict) or set(told) != wanted:
        raise ConfigError("prompt", f"{name}{ENDING} must hold exactly: {', '.join(sorted(wanted))}")
    prompt = Prompt(name, sha256(content).hexdigest(), **told)
    _check_filled(prompt)
    return prompt


def _check_filled(prompt: Prompt) -> None:
    try:
        prompt.region.format(mark="")
        prompt.first.format(asked="")
        prompt.again.format(asked="", drafts="")
        filled = isinstance(prompt.reasons, dict)
    except (AttributeError, ValueError, LookupError):
        filled = False
    if not filled:
        raise ConfigError("prompt", f"{prompt.name}{ENDING} cannot be filled; compare it with findings-1{ENDING}")


def _stretches(text: str) -> set[str]:
    words = [word.lower() for word in _WORDS.findall(text)]
    return {" ".join(words[i : i + ECHO_WORDS]) for i in range(len(words) - ECHO_WORDS + 1)}
