"""Numbers of things, held against what is counted."""

from pipeline.describe.bears_out.names import GENERIC
from pipeline.describe.known.known import Known
from pipeline.describe.known.names import ends_of, own_forms
from pipeline.describe.known.things import Counted
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.numbers import Count


def is_counted(known: Known, count: Count) -> bool:
    """A number without a name counts nothing that we know; more than one of what nobody counted is no fact."""
    if count.mention is None:
        return True
    meant = _meant_by(known, count.mention)
    if not meant:
        return count.number <= 1 and count.comparison not in ("at most", "only")
    whole = all(each.exact for each in meant), all(each.declared for each in meant)
    total = Counted(frozenset(), "", sum(each.number for each in meant), *whole)
    return any(_fits(count, each) for each in (*meant, total))


def _meant_by(known: Known, mention: Mention) -> list[Counted]:
    if mention.of("area"):
        return [each for each in known.counted if not each.ids and each.name not in known.names]
    ids, names = frozenset(mention.of("finding")), frozenset(mention.of("name"))
    if ids and ids <= GENERIC:  # two lesions, whichever
        return known.counted
    found = [each for each in known.counted if not ids.isdisjoint(each.ids) or each.name in names]
    found = found or [each for each in known.counted if not names.isdisjoint(own_forms(each.name))]
    return found or [each for each in known.counted if not ends_of(each.name).isdisjoint(ids | names)]


def _fits(count: Count, counted: Counted) -> bool:
    if count.comparison == "at least":
        return count.number <= counted.number
    if count.comparison == "at most":
        return counted.exact and counted.number <= count.number
    is_so = counted.declared if count.comparison == "only" else counted.exact
    return is_so and counted.number == count.number
