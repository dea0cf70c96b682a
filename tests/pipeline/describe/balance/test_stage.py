"""Counts, rates and what is kept by them, on the stage's own drafts of many pictures."""

from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pytest

from pipeline.describe.balance.counts import CountEdits, pictures
from pipeline.describe.balance.few import FIRST, NO_COUNTERPART, THEN
from pipeline.describe.balance.rates import rates_of
from pipeline.describe.balance.stage import Balance
from pipeline.describe.captions import Describe
from pipeline.describe.settings import DescribeSettings
from schemas.tables.captions import CAPTIONS
from tests.pipeline.describe.builders import Row, make_image, make_region, make_selection, make_tables

PICTURES = 240


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    """Each with a region in the upper left, a second one in half of them; seven of ten regions are small."""
    regions = []
    for i in range(PICTURES):
        side = 300 if i % 10 < 3 else 60
        regions.append(make_region((20, 20, 20 + side, 20 + side), "cyst", f"p{i}"))
        if i % 2:
            regions.append(make_region((800, 500, 850, 550), "polyp", f"p{i}"))
    images = [make_image(f"p{i}", modality="ct") for i in range(PICTURES)]
    selection = [make_selection(f"p{i}", modality="ct", group_id=f"g{i // 2}") for i in range(PICTURES)]
    drafts = Describe()(make_tables(images, selection, regions))
    known = pa.Table.from_pylist(selection).append_column("body_part", pa.nulls(PICTURES, pa.string()))
    return {"drafts": drafts, "selection": known}


def balanced(tables: dict[str, pa.Table], limit: int = 32) -> tuple[pa.Table, pa.Table]:
    counts = CountEdits()(tables)
    (rates,) = rates_of([counts])
    return Balance(DescribeSettings(negatives_per_region=limit))({**tables, "rates": rates}), counts


def by_way(counts: pa.Table) -> dict[tuple[int, str], int]:
    """Edits by (cell, way), of ways that have some."""
    found = {(row["cell"], way): row[way] for row in counts.to_pylist() for way in ("forth", "back")}
    return {way: edits for way, edits in found.items() if edits}


def reverse(way: tuple[int, str]) -> tuple[int, str]:
    return way[0], "back" if way[1] == "forth" else "forth"


def test_no_drafts_give_an_empty_table(tables: dict[str, pa.Table]) -> None:
    empty, counts = balanced({name: table.slice(0, 0) for name, table in tables.items()})
    assert empty.schema.equals(CAPTIONS, check_metadata=True)
    assert (empty.num_rows, counts.num_rows) == (0, 0)


def test_each_way_is_kept_as_often_as_its_reverse(tables: dict[str, pa.Table]) -> None:
    kept, counts = balanced(tables)
    drafts, left = by_way(counts), by_way(CountEdits()({**tables, "drafts": kept}))
    common = [(way, n) for way, n in drafts.items() if n >= 20]
    assert len(common) > 10
    for way, n in common:
        least = min(n, drafts.get(reverse(way), 0))
        assert abs(left.get(way, 0) - least) <= 4 * max(1.0, n * 0.25) ** 0.5


def test_what_has_no_reverse_is_dropped_and_what_is_fair_stays(tables: dict[str, pa.Table]) -> None:
    kept, counts = balanced(tables)
    drafts = by_way(counts)
    alone = {way for way in drafts if reverse(way) not in drafts}
    assert alone
    assert not alone & by_way(CountEdits()({**tables, "drafts": kept})).keys()
    twins = Counter[str]()
    for before, after in zip(pictures(tables["drafts"], tables["selection"]), kept.to_pylist(), strict=True):
        fair = sum(len(edit.places) for edit in before[1] if edit.way is None)
        twins.update(each["twin"] for region in after["regions"] for each in region["negatives"] if each["twin"])
        assert fair <= sum(len(region["negatives"]) for region in after["regions"])
    assert set(twins.values()) == {2}


@pytest.mark.parametrize("limit", [32, 4])
def test_a_region_with_few_negatives_says_why_where_the_settings_let_it_have_more(
    tables: dict[str, pa.Table], limit: int
) -> None:
    said = set[str]()
    for row in balanced(tables, limit)[0].to_pylist():
        for region in row["regions"]:
            assert bool(region["few_because"]) is (len(region["negatives"]) < min(10, limit))
            assert not any(word in FIRST for word in region["few_because"][1:])
            said.update(region["few_because"])
    assert NO_COUNTERPART in said
    assert said <= {*FIRST, *THEN}


def test_where_no_negatives_are_wanted_none_are_missed(tables: dict[str, pa.Table]) -> None:
    regions = [region for row in balanced(tables, 0)[0].to_pylist() for region in row["regions"]]
    assert not any(region["few_because"] for region in regions)


def test_what_makes_few_of_them_is_part_of_the_key() -> None:
    fewer = [DescribeSettings(negatives_per_region=4), DescribeSettings(regions_with_negatives=4)]
    assert all(Balance(each).settings() != Balance().settings() for each in fewer)


def test_parts_are_balanced_together_and_each_needs_its_own_rates_alone(tables: dict[str, pa.Table]) -> None:
    whole, _ = balanced(tables)
    edges = [0, 70, 150, PICTURES]
    parts = [tables["drafts"].slice(a, b - a) for a, b in pairwise(edges)]
    counts = [CountEdits()({**tables, "drafts": part}) for part in parts]
    rows: list[Row] = []
    for part, of_part, rates in zip(parts, counts, rates_of(counts), strict=True):
        assert rates["cell"] == of_part["cell"]
        assert by_way(rates).keys() <= by_way(of_part).keys()
        rows += Balance()({**tables, "drafts": part, "rates": rates}).to_pylist()
    assert rows == whole.to_pylist()
