"""A finding as one phrase: `another small, round mass with coarse calcification in the left breast`."""

from pipeline.phantoms.sentences.about import About
from pipeline.phantoms.sentences.facts import Fact
from pipeline.phantoms.sentences.looks import AFTER, BEFORE, WITH, Look, told
from pipeline.phantoms.sentences.nouns import AGAIN, ORDINALS, listed_adjectives, listed_words, noun, plural
from pipeline.phantoms.sentences.pen import Pen, Phrase

SIZE, LOOKS, WHERE, MEASURE = "size", "looks", "where", "measure"
PARTS = (SIZE, LOOKS, WHERE, MEASURE)
Tail = tuple[str, tuple[tuple[str, str], ...], tuple[Fact, ...]]  # rule of the grammar, slots, facts


def noun_phrase(pen: Pen, about: About, parts: frozenset[str], which: int = 0) -> Phrase:
    """With those of the parts that are known. `which` counts the things of a kind from 1, or down from -1 where their
    number is not told; 0 is the only one. Place and length follow its looks, in an order that the pen draws.
    """
    shown = about.looks if LOOKS in parts else ()
    sized = about.size if SIZE in parts and size_fits(about) else None
    before = (*((sized,) if sized else ()), *(each.words for each in told(shown, BEFORE)))
    facts = (about.finding, *((about.fact("size", about.region.stratum or ""),) if sized else ()))
    looks, others = _after(shown, about), [_at(about, parts), _measured(about, parts)]
    if pen.chance(0.3):
        others.reverse()
    tails = [each for each in (looks, *others) if each]  # `a mass in the breast of high signal` would be the breast's
    return Phrase(
        " ".join(("{head}", *(pen.form(name) for name, _, _ in tails))),
        {"head": _head(about, before, which), **{slot: words for _, pairs, _ in tails for slot, words in pairs}},
        (*facts, *about.look_facts(told(shown, BEFORE)), *(fact for _, _, found in tails for fact in found)),
    )


def _after(shown: tuple[Look, ...], about: About) -> Tail | None:
    after = told(shown, AFTER, WITH)
    if not after:
        return None
    words = (*(each.words for each in told(shown, AFTER)), _with(told(shown, WITH)))
    return "NP_LOOKS", (("after", " ".join(words).strip()),), about.look_facts(after)


def _with(shown: tuple[Look, ...]) -> str:
    """`with a halo and rim enhancement and without calcification or shadow`."""
    has = [each.words.removeprefix("with ") for each in shown if each.words.startswith("with ")]
    lacks = [each.words.removeprefix("without ") for each in shown if each.words.startswith("without ")]
    said = (("with", has, "and"), ("without", lacks, "or"))
    return " and ".join(f"{word} {listed_words(things, last)}" for word, things, last in said if things)


def _at(about: About, parts: frozenset[str]) -> Tail | None:
    return ("NP_AT", (("at", about.at),), about.at_facts) if WHERE in parts and about.at else None


def _measured(about: About, parts: frozenset[str]) -> Tail | None:
    if MEASURE not in parts or about.mm is None:
        return None
    return "NP_MM", (("mm", about.mm), ("detector", about.detector)), (about.fact("measurement", about.mm),)


def _head(about: About, before: tuple[str, ...], which: int) -> str:
    """`one mass`, `another mass`; `a mass`, `another mass`, `a further mass` where the number is not told."""
    if which in (0, -1):
        return about.named.headed(before)
    first = ORDINALS[which] if 0 < which < len(ORDINALS) else AGAIN[which % 2]
    return " ".join(part for part in (first, listed_adjectives(before), about.named.name) if part)


def size_fits(about: About) -> bool:
    """Whether the size word may stand before the name: not `small small-vessel lesion`."""
    return about.size is not None and about.size not in about.named.name.replace("-", " ").split(" ")


def bare(label: str, several: bool) -> str:
    """The name without any attribute: `a mass`, `masses`, `caries`."""
    return plural(label) if several else noun(label).headed(())
