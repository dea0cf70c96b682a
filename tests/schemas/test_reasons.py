import ast
from collections.abc import Iterator
from pathlib import Path

from schemas.reasons import REASONS

REPOSITORY = Path(__file__).parents[2]
RAISERS = ("BadData", "Dropped")


def raised_words(source: str) -> Iterator[str]:
    """The closed words that code raises as constants."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_word_that_is_raised_is_explained() -> None:
    sources = [path for room in ("schemas", "annotators", "pipeline") for path in (REPOSITORY / room).rglob("*.py")]
    words = {word for path in sources for word in raised_words(path.read_text())}
    assert len(words) > 15
    assert sorted(words - set(REASONS)) == []


def test_explanations_are_sentences_and_words_are_closed() -> None:
    assert all(text.endswith(".") and text[0].isupper() for text in REASONS.values())
    assert all(word.replace("_", "").isalpha() and word.islower() for word in REASONS)
