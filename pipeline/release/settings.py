"""What a corpus config says under `release`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pipeline.sources import FORBID_EXTRA
from schemas.crops import CROP_CONTEXT, MIN_CROP_SIDE_PX


@dataclass(frozen=True, kw_only=True)
class ReleaseSettings:
    """How released pictures are sized and encoded, and how large a shard grows.

    `encoding` is of what release encodes itself: global views over the limit, and crops; pictures within the
    limit keep their bytes. JPEG is the default, since PNG costs four to six times the bytes and three times
    the decoding. It keeps full colour resolution, as small lesions differ by colour: at quality 90 that is
    smaller and nearer to the original than quality 95 with halved colour (measured on fundus and skin).
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_EXTRA
    version: str | None = None  # the folder's name; default: a hash of what is released
    profile: Literal["open", "any"] = "open"  # which licences are admitted: see `schemas/licences.csv`
    global_side_px: int = 768  # longest side of the global view; smaller pictures are never enlarged
    crop_context: float = CROP_CONTEXT  # share of the box's sides added on each side of a crop
    crop_side_px: int = 512  # longest side of a crop
    crop_min_side_px: int = MIN_CROP_SIDE_PX  # at source resolution, so that a tiny lesion keeps surroundings
    encoding: Literal["jpeg", "png"] = "jpeg"
    jpeg_quality: int = 90
    shard_bytes: int = 256_000_000
    shard_rows: int = 8192  # 64 row groups of 128: the footer stays below a megabyte
