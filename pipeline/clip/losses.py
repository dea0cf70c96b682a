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


def own_negatives_loss(positives: torch.Tensor, negatives: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """log(1 + the sum of exp(false - true)) over pairs of a true and a false text (n, j), of which `valid` are there.

    Where all true texts of a row are one, its cross entropy against the false ones. Rows without any do not count.
    """
    lowest = torch.finfo(negatives.dtype).min
    margins = (negatives - positives).masked_fill(~valid, lowest)
    every = torch.cat([margins.new_zeros(len(margins), 1), margins], dim=1)
    counted = valid.any(dim=1)
    return every.logsumexp(dim=1)[counted].mean() if counted.any() else positives.sum() * 0
