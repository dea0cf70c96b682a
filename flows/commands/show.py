"""`medregion show`: one image with its boxes, masks and texts."""

from pathlib import Path

from flows.terminal import tell
from schemas.errors import StorageError


def run(url: str, image_id: str, png: Path | None) -> None:
    from pipeline.show import drawn, png_of, shown_image

    image = shown_image(url, image_id)
    tell(f"image_id  {image.image_id}")
    for name, value in image.about.items():
        if value:
            tell(f"{name:<9} {value}")
    tell(f"summary   {image.summary}\nreport    {image.report}")
    for region in image.regions:
        box = ", ".join(f"{edge:g}" for edge in region.box_xyxy)
        tell(f"region    {region.region_id}  {region.name}  [{box}]  {region.caption}")
    if png is not None:
        _save(png, png_of(drawn(image)))
        tell(f"drawn     {png}")


def _save(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; choose another --png") from error
