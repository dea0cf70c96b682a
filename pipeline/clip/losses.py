"""What pulls pictures and texts together; targets are +1 (true of it), -1 (certainly false of it), 0 (unknown)."""

import torch
from torch.nn import functional


def sigmoid_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean over rows of the summed -log sigmoid(target * logit), (n, m) both; unknown pairs do not count.

    SigLIP (Zhai et al. 2023) with three-valued targets.
    """
    signs = targets.to(logits.dtype)
    return (-functional.logsigmoid(signs * logits) * signs.abs()).sum() / max(1, len(logits))


def softmax_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """InfoNCE in both directions, with several positives: -log of their share among all that is known, a row or
    column; rows and columns without a positive do not count.
    """
    return (_shares(logits, targets) + _shares(logits.T, targets.T)) / 2


def _shares(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    lowest = torch.finfo(logits.dtype).min
    positive = logits.masked_fill(targets != 1, lowest).logsumexp(dim=1)
    known = logits.masked_fill(targets == 0, lowest).logsumexp(dim=1)
    counted = (targets == 1).any(dim=1)
    return (known - positive)[counted].mean() if counted.any() else logits.sum() * 0


def own_negatives_loss(positive: torch.Tensor, negatives: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Cross entropy of each text (n,) against its own false versions (n, j), of which `valid` (n, j) are there.

    Rows without any do not count.
    """
    lowest = torch.finfo(negatives.dtype).min
    others = negatives.masked_fill(~valid, lowest)
    every = torch.cat([positive[:, None], others], dim=1)
    counted = valid.any(dim=1)
    return (every.logsumexp(dim=1) - positive)[counted].mean() if counted.any() else positive.sum() * 0
