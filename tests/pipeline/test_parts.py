from bisect import bisect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parts import (
    Leaf,
    Limits,
    files_part_id,
    is_files_part,
    large_part_id,
    leading_bits,
    leaves,
    part_id,
)

SMALL = Limits(max_items=4, max_bytes=100)

items_with_sizes = st.dictionaries(st.integers(0, 2**64 - 1), st.integers(0, 60), max_size=60)


def split(sizes: dict[int, int], limits: Limits = SMALL) -> list[tuple[Leaf, list[int]]]:
    """Leaves, each with the ids that it holds."""
    ids = sorted(sizes)
    found = leaves(np.array(ids, dtype=np.uint64), np.array([sizes[id] for id in ids], dtype=np.int64), limits)
    return [(leaf, ids[leaf.start : leaf.stop]) for leaf in found]


def contents(sizes: dict[int, int]) -> set[frozenset[int]]:
    return {frozenset(ids) for _, ids in split(sizes)}


def test_no_items_have_no_parts() -> None:
    assert split({}) == []


def test_few_items_are_one_part_without_a_prefix() -> None:
    ((leaf, ids),) = split({1: 10, 2**63: 10})
    assert (leaf.prefix, ids) == ("", [1, 2**63])


def test_too_many_items_split_by_their_first_bits() -> None:
    quarter = 2**62
    found = split({quarter * 2 + i: 1 for i in range(3)} | {quarter * 3 + i: 1 for i in range(3)} | {5: 1})
    assert [(leaf.prefix, len(ids)) for leaf, ids in found] == [("0", 1), ("10", 3), ("11", 3)]


def test_too_many_bytes_split_too() -> None:
    assert [len(ids) for _, ids in split({1: 60, 2**63: 60})] == [1, 1]


def test_an_item_beyond_the_limit_ends_alone() -> None:
    assert [ids for _, ids in split({1: 500, 2: 1})] == [[1], [2]]


@given(items_with_sizes)
def test_every_item_is_in_exactly_one_part_that_keeps_the_limits(sizes: dict[int, int]) -> None:
    found = split(sizes)
    assert [id for _, ids in found for id in ids] == sorted(sizes)
    for leaf, ids in found:
        assert all(f"{id:064b}".startswith(leaf.prefix) for id in ids)
        assert len(ids) <= SMALL.max_items
        assert len(ids) == 1 or sum(sizes[id] for id in ids) <= SMALL.max_bytes


@given(items_with_sizes)
def test_leaves_are_the_shallowest(sizes: dict[int, int]) -> None:
    """A leaf together with all that shares its prefix but the last bit would break a limit."""
    for leaf, _ in split(sizes):
        if leaf.prefix:
            above = [id for id in sizes if f"{id:064b}".startswith(leaf.prefix[:-1])]
            assert len(above) > SMALL.max_items or sum(sizes[id] for id in above) > SMALL.max_bytes


@given(items_with_sizes, st.integers(0, 2**64 - 1), st.integers(0, 60))
def test_a_new_item_changes_one_part_alone(sizes: dict[int, int], id: int, size: int) -> None:
    if id in sizes:
        return
    before, after = contents(sizes), contents(sizes | {id: size})
    gone = before - after
    assert len(gone) <= 1
    assert frozenset().union(*(after - before)) == frozenset().union(*gone) | {id}


def test_a_new_item_of_a_full_part_makes_two() -> None:
    rng = np.random.default_rng(7)
    sizes = {int(id): 1 for id in rng.integers(0, 2**62, 500)}
    added = [{int(id): 1} for id in rng.integers(2**62, 2**63, 100)]
    for new in added:
        parts = contents(sizes)
        sizes |= new
        assert len(contents(sizes) - parts) <= 2


@given(items_with_sizes)
def test_the_range_of_a_leaf_holds_its_items_and_no_others(sizes: dict[int, int]) -> None:
    hexadecimal = [f"{id:016x}{0:016x}" for id in sorted(sizes)]
    for leaf, ids in split(sizes):
        first, before = leaf.item_range
        inside = [item for item in hexadecimal if first <= item < before]
        assert [int(item[:16], 16) for item in inside] == ids


def test_an_item_is_placed_by_its_first_64_bits() -> None:
    assert leading_bits("80" + "0" * 30) == 2**63
    assert bisect([leading_bits("0" * 32), leading_bits("f" * 32)], 2**62) == 1


@pytest.mark.parametrize(
    ("part", "of_files"),
    [
        (part_id("s", ""), False),
        (part_id("s", "01"), False),
        (large_part_id("s", "ab" * 16), False),
        (files_part_id("s", ""), True),
        (files_part_id("s", "01"), True),
    ],
)
def test_parts_of_other_files_are_told_by_name(part: str, of_files: bool) -> None:
    assert is_files_part(part) is of_files
    assert part.startswith("s/")


def test_part_names_differ() -> None:
    names = [
        part_id("s", ""),
        part_id("s", "0"),
        large_part_id("s", "0"),
        files_part_id("s", ""),
        files_part_id("s", "0"),
    ]
    assert len(set(names)) == len(names)
