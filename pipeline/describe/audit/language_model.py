"""A word trigram model that knows modality and body part.

Witten-Bell smoothing, interpolated (Witten and Bell 1991; Chen and Goodman 1998, section 2.5): how often new words
follow a context says how much weight the next shorter one gets.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from pipeline.describe.audit.preferences import Floats
from pipeline.describe.audit.words import Words, words

END = "."  # of a text, which no word is
Context = tuple[str, ...]


class LanguageModel:
    """Taught by texts, each with its modality and body part."""

    def __init__(self, texts: Iterable[tuple[str, Context]]) -> None:
        self._follow: defaultdict[Context, Counter[str]] = defaultdict(Counter)
        for text, scene in texts:
            for history, word in _steps(words(text)):
                for context in _contexts(scene, history):
                    self._follow[context][word] += 1
        self._seen = {context: follow.total() for context, follow in self._follow.items()}
        self._unknown = 1 / (1 + len(self._follow[()]))
        self._known: dict[tuple[Context, Words, str], float] = {}

    def log_likelihoods(self, text: str, scene: Context) -> Floats:
        """Natural logarithms, word by word and of the end."""
        return np.log([self._probability(scene, history, word) for history, word in _steps(words(text))])

    def _probability(self, scene: Context, history: Words, word: str) -> float:
        key = scene, history, word
        found = self._known.get(key)
        if found is None:
            found = self._unknown
            for context in _contexts(scene, history):
                if follow := self._follow.get(context):
                    new = len(follow)
                    found = (follow[word] + new * found) / (self._seen[context] + new)
            self._known[key] = found
        return found


def _steps(told: Words) -> Iterable[tuple[Words, str]]:
    """Each word, and the end, with the two words before it."""
    padded = ("", "", *told, END)
    return ((padded[i - 2 : i], padded[i]) for i in range(2, len(padded)))


def _contexts(scene: Context, history: Words) -> tuple[Context, ...]:
    """From the widest to the narrowest."""
    return (), history[1:], history, (*history, scene[0]), (*history, *scene)
