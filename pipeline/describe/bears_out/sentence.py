"""All that one sentence claims, held against facts."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from pipeline.describe.bears_out.names import ORDER, Names
from pipeline.describe.bears_out.numbers import is_counted
from pipeline.describe.bears_out.relations import unrelated
from pipeline.describe.bears_out.things import OfThing, all_hold, has, lies_at, measures
from pipeline.describe.known import AREAS, Known, Thing
from pipeline.describe.reading.assertions import NOT_NOW, POSSIBLE, PRESENT
from pipeline.describe.reading.read import Named, Reading


class BearsOut:
    """`before` are the things that the sentences before spoke of, which `it` refers to; none: any thing is meant."""

    def __init__(self, known: Known, reading: Reading, before: Sequence[Thing]) -> None:
        self.known = known
        self.reading = reading
        self.before = before

    def failures(self) -> Iterator[str]:
        """Slots of `check.FAILURES`, some perhaps more than once."""
        reading = self.reading
        if reading.nothing:
            if self.known.has_content:
                yield "nothing"
            return
        claims = list(self._of_things())
        for named in reading.named:
            yield from self._named(named, claims)
        yield from self._unheld(claims)
        yield from unrelated(self.known, reading)
        yield from ("count" for count in reading.counts if not is_counted(self.known, count))
        if reading.denied:
            yield "polarity"
        if any(word not in self.known.words_of_names for word in reading.unread):
            yield "finding"

    @cached_property
    def meant(self) -> Sequence[Thing]:
        return self._named_things or self.before or self.known.things

    @cached_property
    def _named_things(self) -> list[Thing]:
        ids, names = _called(self.reading)
        return [thing for thing in self.known.things if thing.is_called(ids, names)]

    @property
    def spoken_of(self) -> list[Thing]:
        """Of what the sentence names, the things that bear out all that it says; none where it names nothing."""
        claims = list(self._of_things())
        for named in self.reading.named:
            self._names.holds(named.mention, named.assertion, claims)
        named_things = self._named_things
        return [thing for thing in named_things if all_hold(claims, thing)] or named_things

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
        alone = [claim.slot for claim in claims if not any(map(claim.holds, self.meant))]
        yield from alone
        if not alone and len(claims) > 1 and self._of_one and not any(all_hold(claims, thing) for thing in self.meant):
            yield from self._missed_by_the_best(claims)

    @cached_property
    def _of_one(self) -> bool:
        """Whether the sentence is about a single thing: one name of something known, no number above one, one side."""
        several = any(count.number > 1 for count in self.reading.counts) or "both" in self.reading.sides
        named = [named for named in self.reading.named if self.known.is_named(named.mention)]
        return len(self.reading.places) < 2 and len(set(self.reading.sides)) < 2 and len(named) <= 1 and not several

    def _missed_by_the_best(self, claims: Sequence[OfThing]) -> Iterator[str]:
        best = max(self.meant, key=lambda thing: sum(claim.holds(thing) for claim in claims))
        yield from (claim.slot for claim in claims if not claim.holds(best))

    def _named(self, named: Named, claims: list[OfThing]) -> Iterator[str]:
        mention, assertion = named.mention, named.assertion
        if assertion in NOT_NOW:
            yield "comparison"
        elif not self._names.holds(mention, assertion, claims):
            first = min(mention.meanings, key=lambda meaning: ORDER.index(meaning.slot))
            yield self._names.failure(first, assertion)

    @cached_property
    def _names(self) -> Names:
        return Names(self.known, self.reading, self.meant)


def _called(reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """Ids and own names of what a sentence says to be there."""
    there = [named.mention for named in reading.named if named.assertion in (PRESENT, POSSIBLE)]
    ids = frozenset(id for mention in there for id in mention.of("finding"))
    areas = AREAS if any(mention.of("area") for mention in there) else frozenset[str]()
    return ids, areas | {name for mention in there for name in mention.of("name")}
