"""`medregion embed`: vectors of pictures, as Parquet."""

from pathlib import Path

from flows.terminal import say, tell
from pipeline.clip.checkpoint import latest
from pipeline.clip.embed_images import embed_images
from pipeline.clip.settings import Device
from schemas.errors import ConfigError, FellShort

NAMED = 3


def run(checkpoint: Path, images: Path, out: Path, boxes: Path | None, device: Device = "auto") -> None:
    if not images.is_dir():
        raise ConfigError("IMAGES", f"{images} is no folder")
    if boxes is not None and not boxes.is_file():
        raise ConfigError("--boxes", f"{boxes} is no file")
    found = embed_images(latest(checkpoint), images, out, boxes, device)
    tell(f"{found.pictures} pictures in {out}")
    if found.undecodable:
        say(f"not decoded: {', '.join(found.undecodable[:NAMED])}")
        raise FellShort(f"{len(found.undecodable)} files did not decode and have no row")
