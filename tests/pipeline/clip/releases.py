"""Small releases made on the spot: coloured discs on grey, each a region whose texts tell its colour and place."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.facts import Fact
from schemas.tables.release import RELEASE, RELEASE_VERSION

COLOURS = {"drusen": (230, 220, 60), "hard exudate": (230, 60, 60), "blot haemorrhage": (60, 60, 230)}
SIDES = ("image-left", "centre", "image-right")
WORDS = {"image-left": "left", "centre": "centre", "image-right": "right"}
SIDE_PX, RADIUS = 60, 7


@dataclass(frozen=True)
class Disc:
    name: str
    side: str


def make_release(folder: Path, splits: dict[str, int], group_rows: int = 8, **options: Any) -> Path:
    """`splits`: rows of each. Every third picture has no region."""
    folder.mkdir(parents=True)
    for split, count in splits.items():
        rows = [make_row(i, split, **options) for i in range(count)]
        table = pa.Table.from_pylist(rows, schema=RELEASE)
        pq.write_table(table, folder / f"{split}-0123456789abcdef.parquet", row_group_size=group_rows)
    (folder / "manifest.json").write_text(json.dumps({"schema_version": RELEASE_VERSION}))
    return folder


def make_row(
    number: int,
    split: str = "train",
    discs: Sequence[Disc] | None = None,
    group: str | None = None,
    placed: bool = True,
) -> dict[str, Any]:
    """Where not `placed`, captions do not tell where a disc lies, so that its box alone tells nothing of them."""
    random = np.random.default_rng((number, len(split)))
    if discs is None:
        names, sides = random.permutation(list(COLOURS))[: number % 3], random.permutation(SIDES)
        discs = [Disc(str(name), str(side)) for name, side in zip(names, sides, strict=False)]
    picture = np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8) + random.integers(0, 20, (SIDE_PX, SIDE_PX, 3), np.uint8)
    centres = [(10 + 20 * SIDES.index(disc.side), int(random.integers(12, 48))) for disc in discs]
    for disc, centre in zip(discs, centres, strict=True):
        cv2.circle(picture, centre, RADIUS, COLOURS[disc.name], -1)
    image_id = f"{split[:2]}{number:030}"
    acquired = [
        Fact("image", "acquisition", name, value, "header")
        for name, value in (("modality", "fundus"), ("body_part", "retina"))
    ]
    states = [("diabetic_retinopathy", "present" if discs else "absent")]
    there = {disc.name for disc in discs}
    told = ", ".join(f"{'one' if name in there else 'no'} {name}" for name in COLOURS)
    counted = [Fact("image", "count", disc.name, "1", "phantom") for disc in discs]
    gone = [name for name in COLOURS if name not in there]
    missing = [Fact("image", "presence", "name", name, "phantom", assertion="absent") for name in gone]
    return {
        **dict.fromkeys(RELEASE.names),
        "image_id": image_id,
        "group_id": group or f"g{number // 2}",
        "split": split,
        "source": "discs",
        "licence": "CC0-1.0",
        "modality": "fundus",
        "body_part": "retina",
        "width": SIDE_PX,
        "height": SIDE_PX,
        "scale": 1.0,
        "schema_version": RELEASE_VERSION,
        "label_states": [
            {"category": category, "state": state, "visible": True, "basis": "phantom", "stated": True}
            for category, state in states
        ],
        "summary": "A fundus photograph of the retina.",
        "report": f"A fundus photograph of the retina with {told}.",
        "facts": [fact.row() for fact in (*acquired, *counted, *missing)],
        "regions": [
            _region(f"{image_id[:20]}{i}", disc, centre, picture, placed)
            for i, (disc, centre) in enumerate(zip(discs, centres, strict=True))
        ],
        "image": {"bytes": encoded(picture), "path": f"{image_id}.png"},
    }


def _region(region_id: str, disc: Disc, centre: tuple[int, int], picture: np.ndarray, placed: bool) -> dict[str, Any]:
    x, y = centre
    box = [x - RADIUS, y - RADIUS, x + RADIUS + 1, y + RADIUS + 1]
    crop = [max(0, box[0] - 4), max(0, box[1] - 4), min(SIDE_PX, box[2] + 4), min(SIDE_PX, box[3] + 4)]
    place = f" in the {WORDS[disc.side]} of the image" if placed else ""
    others = [name for name in COLOURS if name != disc.name]
    facts = [
        Fact(region_id, "identity", "name", disc.name, "phantom"),
        Fact(region_id, "position", "image_side", disc.side, "geometry", frame="image"),
    ]
    return {
        "region_id": region_id,
        "kind": "finding",
        "label": disc.name,
        "label_source": "phantom",
        "box_xyxy": [float(edge) for edge in box],
        "crop_box_xyxy": [float(edge) for edge in crop],
        "crop": {"bytes": encoded(picture[crop[1] : crop[3], crop[0] : crop[2]]), "path": f"{region_id}.png"},
        "caption": f"A {disc.name}{place}.",
        "paraphrase": f"There is a {disc.name}{place}.",
        "facts": [fact.row() for fact in facts],
        "negatives": [
            {"text": f"A {other}{place}.", "positive": None, "kind": "edit", "slot": "name", "changed_slots": ["name"],
             "original": disc.name, "replaced": other, "certainty": "certified"}
            for other in others
        ],
    }  # fmt: skip


def encoded(picture: np.ndarray) -> bytes:
    return bytes(cv2.imencode(".png", picture[:, :, ::-1])[1])
