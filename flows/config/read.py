"""YAML -> variables filled in -> overrides -> a frozen pydantic model, with errors that say where and what instead."""

import dataclasses
import difflib
import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, ValidationError

from schemas.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
VARIABLE = re.compile(r"\$\{(\w+)\}")
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


def read_settings(model: type[Model], path: Path, overrides: tuple[str, ...] = ()) -> Model:
    """Reads a config file; `overrides` are `key=value`, a dotted key of the config or a variable of its `set`."""
    raw = _read_yaml(path)
    variables = dict(raw.get("set") or {})
    for override in overrides:
        _override(raw, variables, override)
    raw = {**raw, **({"set": {name: str(value) for name, value in variables.items()}} if variables else {})}
    filled = _fill(raw, variables, "")
    try:
        return model.model_validate(filled)
    except ValidationError as error:
        raise _explained(model, error) from None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(str(path), "no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        first_line = str(error).splitlines()[0]
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where is not None else ""
        raise ConfigError(str(path), f"not readable as YAML{line}: {first_line}") from None
    if not isinstance(raw, dict):
        raise ConfigError(str(path), "expected a mapping of keys, as in examples/demo.yaml")
    return raw


def _override(raw: dict[str, Any], variables: dict[str, Any], override: str) -> None:
    """Changes `raw` and `variables`, which belong to `read_settings`."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}", "expected key=value")
    if key in variables:
        variables[key] = text
        return
    value, steps = yaml.safe_load(text), key.split(".")
    here: Any = raw
    for step in steps[:-1]:
        here = _step(here, step, key)
    if isinstance(here, list):
        here[_position(here, steps[-1], key)] = value
    else:
        here[steps[-1]] = value


def _step(here: Any, step: str, key: str) -> Any:
    if isinstance(here, list):
        return here[_position(here, step, key)]
    if here.get(step) is None:
        here[step] = {}
    if not isinstance(here[step], dict | list):
        raise ConfigError(f"--set {key}", f"{step!r} holds a value, not keys")
    return here[step]


def _position(here: list[Any], step: str, key: str) -> int:
    if not step.isdigit() or int(step) >= len(here):
        raise ConfigError(f"--set {key}", f"{step!r} is not a position from 0 to {len(here) - 1}")
    return int(step)


def _fill(value: Any, variables: Mapping[str, Any], place: str) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: _value_of(match.group(1), variables, place), value)
    if isinstance(value, list):
        return [_fill(entry, variables, f"{place}.{i}".lstrip(".")) for i, entry in enumerate(value)]
    if isinstance(value, dict):
        return {key: _fill(entry, variables, f"{place}.{key}".lstrip(".")) for key, entry in value.items()}
    return value


def _value_of(name: str, variables: Mapping[str, Any], place: str) -> str:
    if name not in variables:
        known = ", ".join(sorted(variables)) or "none is defined"
        raise ConfigError(place, f"${{{name}}} is not defined under `set:` ({known})")
    return str(variables[name])


def _explained(model: type[BaseModel], error: ValidationError) -> ConfigError:
    first = sorted(error.errors(include_url=False), key=lambda e: e["type"] not in UNKNOWN_KEY)[0]
    place = ".".join(map(str, first["loc"]))
    if first["type"] not in UNKNOWN_KEY:
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        return ConfigError(place, f"{first['msg'].removeprefix('Value error, ')}{more}")
    known = sorted(keys_at(model, first["loc"][:-1]))
    nearest = difflib.get_close_matches(str(first["loc"][-1]), known, n=1, cutoff=0.4)
    instead = f"did you mean {nearest[0]!r}?" if nearest else f"one of: {', '.join(known)}"
    return ConfigError(place, f"unknown key; {instead}")


def keys_at(model: Any, place: tuple[int | str, ...]) -> set[str]:
    """The keys that the config knows at a place, over all members of a union that stands there."""
    kinds = [model]
    for step in place:
        kinds = [found for kind in kinds for found in _below(kind, step)]
    return {key for kind in kinds for key in _fields(kind)}


def _below(kind: Any, step: int | str) -> list[Any]:
    if isinstance(step, int):
        return list(_members(get_args(kind)[0])) if get_args(kind) else []
    if get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
        return list(_members(get_args(kind)[1]))
    return [member for name, type_ in _fields(kind).items() if name == step for member in _members(type_)]


def _members(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in (Union, types.UnionType):
        yield from get_args(kind)
    else:
        yield kind


def _fields(kind: Any) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return {}
