"""Ranks against galleries small enough to count by hand."""

import numpy as np
import pytest

from pipeline.clip.evaluate.retrieval import RANKS, Pairs, Ranked, retrieve
from pipeline.clip.samples import Text
from pipeline.describe.claims import Subject

NOTHING: frozenset[str] = frozenset()


def pairs_of(names: str, modalities: str | None = None) -> Pairs:
    """A subject a letter; equal letters are true of each other, whatever their texts."""
    return Pairs(
        tuple(Subject(frozenset({name}), NOTHING) for name in names),
        tuple(Text(f"{name} {i}", frozenset({name})) for i, name in enumerate(names)),
        tuple(modalities or "m" * len(names)),
        tuple(f"g{i}" for i in range(len(names))),
    )


def ranked(z: np.ndarray, texts: np.ndarray, pairs: Pairs, within: bool = True, backwards: bool = False) -> Ranked:
    searched = z.astype(np.float32), texts.astype(np.float32)
    found = retrieve({("it", "none"): searched}, pairs, within, backwards)
    return found["it", "none"]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("size", [2, 7, 15, 300])
def test_where_all_ties_recall_is_chance(size: int, backwards: bool) -> None:
    pairs = pairs_of("".join(chr(0x4E00 + i) for i in range(size)))
    same = np.ones((size, 3))
    found = ranked(same, same, pairs, backwards=backwards)
    for k in RANKS:
        assert found.hits[k] == pytest.approx(min(1.0, k / size))
        assert found.chance[k] == pytest.approx(min(1.0, k / size))


def test_ranks_by_hand() -> None:
    pairs = pairs_of("abcdef")
    texts = np.eye(6)
    z = np.eye(6)
    z[0] = [0.5, 0.9, 0.1, 0, 0, 0]  # its own text comes second
    z[1] = [0.5, 0.5, 0, 0, 0, 0]  # ties with one other for the first place
    z[2] = [9, 8, -1, 7, 6, 5]  # last
    found = ranked(z, texts, pairs)
    assert found.hits[1].tolist() == [0, 0.5, 0, 1, 1, 1]
    assert found.hits[5].tolist() == [1, 1, 0, 1, 1, 1]
    assert found.gallery == 6


def test_whatever_is_true_of_a_query_counts() -> None:
    pairs = pairs_of("aab")
    found = ranked(np.eye(3)[[1, 0, 2]], np.eye(3), pairs)
    assert found.hits[1].tolist() == [1, 1, 1]
    assert found.chance[1] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_a_gallery_is_of_one_modality_and_holds_each_text_once() -> None:
    pairs = pairs_of("abab", "mmnn")
    found = ranked(np.eye(4)[[0, 1, 0, 1]], np.eye(4)[[0, 1, 0, 1]], pairs)
    assert (found.gallery, found.hits[1].tolist()) == (2, [1] * 4)
    doubled = Pairs(pairs.subjects, (pairs.texts[0], pairs.texts[1], *pairs.texts[:2]), pairs.modalities, pairs.groups)
    assert ranked(np.eye(4), np.eye(4), doubled, within=False).gallery == 2
    assert len(ranked(np.eye(4), np.eye(4), doubled, within=False, backwards=True).groups) == 2


def test_no_pair_gives_an_empty_table() -> None:
    found = ranked(np.zeros((0, 3)), np.zeros((0, 3)), pairs_of(""))
    assert (found.groups, found.gallery, found.chance) == ((), 0.0, dict.fromkeys(RANKS, 0.0))
