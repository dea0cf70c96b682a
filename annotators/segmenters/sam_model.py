"""Segment-anything networks from files and to files, the published ones and others of the same architecture."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

from annotators.weights import Weights, architecture, read_state, unfit, write_state

FAMILY = "segment_anything"
PIXEL_MEAN, PIXEL_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # grey levels, RGB


@dataclass(frozen=True, kw_only=True)
class SamArchitecture:
    """What `segment_anything.build_sam` fixes in code; the defaults are those of the published ViT-B, L and H."""

    encoder_embed_dim: int
    encoder_depth: int
    encoder_num_heads: int
    encoder_global_attn_indexes: tuple[int, ...]
    image_size: int = 1024
    patch_size: int = 16
    window_size: int = 14
    prompt_embed_dim: int = 256
    mask_in_chans: int = 16
    decoder_depth: int = 2
    decoder_num_heads: int = 8
    decoder_mlp_dim: int = 2048
    iou_head_depth: int = 3
    iou_head_hidden_dim: int = 256


PUBLISHED: Mapping[int, SamArchitecture] = {
    dim: SamArchitecture(
        encoder_embed_dim=dim,
        encoder_depth=depth,
        encoder_num_heads=heads,
        encoder_global_attn_indexes=indexes,
    )
    for dim, depth, heads, indexes in (
        (768, 12, 12, (2, 5, 8, 11)),
        (1024, 24, 16, (5, 11, 17, 23)),
        (1280, 32, 16, (7, 15, 23, 31)),
    )
}


def build_sam(shape: SamArchitecture) -> Any:
    """A `segment_anything.modeling.Sam` with random weights, in evaluation mode."""
    grid = shape.image_size // shape.patch_size
    encoder = ImageEncoderViT(
        depth=shape.encoder_depth,
        embed_dim=shape.encoder_embed_dim,
        img_size=shape.image_size,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        num_heads=shape.encoder_num_heads,
        patch_size=shape.patch_size,
        use_rel_pos=True,
        global_attn_indexes=shape.encoder_global_attn_indexes,
        window_size=shape.window_size,
        out_chans=shape.prompt_embed_dim,
    )
    prompts = PromptEncoder(
        embed_dim=shape.prompt_embed_dim,
        image_embedding_size=(grid, grid),
        input_image_size=(shape.image_size, shape.image_size),
        mask_in_chans=shape.mask_in_chans,
    )
    sam = Sam(encoder, prompts, _mask_decoder(shape), PIXEL_MEAN, PIXEL_STD)
    return sam.eval().requires_grad_(False)


def _mask_decoder(shape: SamArchitecture) -> Any:
    transformer = TwoWayTransformer(
        depth=shape.decoder_depth,
        embedding_dim=shape.prompt_embed_dim,
        mlp_dim=shape.decoder_mlp_dim,
        num_heads=shape.decoder_num_heads,
    )
    return MaskDecoder(
        num_multimask_outputs=3,
        transformer=transformer,
        transformer_dim=shape.prompt_embed_dim,
        iou_head_depth=shape.iou_head_depth,
        iou_head_hidden_dim=shape.iou_head_hidden_dim,
    )


def load_sam(weights: Weights) -> Any:
    """A `Sam` on the CPU, float32, in evaluation mode.

    The architecture is read from the file's header, else known from the width of a published encoder. Raises
    WeightsError for a file that is unsafe, damaged or of another architecture.
    """
    described = architecture(weights, FAMILY)
    state = {name: tensor.float() for name, tensor in read_state(weights).items()}
    try:
        shape = _published(state) if described is None else _described(described)
        with torch.device("meta"):  # ViT-H takes seconds to fill with random numbers that nobody needs
            sam = build_sam(shape)
        sam.load_state_dict(state, assign=True)
    except Exception as error:  # the builder fails in many ways on numbers that do not fit each other
        raise unfit(weights, error) from error
    for name, levels in (("pixel_mean", PIXEL_MEAN), ("pixel_std", PIXEL_STD)):  # not part of the state
        setattr(sam, name, torch.tensor(levels).view(-1, 1, 1))
    return sam.eval().requires_grad_(False)


def save_sam(sam: Any, shape: SamArchitecture, path: str | Path) -> str:
    """Writes a safetensors file that `load_sam` reads; returns its sha256."""
    return write_state(sam.state_dict(), FAMILY, asdict(shape), path)


def _published(state: Mapping[str, torch.Tensor]) -> SamArchitecture:
    width = state["image_encoder.pos_embed"].shape[-1] if "image_encoder.pos_embed" in state else 0
    if width not in PUBLISHED:
        raise ValueError("neither a header nor the encoder's width says which one it is")
    return PUBLISHED[width]


def _described(described: Mapping[str, Any]) -> SamArchitecture:
    indexes = tuple(described["encoder_global_attn_indexes"])
    return SamArchitecture(**{**described, "encoder_global_attn_indexes": indexes})
