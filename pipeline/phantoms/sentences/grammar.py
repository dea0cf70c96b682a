"""A small context-free grammar with weights, read from text.

A rule is `NAME = alternative | [3] alternative`; lines that begin with a space go on with the rule before. In an
alternative `<NAME>` stands for another rule, `{slot}` for words that come later. Text with its slots still open is a
form: what is left of a sentence when everything that the picture decides is taken out.
"""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from pipeline.phantoms.seeds import Random

_RULE = re.compile(r"^([A-Z][A-Z_0-9]*)\s*=\s*(.*)$", re.DOTALL)
_WEIGHT = re.compile(r"^\[(\d+)\]\s*")
_SYMBOL = re.compile(r"<([A-Z_0-9]+)>")


class Symbol(NamedTuple):
    """A rule's name inside an alternative."""

    name: str


Alternative = tuple[str | Symbol, ...]


@dataclass(frozen=True)
class Rule:
    alternatives: tuple[Alternative, ...]
    reach: tuple[float, ...]  # sums of the weights up to each alternative


@dataclass(frozen=True)
class Grammar:
    """Without recursion, so that its language is finite."""

    rules: Mapping[str, Rule]

    def expand(self, name: str, random: Random) -> str:
        """A form drawn by weight. Raises KeyError where there is no such rule."""
        return tidy(self._expand(name, random))

    def _expand(self, name: str, random: Random) -> str:
        rule = self.rules[name]
        chosen = rule.alternatives[bisect(rule.reach, random.random() * rule.reach[-1])]
        return "".join(piece if isinstance(piece, str) else self._expand(piece.name, random) for piece in chosen)

    def language(self, name: str) -> Iterator[str]:
        """Every form of a rule, in the order of its text; one that several ways lead to comes several times."""
        return map(tidy, self._language(name))

    def _language(self, name: str) -> Iterator[str]:
        for alternative in self.rules[name].alternatives:
            yield from self._continued("", alternative)

    def _continued(self, begun: str, rest: Alternative) -> Iterator[str]:
        if not rest:
            yield begun
            return
        first, *others = rest
        for text in (first,) if isinstance(first, str) else self._language(first.name):
            yield from self._continued(begun + text, tuple(others))


def tidy(text: str) -> str:
    """With single spaces, and none before a comma or a full stop."""
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".")


def read_grammar(*texts: str) -> Grammar:
    """Raises ValueError for a line that is no rule, a rule given twice, one that is missing, or one within itself."""
    rules: dict[str, Rule] = {}
    for text in texts:
        for name, body in _rules(text):
            if name in rules:
                raise ValueError(f"rule {name} is given twice")
            rules[name] = _rule(body)
    grammar = Grammar(rules)
    for name in rules:
        _check(grammar, name, ())
    return grammar


def _rules(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined: list[str] = []
    for line in lines:
        if line[0].isspace() and joined:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    for line in joined:
        found = _RULE.match(line)
        if found is None:
            raise ValueError(f"not a rule: {line}")
        yield found[1], found[2]


def _rule(body: str) -> Rule:
    weights, alternatives = [], []
    for part in body.split("|"):
        text = part.strip()
        weight = _WEIGHT.match(text)
        weights.append(float(weight[1]) if weight else 1.0)
        alternatives.append(_alternative(text[weight.end() :] if weight else text))
    return Rule(tuple(alternatives), tuple(accumulate(weights)))


def _alternative(text: str) -> Alternative:
    pieces = _SYMBOL.split(text)
    return tuple(Symbol(piece) if i % 2 else piece for i, piece in enumerate(pieces) if piece)


def _check(grammar: Grammar, name: str, above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"rule {name} leads to itself")
    if name not in grammar.rules:
        raise ValueError(f"rule {name} is missing, which {above[-1]} names")
    for alternative in grammar.rules[name].alternatives:
        for piece in alternative:
            if isinstance(piece, Symbol):
                _check(grammar, piece.name, (*above, name))
