"""The nearest false texts, and a text's own false versions, on numbers that can be read."""

import torch

from pipeline.clip.objective import _hardest, _some
from pipeline.clip.samples import Version


def test_the_nearest_of_the_false_texts_are_taken_and_no_other() -> None:
    logits = torch.tensor([[9.0, 5.0, 4.0, 3.0], [9.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]])
    known = torch.tensor([[1, -1, 0, -1], [-1, 1, -1, -1], [1, 0, 0, 1]])
    nearest, there = _hardest(logits, known)
    assert nearest[there].tolist() == [5.0, 3.0, 9.0, 3.0]
    assert there.tolist() == [[True, True], [True, True], [False, False]]


def test_one_text_in_a_batch_has_no_rival() -> None:
    nearest, there = _hardest(torch.tensor([[3.0]]), torch.tensor([[1]]))
    assert (nearest.shape, there.any().item()) == ((1, 1), False)


def test_false_versions_come_in_turns() -> None:
    a, b, c = (Version("true", word) for word in "abc")
    assert [list(_some((a, b, c), turn)) for turn in range(3)] == [[a, b], [b, c], [c, a]]
    assert list(_some((a,), 7)) == [a]
    assert list(_some((), 7)) == []
