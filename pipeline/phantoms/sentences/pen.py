"""One text's hand: it draws forms from a grammar and fills their slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.phantoms.seeds import Random, random_of
from pipeline.phantoms.sentences.facts import Fact, Sentence
from pipeline.phantoms.sentences.grammar import Grammar, tidy
from pipeline.phantoms.sentences.nouns import sentence_case
from pipeline.phantoms.sentences.phrasings import Phrasing, grammar

T = TypeVar("T")

TRIES = 1000  # for a form that holds something


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence, its own slots open."""

    form: str
    slots: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Pen:
    """`always` are the slots that every sentence may use; `needs` is a text that each sentence's form has to hold."""

    grammar: Grammar
    random: Random
    always: Mapping[str, str]
    needs: str = ""

    @staticmethod
    def of(phrasing: Phrasing, always: Mapping[str, str], seed: int, *path: str) -> "Pen":
        return Pen(grammar(phrasing), random_of(seed, "text", phrasing, *path), always)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def choose(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.random() * len(choices))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """In an order of its own."""
        keys = [self.random.random() for _ in things]
        return [things[i] for i in sorted(range(len(things)), key=keys.__getitem__)]

    def form(self, name: str) -> str:
        return self.grammar.expand(name, self.random)

    def _needed(self, name: str) -> str:
        """A form that holds what every sentence needs; ValueError where the rule seems to have none."""
        for _ in range(TRIES):
            form = self.form(name)
            if self.needs in form:
                return form
        raise ValueError(f"{name}: no form holds {self.needs!r}")

    def sentence(
        self, name: str, slots: Mapping[str, str], facts: tuple[Fact, ...], phrase: Phrase | None = None
    ) -> Sentence:
        """Drawn from a rule; the slot `np` takes the phrase, with its slots and facts."""
        form = f"{self._needed(name)}."
        if phrase is not None:
            form, slots, facts = form.replace("{np}", phrase.form), {**slots, **phrase.slots}, (*phrase.facts, *facts)
        text = tidy(form.format_map({**self.always, **slots}))
        return Sentence(sentence_case(text), facts, name, form)
