"""All that one sentence claims, held against facts."""

from collections.abc import Iterator, Sequence

from annotators.captioners.evidence import AREAS
from pipeline.describe.bears_out.names import ORDER, Names
from pipeline.describe.bears_out.numbers import is_counted
from pipeline.describe.bears_out.relations import unrelated
from pipeline.describe.bears_out.things import OfThing, all_hold, has, lies_at, measures
from pipeline.describe.known.known import Known
from pipeline.describe.known.things import Thing
from pipeline.describe.reading.assertions import NOT_NOW, POSSIBLE, PRESENT
from pipeline.describe.reading.read import Named, Reading

_ALL = frozenset({"both", "all", "each", "every", "bilateral", "bilaterally"})  # what is said is said of each


class BearsOut:
    """`before` are the things that the sentences before spoke of, which `it` refers to; none: any thing is meant."""

    def __init__(self, known: Known, reading: Reading, before: Sequence[Thing]) -> None:
        self.known = known
        self.reading = reading
        self.named_things = _named(known, reading)
        self._meant = self.named_things or before or known.things
        self._names = Names(known, reading, self._meant)
        self._claims = list(self._of_things())
        self._unborne = [named for named in reading.named if not self._holds(named, self._claims)]

    def failures(self) -> Iterator[str]:
        """Slots of `check.FAILURES`, some perhaps more than once."""
        reading = self.reading
        if reading.nothing:
            if self.known.has_content:
                yield "nothing"
            return
        yield from map(self._failure, self._unborne)
        yield from self._unheld(self._claims)
        yield from unrelated(self.known, reading)
        yield from ("count" for count in reading.counts if not is_counted(self.known, count))
        if reading.denied:
            yield "polarity"
        if any(not self.known.is_told(*each) for each in reading.diseases):
            yield "finding"
        if any(not self.known.is_told(*each) for each in reading.unread):
            yield "unread"

    @property
    def spoken_of(self) -> list[Thing]:
        """Of what the sentence names, the things that bear out all that it says; none where it names nothing."""
        claims, named_things = list(self._claims), self.named_things
        for named in self._unborne:
            if named.assertion in NOT_NOW:
                self._names.holds(named.mention, named.assertion, claims)
        return [thing for thing in named_things if all_hold(claims, thing)] or named_things

    def _holds(self, named: Named, claims: list[OfThing]) -> bool:
        return named.assertion not in NOT_NOW and self._names.holds(named.mention, named.assertion, claims)

    def _failure(self, named: Named) -> str:
        if named.assertion in NOT_NOW:
            return "comparison"
        first = min(named.mention.meanings, key=lambda meaning: (ORDER.index(meaning.slot), meaning.value))
        return self._names.failure(first, named.assertion)

    def _of_things(self) -> Iterator[OfThing]:
        reading = self.reading
        yield from (OfThing("position", lies_at(place)) for place in reading.places)
        for side in dict.fromkeys(reading.sides):
            if side not in self.known.lateralities:
                yield OfThing("side", has(("side", side)))
        yield from (OfThing("measurement", measures(length)) for length in reading.lengths)
        if reading.change is not None and not self._speaks_of_none():
            yield OfThing("comparison", has(("change", reading.change.value)))

    def _speaks_of_none(self) -> bool:
        """`earlier images are not at hand`"""
        found = " ".join(self.reading.found)
        return any(
            words in found for words in ("not at hand", "not available", "no prior", "no earlier", "no previous")
        )

    def _unheld(self, claims: Sequence[OfThing]) -> Iterator[str]:
        """Slots of claims that no thing bears out; or, of one name, that no single thing bears out with the others."""
        if not claims:
            return
        alone = [claim.slot for claim in claims if not any(map(claim.holds, self._meant))]
        yield from alone
        if (
            not alone
            and len(claims) > 1
            and self._is_of_one
            and not any(all_hold(claims, thing) for thing in self._meant)
        ):
            yield from self._missed_by_the_best(claims)

    @property
    def speaks_of_all(self) -> bool:
        return not _ALL.isdisjoint(self.reading.found)

    def failures_of_all(self) -> Iterator[str]:
        """Where `both` or `each` says so, slots of claims that are not borne out by each region that is meant."""
        if not self.speaks_of_all:
            return
        claims = list(self._of_things())
        for named in self.reading.named:
            self._names.holds(named.mention, named.assertion, claims)
        yield from (claim.slot for claim in claims if not self._holds_of_all(claim))

    def _holds_of_all(self, claim: OfThing) -> bool:
        """Of each region that is meant, or of what is counted as a whole."""
        each = [thing for thing in self.known.by_subject.values() if thing in self._meant]
        whole = (thing for thing in self._meant if thing not in each)
        return (bool(each) and all(map(claim.holds, each))) or any(map(claim.holds, whole))

    @property
    def _is_of_one(self) -> bool:
        """Whether the sentence is about a single thing: one name of something known, no number above one, one side."""
        several = any(count.number > 1 for count in self.reading.counts) or "both" in self.reading.sides
        named = [named for named in self.reading.named if self.known.is_named(named.mention)]
        return len(self.reading.places) < 2 and len(set(self.reading.sides)) < 2 and len(named) <= 1 and not several

    def _missed_by_the_best(self, claims: Sequence[OfThing]) -> Iterator[str]:
        best = max(self._meant, key=lambda thing: sum(claim.holds(thing) for claim in claims))
        yield from (claim.slot for claim in claims if not claim.holds(best))


def _named(known: Known, reading: Reading) -> list[Thing]:
    """What a sentence says to be there."""
    there = [named.mention for named in reading.named if named.assertion in (PRESENT, POSSIBLE)]
    called = {thing for mention in there for thing in known.called(mention.term)}
    if any("area" in mention.term.by_slot for mention in there):
        called.update(thing for thing in known.things if not AREAS.isdisjoint(thing.names))
    return [thing for thing in known.things if thing in called] if called else []
