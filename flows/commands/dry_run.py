"""`medregion build --dry-run`: the resolved config, what each source holds, and the space it takes; writes nothing."""

import tempfile
from pathlib import Path

import yaml

from flows.asked import expected_line
from flows.build import BuildOrder
from flows.terminal import tell
from pipeline.inventory.index import take_all
from pipeline.limits import BYTES_A_SOURCE_BYTE, free_bytes
from pipeline.trace import Trace


def print_plan(order: BuildOrder) -> None:
    tell(yaml.safe_dump(order.config.model_dump(mode="json"), sort_keys=False).rstrip())
    tell("---")
    with tempfile.TemporaryDirectory() as scratch, Trace.open(Path(scratch) / "trace") as trace:
        inventories = take_all(order.config.sources, order.id_key, trace, order.options)
        for name, inventory in inventories.items():
            counts = inventory.counts
            unannotated = counts.images_without_annotation
            more = "" if unannotated is None else f", {unannotated} without annotation"
            tell(f"{name}: {counts.images} images{more}, {counts.later} files of formats that a later step reads")
        (size,) = trace.connection.execute("SELECT coalesce(sum(size_bytes), 0) FROM files").fetchone()
    tell(f"space: about {size * BYTES_A_SOURCE_BYTE / 1e9:.2f} GB needed, {_free(order)} free")
    describe = order.config.describe
    if describe.openai is not None and describe.writer == "openai":
        images = sum(inventory.counts.images for inventory in inventories.values())
        tell(expected_line(order.work, order.answers, describe.openai, images))


def _free(order: BuildOrder) -> str:
    return f"{free_bytes(Path(order.work.root)) / 1e9:.1f} GB" if order.work.local else "unknown"
