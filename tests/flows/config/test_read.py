from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from flows.config.read import keys_at, read_settings
from schemas.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Label:
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    name: str
    root: str = "."
    labels: dict[str, Label] = field(default_factory=dict)


class Corpus(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    set: dict[str, str] = {}
    sources: tuple[Source, ...] = ()
    limit: int = 3


def read(folder: Path, text: str, *overrides: str) -> Corpus:
    path = folder / "corpus.yaml"
    path.write_text(text)
    return read_settings(Corpus, path, overrides)


def test_a_config_reads_into_frozen_settings(tmp_path: Path) -> None:
    corpus = read(tmp_path, "name: a\nsources: [{name: s, labels: {RBC: {kind: cell}}}]")
    assert corpus.sources == (Source(name="s", labels={"RBC": Label(kind="cell")}),)


def test_variables_are_filled_in_and_overridden(tmp_path: Path) -> None:
    text = "name: a\nset: {data: there}\nsources: [{name: s, root: '${data}/x'}]"
    assert read(tmp_path, text).sources[0].root == "there/x"
    assert read(tmp_path, text, "data=here").sources[0].root == "here/x"


def test_overrides_reach_any_key(tmp_path: Path) -> None:
    text = "name: a\nsources: [{name: s}]"
    corpus = read(tmp_path, text, "limit=5", "sources.0.root=r", "sources.0.labels.WBC.kind=cell")
    assert (corpus.limit, corpus.sources[0].root, corpus.sources[0].labels["WBC"].kind) == (5, "r", "cell")


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "corpus.yaml", "expected a mapping"),
        ("a: [", "corpus.yaml", "not readable as YAML at line 1"),
        ("limit: 3", "name", "Field required"),
        ("name: a\nlimt: 3", "limt", "unknown key; did you mean 'limit'?"),
        ("name: a\nzzzzzz: 3", "zzzzzz", "unknown key; one of: limit, name, set, sources"),
        ("name: a\nsources: [{name: s, rot: x}]", "sources.0.rot", "did you mean 'root'?"),
        (
            "name: a\nsources: [{name: s, labels: {RBC: {kin: x}}}]",
            "sources.0.labels.RBC.kin",
            "did you mean 'kind'?",
        ),
        ("name: a\nlimit: many", "limit", "Input should be a valid integer"),
        ("name: a\nsources: [{name: '${who}'}]", "sources.0.name", r"${who} is not defined"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, place: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.place.endswith(place)
    assert problem in caught.value.problem


@pytest.mark.parametrize("override", ["limit", "=3", "sources.4.root=x", "sources.x.root=x", "name.first=x"])
def test_a_malformed_override_is_refused(tmp_path: Path, override: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, "name: a\nsources: [{name: s}]", override)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_settings(Corpus, tmp_path / "none.yaml")


def test_keys_are_known_at_every_place() -> None:
    assert keys_at(Corpus, ()) == {"name", "set", "sources", "limit"}
    assert keys_at(Corpus, ("sources", 0)) == {"name", "root", "labels"}
    assert keys_at(Corpus, ("sources", 0, "labels", "RBC")) == {"kind"}
    assert keys_at(Corpus, ("limit", "x")) == set()
