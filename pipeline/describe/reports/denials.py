"""Whether what is denied, or is said to have resolved, is denied whole and for certain."""

from pipeline.describe.reading.assertions import ABSENT, POSSIBLE
from pipeline.describe.reading.mentions import Mention
from pipeline.describe.reading.read import Named, Reading
from pipeline.describe.reports.stretches import Stretch

RESOLVED = "resolved"
DENIED_WITH = frozenset({"distribution"})  # looks: `no focal consolidation` is none at all
# What may stand before a denied name without making the denial one of a part: `no evidence of focal consolidation`.
PLAIN = frozenset({"focal", "visible", "evident", "abnormal", "discrete", "demonstrable", "radiographic", "obvious"})
# And before what has resolved: `the previously described nodule`.
RECALLED = frozenset({"previously", "previous", "prior", "described", "noted", "seen", "reported", "known", "interval"})
# With one of these, what is said to have resolved is there, in part, or may be.
NOT_GONE = frozenset(
    {
        *("no", "not", "never", "none", "neither", "nor", "without", "yet", "hasn", "haven", "isn", "aren", "wasn"),
        *("partial", "partially", "partly", "incomplete", "incompletely", "near", "nearly", "almost", "largely"),
        *("mostly", "mainly", "virtually", "essentially", "substantially", "somewhat", "residual", "remain"),
        *("remaining", "remainder", "one", "some", "several", "most", "much", "part", "half", "other", "another"),
        *("all", "except", "possibly", "perhaps", "probably", "likely", "presumably", "may", "might", "could"),
        *("should", "would", "will", "until", "till", "unless", "once", "when", "expected", "fail", "failed"),
    }
)
# Between two names, one of these says that the second has a verb of its own.
CLAUSE = frozenset(
    {
        *("is", "are", "was", "were", "be", "there", "seen", "noted", "show", "persist", "remain", "with", "but"),
        *("while", "whereas", "although", ";"),
    }
)
FUNCTION = frozenset(
    {
        *("a", "an", "any", "the", "of", "for", "no", "not", "without", "is", "are", "was", "were", "there", "or"),
        *("and", "nor", "neither", "either", "with", "to", "in", "on", "at", "by", "from", "that", "this", "these"),
        *("lack", "lacking", "exclude", "excluded", "absence", "evidence", "sign", "deny", "denies", "show", "see"),
        *("nothing", "suggest", "suggests", "indicate", "been", "has", "have", "none", "free", "negative", "both"),
    }
)


def may_be_gone(reading: Reading, named: Named) -> bool:
    """Whether it shares the verb by which another has resolved: `consolidation and effusion have resolved`."""
    after = [i for i in reading.changed if i >= named.mention.end]
    if reading.change is None or reading.change.value != RESOLVED or named.assertion == ABSENT or not after:
        return False
    return CLAUSE.isdisjoint(reading.found[named.mention.end : min(after) - 1])


def narrows(other: Mention) -> bool:
    """Whether it is a place or a look, of which another part of the thing may be left."""
    looks = {look.partition("=")[0] for look in other.of("attribute", "severity")}
    return bool(other.of("position") or looks - DENIED_WITH)


def is_gone(reading: Reading, stretch: Stretch, named: Named) -> bool:
    """Whether what is said to have resolved is, whole and for certain: `not large any more` is still there."""
    if named.assertion == POSSIBLE or not is_plain(reading, stretch, named, RECALLED):
        return False
    told = [reading.found[i] for i in sorted(reading.changed)]
    if "any" in told and "more" in told:
        return named.assertion == ABSENT
    later = any(each.mention.at >= stretch.end and each.mention.of("finding") for each in reading.named)
    first = min(stretch.start, *reading.changed)
    around = range(first, stretch.end if later else len(reading.found))
    return NOT_GONE.isdisjoint(reading.found[i] for i in around if i not in reading.changed)


def is_plain(reading: Reading, stretch: Stretch, named: Named, passed: frozenset[str] = PLAIN) -> bool:
    """Whether the thing is denied itself: `no large effusion` denies no small one."""
    for i in reversed(range(stretch.start, named.mention.at)):
        word = reading.found[i]
        if word in FUNCTION:
            return True
        if word not in passed and i not in reading.changed:
            return False
    return True
