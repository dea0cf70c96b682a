"""Each loss against a slow reference in double precision, its gradient against finite differences, and its edges."""

import math
from collections.abc import Callable

import pytest
import torch

from pipeline.clip.losses import own_negatives_loss, sigmoid_loss, softmax_loss

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def case(n: int, m: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    logits = torch.randn(n, m, generator=random, dtype=torch.float64) * 3
    return logits, torch.randint(-1, 2, (n, m), generator=random)


def slow_sigmoid(logits: list[list[float]], targets: list[list[int]]) -> float:
    total = 0.0
    for row, signs in zip(logits, targets, strict=True):
        for logit, sign in zip(row, signs, strict=True):
            if sign:
                total += math.log1p(math.exp(-sign * logit))
    return total / len(logits)


def slow_shares(logits: list[list[float]], targets: list[list[int]]) -> float:
    found = []
    for row, signs in zip(logits, targets, strict=True):
        positive = sum(math.exp(x) for x, sign in zip(row, signs, strict=True) if sign == 1)
        known = sum(math.exp(x) for x, sign in zip(row, signs, strict=True) if sign)
        if positive:
            found.append(-math.log(positive / known))
    return sum(found) / len(found) if found else 0.0


def slow_softmax(logits: list[list[float]], targets: list[list[int]]) -> float:
    turned = [list(each) for each in zip(*logits, strict=True)], [list(each) for each in zip(*targets, strict=True)]
    return (slow_shares(logits, targets) + slow_shares(*turned)) / 2


@pytest.mark.parametrize(("fast", "slow"), [(sigmoid_loss, slow_sigmoid), (softmax_loss, slow_softmax)])
@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 5), (6, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_pair_losses_equal_a_slow_reference(
    fast: Loss, slow: Callable[[list[list[float]], list[list[int]]], float], n: int, m: int, seed: int
) -> None:
    logits, targets = case(n, m, seed)
    assert fast(logits, targets).item() == pytest.approx(slow(logits.tolist(), targets.tolist()), abs=1e-12)


@pytest.mark.parametrize("loss", [sigmoid_loss, softmax_loss])
def test_pair_losses_pass_gradcheck(loss: Loss) -> None:
    logits, targets = case(4, 5, 7)
    assert torch.autograd.gradcheck(lambda x: loss(x, targets), (logits.requires_grad_(),))


@pytest.mark.parametrize("loss", [sigmoid_loss, softmax_loss])
def test_unknown_pairs_have_no_gradient_and_nothing_known_is_zero(loss: Loss) -> None:
    logits, targets = case(4, 5, 3)
    logits.requires_grad_()
    loss(logits, targets).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.all(logits.grad[targets == 0] == 0)
    assert loss(logits, torch.zeros_like(targets)).item() == 0.0


def test_own_negatives_equal_a_slow_reference_and_pass_gradcheck() -> None:
    random = torch.Generator().manual_seed(2)
    positive = torch.randn(5, 3, generator=random, dtype=torch.float64)
    negatives = torch.randn(5, 3, generator=random, dtype=torch.float64)
    valid = torch.rand(5, 3, generator=random) < 0.6
    valid[4] = False
    expected = [
        math.log(1 + sum(math.exp(x - p) for p, x, v in zip(true, row, there, strict=True) if v))
        for true, row, there in zip(positive.tolist(), negatives.tolist(), valid.tolist(), strict=True)
        if any(there)
    ]
    found = own_negatives_loss(positive, negatives, valid)
    assert found.item() == pytest.approx(sum(expected) / len(expected), abs=1e-12)
    inputs = (positive.requires_grad_(), negatives.requires_grad_())
    assert torch.autograd.gradcheck(lambda p, x: own_negatives_loss(p, x, valid), inputs)


def test_own_negatives_without_any_are_zero_with_a_gradient_of_zero() -> None:
    positive = torch.ones(2, 3, requires_grad=True)
    loss = own_negatives_loss(positive, torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.bool))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0.0
    assert torch.equal(positive.grad, torch.zeros(2, 3))  # type: ignore[arg-type]
