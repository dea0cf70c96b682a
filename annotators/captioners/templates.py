"""The words of the rule-based writer: YAML documents and their content hash, and the choice between variants."""

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

PACKAGE = "annotators.captioners"
FOLDER = "templates"
DOCUMENTS = ("acquisition", "region", "report", "labels")
TABLES = ("nouns.csv",)


def template_text(name: str) -> str:
    return (files(PACKAGE) / FOLDER / name).read_text(encoding="utf-8")


@cache
def templates_sha256() -> str:
    """Over all template files: a changed word changes the keys of captions."""
    names = (*(f"{document}.yaml" for document in DOCUMENTS), *TABLES)
    return contents_sha256({name: (files(PACKAGE) / FOLDER / name).read_bytes() for name in names})


def contents_sha256(contents: Mapping[str, bytes]) -> str:
    """Over names and bytes, whatever their order."""
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@cache
def phrases(document: str, *path: str) -> Any:
    """What stands at a path of a document, lists as tuples; KeyError where nothing does."""
    here = _document(document)
    for step in path:
        here = here[step]
    return here


def has_phrases(document: str, *path: str) -> bool:
    here = _document(document)
    for step in path:
        if step not in here:
            return False
        here = here[step]
    return True


@cache
def _document(name: str) -> Any:
    return _frozen(yaml.safe_load(template_text(f"{name}.yaml")))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@lru_cache(maxsize=1 << 14)
def chosen(seed: str, purpose: str, count: int, turn: int = 0) -> int:
    """An index below `count` from a hash of the seed (an image's or region's id) and the purpose.

    With two or more variants, turn 1 never gives what turn 0 gives: a paraphrase takes other words.
    """
    digest = hashlib.blake2b(f"{purpose}\x1f{seed}".encode(), digest_size=8).digest()
    first = int.from_bytes(digest[:4], "big") % count
    if turn == 0 or count == 1:
        return first
    step = 1 + int.from_bytes(digest[4:], "big") % (count - 1)
    return (first + step) % count


def rank(seed: str, purpose: str) -> int:
    """A place in an order that depends on nothing but a hash of both."""
    return chosen(seed, purpose, 1 << 30)


class Dice:
    """The choices of one text: seeded by an id, so that an edited fact leaves every other word as it was."""

    __slots__ = ("seed", "turn")

    def __init__(self, seed: str, turn: int = 0) -> None:
        self.seed = seed
        self.turn = turn

    def index(self, purpose: str, count: int) -> int:
        return chosen(self.seed, purpose, count, self.turn)

    def pick(self, purpose: str, options: tuple[Any, ...]) -> Any:
        return options[self.index(purpose, len(options))]

    def same(self, purpose: str, count: int) -> int:
        """An index that a caption and its paraphrase share, since it decides what is said and not how."""
        return chosen(self.seed, purpose, count)
