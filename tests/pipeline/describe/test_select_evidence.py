from dataclasses import replace
from typing import Any

from pipeline.describe.derive_facts import DerivedFacts, derive_facts
from pipeline.describe.marked import Marked
from pipeline.describe.select_evidence import select_evidence
from pipeline.describe.settings import DescribeSettings
from tests.pipeline.describe.builders import make_marked, make_region
from tests.pipeline.describe.test_derive_facts import make_row


def derived_from(*regions: dict[str, Any], **row: Any) -> tuple[list[Marked], DerivedFacts]:
    marked = make_marked(regions)
    return marked, derive_facts(make_row(**row), marked)


def names_told(marked: list[Marked], derived: DerivedFacts, at_most: int = 12) -> list[str]:
    evidence = select_evidence("i", marked, derived, DescribeSettings(names_per_report=at_most))
    return [fact.attribute for fact in evidence.of_kind("count", "count_at_least", "distribution")]


def test_nothing_derived_gives_empty_evidence() -> None:
    marked, derived = derived_from()
    evidence = select_evidence("i", marked, derived, DescribeSettings())
    assert (evidence.image_id, evidence.facts, evidence.regions) == ("i", (), ())


def test_names_beyond_the_limit_are_recorded_but_not_told() -> None:
    marked, derived = derived_from(*(make_region((10 * i, 10, 10 * i + 9, 19), name) for i, name in enumerate("abc")))
    assert names_told(marked, derived, at_most=2) == ["a", "a", "b", "b"]
    assert sum(fact.kind == "count_at_least" for fact in derived.image) == 3


def test_a_name_that_claims_something_is_withheld_and_its_region_kept() -> None:
    marked, derived = derived_from(make_region((10, 10, 20, 20), "no lesion"), make_region((50, 10, 60, 20), "cyst"))
    evidence = select_evidence("i", marked, derived, DescribeSettings())
    assert names_told(marked, derived) == ["cyst", "cyst"]
    assert [region.value("identity", "name") for region in evidence.regions] == [None, "cyst"]
    assert evidence.regions[0].value("identity", "kind") == "finding"


def test_an_absence_is_told_only_in_words_of_the_lexicon() -> None:
    marked, derived = derived_from(annotation_scope=["not healthy", "own word", "drusen"])
    evidence = select_evidence("i", marked, derived, DescribeSettings())
    assert [fact.value for fact in evidence.of_kind("presence")] == ["drusen"]
    assert sum(fact.kind == "presence" for fact in derived.image) == 3


def test_what_cannot_be_seen_is_not_told() -> None:
    marked, derived = derived_from(make_region((10, 10, 20, 20), "cyst"), modality="ct")
    hidden = DerivedFacts(
        tuple(replace(fact, visible="false") for fact in derived.image),
        tuple(
            tuple(replace(f, visible="false" if f.kind == "size" else f.visible) for f in fs) for fs in derived.regions
        ),
    )
    evidence = select_evidence("i", marked, hidden, DescribeSettings())
    assert evidence.facts == ()
    assert evidence.regions[0].value("size", "share_of_image") is None
    assert evidence.regions[0].value("position", "vertical") == "upper"


def test_each_pair_of_regions_has_one_relation_and_neighbours_differ_in_kind() -> None:
    marked, derived = derived_from(
        make_region((10, 10, 200, 200), "a"),
        make_region((300, 300, 340, 340), "b"),
        make_region((500, 500, 510, 510), "c"),
    )
    told = list(select_evidence("i", marked, derived, DescribeSettings(relations_per_report=3)).of_kind("relation"))
    assert len(told) == len({frozenset((fact.subject, fact.value)) for fact in told}) == 3
    assert len({fact.attribute for fact in told}) == 3
    assert not list(select_evidence("i", marked, derived, DescribeSettings(relations_per_report=0)).of_kind("relation"))
