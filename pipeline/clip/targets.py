"""Which texts are true and which certainly false of which subjects.

A pair of subject and text is +1 where all that the text tells is true, -1 where any of it is certainly false, else 0:
`right effusion` is no negative of a small right effusion, and a summary that fits many pictures is one of none of them.
"""

from collections.abc import Mapping, Sequence

import torch

from pipeline.describe.claims import Claims, Subject


def targets(subjects: Sequence[Subject], told: Sequence[Claims]) -> torch.Tensor:
    """(subjects, texts) int64 of +1, -1 and 0. A text that tells nothing that is compared is unknown of everything."""
    place = {claim: i for i, claim in enumerate(sorted(frozenset().union(*told)))}
    pairs = [(i, place[claim]) for i, each in enumerate(told) for claim in each]
    indices = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    size = (len(told), len(place))
    texts = torch.sparse_coo_tensor(indices, torch.ones(len(pairs)), size, check_invariants=True).coalesce()
    counts = torch.tensor([len(each) for each in told])
    entailed = (_held(texts, place, [each.true for each in subjects]) == counts) & (counts > 0)
    contradicted = _held(texts, place, [each.false for each in subjects]) > 0
    return entailed.long() - contradicted.long()


def _held(texts: torch.Tensor, place: Mapping[str, int], sets: Sequence[Claims]) -> torch.Tensor:
    """(sets, texts): how many of a text's claims are in a set; `texts` (texts, claims) is sparse."""
    pairs = [(place[claim], i) for i, each in enumerate(sets) for claim in each & place.keys()]
    found = torch.zeros(len(place), len(sets))
    if pairs:
        found[tuple(torch.tensor(pairs).T)] = 1.0
    held: torch.Tensor = torch.sparse.mm(texts, found)
    return held.T
