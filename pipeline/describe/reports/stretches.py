"""A sentence's stretches between commas and conjunctions: which finding a side, a place or a look is said of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Named, Reading
from pipeline.describe.reports.picture import Pictured
from schemas.lexicon.findings import Finding

_BOUNDS = frozenset({*",;:.()|", "and", "or", "nor", "with", "but", "while", "whereas", "though", "although", "plus"})
_LEADS = frozenset({"in", "on", "at", "of", "along", "over", "within", "near", "involving", "bilaterally"})
NEAR = 2  # words before a name, of two in one stretch


@dataclass
class Stretch:
    """Words from `start` to before `end`; `behind` is the word that ends it. What is told of its findings stands at
    indices of the sentence's words.
    """

    start: int
    end: int
    behind: str
    findings: list[tuple[Named, Finding]] = field(default_factory=list)
    sides: list[tuple[int, str]] = field(default_factory=list)
    others: list[Mention] = field(default_factory=list)  # places, looks, parts, normality
    passed_on: list["Stretch"] = field(default_factory=list)  # without findings: what is said there is said of these

    def told_of(self, at: int) -> tuple[list[str], list[Mention]]:
        """(sides, places and looks) of the finding whose name begins there."""
        sides = [side for i, side in self.sides if self._nearest(i) == at]
        others = [each for each in self.others if self._nearest(each.at) == at]
        for other in self.passed_on:
            sides += [side for _, side in other.sides]
            others += other.others
        return sides, others

    def _nearest(self, i: int) -> int:
        """The name that a word belongs to: the one it stands close before, else the one before it, else the first."""
        starts = [named.mention.at for named, _ in self.findings]
        close = next((at for at in starts if 0 < at - i <= NEAR), None)
        before = [at for at in starts if at <= i]
        return close if close is not None else before[-1] if before else starts[0]


def stretches(reading: Reading, picture: Pictured) -> list[Stretch]:
    """In their order."""
    found = list(_parted(reading))
    for stretch in found:
        inside = range(stretch.start, stretch.end)
        stretch.sides = [pair for pair in zip(reading.sides_at, reading.sides, strict=True) if pair[0] in inside]
        for named in reading.named:
            if named.mention.at in inside:
                known = picture.finding(named.mention)
                if known is not None:
                    stretch.findings.append((named, known))
                else:
                    stretch.others.append(named.mention)
    _pass_on(found, reading.found)
    return found


def _parted(reading: Reading) -> Iterator[Stretch]:
    held = {i for named in reading.named for i in range(named.mention.at, named.mention.end)}
    start = 0
    for i, word in enumerate(reading.found):
        if word in _BOUNDS and i not in held:
            yield Stretch(start, i, word)
            start = i + 1
    yield Stretch(start, len(reading.found), "")


def _pass_on(found: Sequence[Stretch], words: Sequence[str]) -> None:
    """What is said where nothing is named: of what was named before where it goes on (`, on the left`), or of what is
    named next where nothing was (`In the left lung, ..`; behind a colon, of all that follows).
    """
    for i, stretch in enumerate(found):
        if stretch.findings or not (stretch.sides or stretch.others) or _is_normal(stretch):
            continue
        before = [each for each in found[:i] if each.findings]
        if before:
            if _goes_on(stretch, words):
                before[-1].passed_on.append(stretch)
            continue
        after = [each for each in found[i + 1 :] if each.findings]
        for each in after if stretch.behind == ":" else after[:1]:
            if not each.sides:
                each.passed_on.append(stretch)


def _goes_on(stretch: Stretch, words: Sequence[str]) -> bool:
    """Whether it begins with a preposition, a side, a place or a look."""
    first = stretch.start
    starts = {*(i for i, _ in stretch.sides), *(each.at for each in stretch.others)}
    return first < stretch.end and (words[first] in _LEADS or first in starts)


def _is_normal(stretch: Stretch) -> bool:
    return any(each.of("normality") for each in stretch.others)
