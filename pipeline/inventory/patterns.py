"""Glob patterns over relative paths: `*` and `?` stay within a folder, `**` spans folders, hidden names match too."""

import re
from collections.abc import Iterable

_TOKENS = re.compile(
    r"(?P<folders>(?<![^/])\*\*/)|(?P<rest>(?<![^/])\*\*$)|(?P<star>\*+)|(?P<one>\?)|(?P<set>\[!?[^\]/]+\])"
)


def compile_globs(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression for `fullmatch`, true where any pattern matches; without patterns nothing does."""
    return re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns) or r"(?!)", re.DOTALL)


def _expression(pattern: str) -> str:
    pieces, end = [], 0
    for token in _TOKENS.finditer(pattern):
        pieces += [re.escape(pattern[end : token.start()]), _piece(token)]
        end = token.end()
    return "".join([*pieces, re.escape(pattern[end:])])


def _piece(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "folders":
            return "(?:[^/]+/)*"
        case "rest":
            return ".*"
        case "star":
            return "[^/]*"
        case "one":
            return "[^/]"
        case _:
            inner = token[0][1:-1].replace("\\", r"\\")
            return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
