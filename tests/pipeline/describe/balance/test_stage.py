"""Counts, rates and what is kept by them, on the stage's own drafts of many pictures."""

from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pytest

from pipeline.describe.balance.counts import (
    DRAFT_READS,
    SELECTION_READS,
    STEPS,
    added,
    by_way,
    counted,
    pictures,
    rates_of,
)
from pipeline.describe.balance.few import FIRST, NO_COUNTERPART, THEN
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
    counts = counted(tables["drafts"], tables["selection"])
    rates = rates_of(counts, added([counts]))
    return Balance(DescribeSettings(negatives_per_region=limit))({**tables, "rates": rates}), counts


def test_no_drafts_give_an_empty_table(tables: dict[str, pa.Table]) -> None:
    empty, counts = balanced({name: table.slice(0, 0) for name, table in tables.items()})
    assert empty.schema.equals(CAPTIONS, check_metadata=True)
    assert (empty.num_rows, counts.num_rows) == (0, 0)


def test_each_way_is_kept_as_often_as_its_reverse(tables: dict[str, pa.Table]) -> None:
    kept, counts = balanced(tables)
    drafts, left = by_way(counts), by_way(counted(kept, tables["selection"]))
    common = [(way, n) for way, n in drafts.items() if n >= 20]
    assert len(common) > 10
    for (fold, cell, forth), n in common:
        least = min(n, drafts.get((fold, cell, not forth), 0))
        assert abs(left.get((fold, cell, forth), 0) - least) <= 4 * max(1.0, n * 0.25) ** 0.5


def test_what_has_no_reverse_is_dropped_and_what_is_fair_stays(tables: dict[str, pa.Table]) -> None:
    kept, counts = balanced(tables)
    drafts = by_way(counts)
    alone = {way for way in drafts if (way[0], way[1], not way[2]) not in drafts}
    assert alone
    assert not alone & by_way(counted(kept, tables["selection"])).keys()
    twins = Counter[str]()
    for before, after in zip(pictures(tables["drafts"], tables["selection"]), kept.to_pylist(), strict=True):
        fair = sum(len(edit.places) for edit in before[2] if edit.way is None)
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
    counts = [counted(part, tables["selection"]) for part in parts]
    everywhere = added(counts)
    rows: list[Row] = []
    for part, of_part in zip(parts, counts, strict=True):
        rates = rates_of(of_part, everywhere)
        assert set(by_way(rates)) == set(by_way(of_part))
        rows += Balance()({"drafts": part, "selection": tables["selection"], "rates": rates}).to_pylist()
    assert rows == whole.to_pylist()


def test_counts_need_no_more_than_they_read() -> None:
    """Of a picture whose report tells a count, and whose regions exchange."""
    regions = [make_region((20 + 400 * i, 20, 60 + 400 * i, 60), "cyst") for i in range(2)]
    selection = [make_selection(modality="ct", group_id="g", annotation_scope=["cyst"])]
    drafts = Describe()(make_tables([make_image(modality="ct")], selection, regions))
    known = pa.Table.from_pylist(selection).append_column("body_part", pa.nulls(1, pa.string()))
    assert "count" in {each["slot"] for each in drafts["negatives"].to_pylist()[0]}
    assert counted(drafts.select(DRAFT_READS), known.select(SELECTION_READS)) == counted(drafts, known)


def test_rates_are_steps_of_the_reverse_s_share() -> None:
    ways = {(0, "c", True): 30, (0, "c", False): 10, (1, "c", True): 5}
    columns = [list(column) for column in zip(*((*way, n) for way, n in ways.items()), strict=True)]
    part = pa.table(dict(zip(("fold", "cell", "forth", "edits"), columns, strict=True)))
    found = by_way(rates_of(part, ways))
    assert found == {(0, "c", True): round(STEPS / 3), (0, "c", False): STEPS, (1, "c", True): 0}
