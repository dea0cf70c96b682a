"""Of all facts, those that a captioner may say: visible ones, within the limits of the settings."""

from collections.abc import Sequence
from itertools import islice

from annotators.captioners.evidence import Evidence, RegionEvidence
from pipeline.describe.check import withheld
from pipeline.describe.derive_facts import DerivedFacts
from pipeline.describe.marked import Marked
from pipeline.describe.settings import DescribeSettings
from schemas.facts import COUNT_KINDS, Fact
from schemas.lexicon.findings import finding_of


def select_evidence(
    image_id: str, regions: Sequence[Marked], derived: DerivedFacts, settings: DescribeSettings
) -> Evidence:
    """Regions keep their order; names beyond the limit are told neither how often nor where they occur.

    A name that cannot be said leaves its region without one, and its count untold. An absence is told in words that
    the lexicon knows: a scope may hold the source's own. A change that a report tells is since a picture that nobody
    has: it is recorded and not said.
    """
    counted = [fact.attribute for fact in derived.image if fact.kind in COUNT_KINDS and not withheld(fact.attribute)]
    told = frozenset(counted[: settings.names_per_report])
    relations = [fact for fact in derived.image if fact.kind == "relation"]
    related = frozenset(islice(_spread(relations), settings.relations_per_report))
    return Evidence(
        image_id,
        tuple(fact for fact in derived.image if _may_say(fact, told, related)),
        tuple(
            RegionEvidence(region.region_id, tuple(fact for fact in facts if _may_say_of_region(fact)))
            for region, facts in zip(regions, derived.regions, strict=True)
        ),
    )


def _may_say_of_region(fact: Fact) -> bool:
    return fact.visible != "false" and not (fact.slot == ("identity", "name") and withheld(fact.value))


def _may_say(fact: Fact, told: frozenset[str], related: frozenset[Fact]) -> bool:
    if fact.visible == "false":
        return False
    if fact.kind in (*COUNT_KINDS, "distribution"):
        return fact.attribute in told
    if fact.kind == "presence":
        return finding_of(fact.value) is not None and not withheld(fact.value)
    return fact.kind != "change" and (fact.kind != "relation" or fact in related)


def _spread(relations: Sequence[Fact]) -> list[Fact]:
    """One relation of each pair of regions, another kind each time where there is one."""
    pairs: dict[frozenset[str], dict[str, Fact]] = {}
    for fact in relations:
        pairs.setdefault(frozenset((fact.subject, fact.value)), {})[fact.attribute] = fact
    told: dict[str, int] = {}
    found = []
    for kinds in pairs.values():
        kind = min(kinds, key=lambda attribute: told.get(attribute, 0))
        told[kind] = told.get(kind, 0) + 1
        found.append(kinds[kind])
    return found
