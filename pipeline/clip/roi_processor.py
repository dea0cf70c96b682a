"""Regions see their picture, and the picture sees its regions: blocks whose two branches start closed.

A block adds to each region what it finds among the picture's patches, and to the global token what it finds among
the valid regions and a learned null token. Both additions are scaled by a gate that starts at zero, while output
projections do not, so that gradients reach the gates at once. Without a valid region the global token is untouched.
"""

import torch
from torch import nn
from torch.nn import functional


class CrossAttention(nn.Module):
    """Pre-norm attention of queries (n, q, w) to a context (n, c, w); `valid` (n, c) says what may be looked at."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_norm, self.context_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_query, self.to_key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, queries: torch.Tensor, context: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
        n, q, width = queries.shape
        seen = self.context_norm(context)
        query = self.to_query(self.queries_norm(queries)).view(n, q, self.heads, -1).transpose(1, 2)
        key, value = self.to_key_value(seen).view(n, -1, 2, self.heads, width // self.heads).unbind(2)
        mask = None if valid is None else valid[:, None, None, :]
        found = functional.scaled_dot_product_attention(query, key.transpose(1, 2), value.transpose(1, 2), mask)
        told: torch.Tensor = self.out(found.transpose(1, 2).reshape(n, q, width))
        return told


class RoiBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.region, self.picture = CrossAttention(width, heads), CrossAttention(width, heads)
        self.region_gate = nn.Parameter(torch.zeros(()))
        self.global_gate = nn.Parameter(torch.zeros(()))

    def forward(
        self, glob: torch.Tensor, regions: torch.Tensor, patches: torch.Tensor, null: torch.Tensor, valid: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        regions = regions + self.region_gate * self.region(regions, patches)
        context = torch.cat([null.expand(len(glob), 1, -1), regions], dim=1)
        seen = torch.cat([valid.new_ones(len(glob), 1), valid], dim=1)
        glob = glob + self.global_gate * self.picture(glob[:, None], context, seen)[:, 0]
        return glob, regions


class RoiProcessor(nn.Module):
    """`glob` (n, w), `regions` (n, k, w), `patches` (n, p, w), `valid` (n, k) bool to (`glob`, `regions`).

    A picture without a valid region keeps its `glob` bit for bit.
    """

    def __init__(self, width: int, heads: int, depth: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(RoiBlock(width, heads) for _ in range(depth))
        self.null = nn.Parameter(torch.randn(width) * 0.02)

    def forward(
        self, glob: torch.Tensor, regions: torch.Tensor, patches: torch.Tensor, valid: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        informed = glob
        for block in self.blocks:
            informed, regions = block(informed, regions, patches, self.null, valid)
        return torch.where(valid.any(dim=1, keepdim=True), informed, glob), regions
