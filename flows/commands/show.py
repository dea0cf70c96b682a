"""`medregion show`: one image with its boxes, masks and texts."""

from pathlib import Path

from flows.terminal import tell
from schemas.errors import StorageError


def run(url: str, image_id: str, png: Path | None) -> None:
    from pipeline.show import drawn, shown_image

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
        _save(png, drawn(image))
        tell(f"drawn     {png}")


def _save(path: Path, rgb: "object") -> None:
    import cv2
    import numpy as np

    _, encoded = cv2.imencode(".png", cv2.cvtColor(np.asarray(rgb), cv2.COLOR_RGB2BGR))
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; choose another --png") from error
