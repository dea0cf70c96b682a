"""Pictures as sources give them, one of each kind that the writer must tell well."""

import random
from typing import Any

import pyarrow as pa

from tests.pipeline.describe.builders import Row, make_picture, make_region


def scattered(seed: int, count: int, image_wh: tuple[int, int], side: int) -> list[tuple[int, int, int, int]]:
    """Boxes of about `side` pixels anywhere in the picture."""
    rng = random.Random(seed)
    boxes = []
    for _ in range(count):
        width, height = (rng.randint(side * 4 // 5, side * 6 // 5) for _ in range(2))
        left, top = rng.randint(0, image_wh[0] - width), rng.randint(0, image_wh[1] - height)
        boxes.append((left, top, left + width, top + height))
    return boxes


def blood_smear() -> dict[str, pa.Table]:
    """Fifteen red cells, one white, two platelets; only white cells are annotated exhaustively."""
    regions = [make_region(box, "red blood cell", kind="cell") for box in scattered(4, 15, (640, 480), 100)]
    regions.append(make_region((420, 20, 600, 200), "white blood cell", kind="cell", exhaustive=True))
    regions += [make_region(box, "platelet", kind="cell") for box in [(20, 30, 55, 66), (560, 400, 600, 438)]]
    size = {"width": 640, "height": 480}
    return make_picture(
        regions,
        size,
        modality="microscopy",
        technique="smear",
        body_part="blood",
        annotation_scope=["white blood cell"],
    )


def fundus(laterality: str | None = None) -> dict[str, pa.Table]:
    """Disc, exudates and a haemorrhage, none of them annotated exhaustively."""
    exudates = [(200, 200, 230, 225), (260, 180, 275, 200), (220, 320, 260, 345)]
    regions = [make_region((600, 250, 720, 370), "optic disc", kind="anatomy")]
    regions += [make_region(box, "hard exudate") for box in exudates]
    regions.append(make_region((300, 420, 330, 450), "retinal haemorrhage"))
    size = {"width": 900, "height": 640}
    return make_picture(regions, size, modality="fundus", technique="colour", image_laterality=laterality)


def abdominal_ct(axes: list[str] | None) -> dict[str, pa.Table]:
    """A cyst, spleen and aorta with drawn masks, spacing from the header."""
    drawn: Row = {"segmenter": "given"}
    regions = [
        make_region((100, 150, 180, 240), "liver cyst", area_px=5650, **drawn),
        make_region((330, 200, 420, 310), "spleen", kind="anatomy", area_px=6000, **drawn),
        make_region((235, 240, 275, 280), "aorta", kind="anatomy", area_px=1250, **drawn),
    ]
    header: dict[str, Any] = {"width": 512, "height": 512, "plane": "axial" if axes else None, "axes": axes}
    header |= {"spacing_mm": [0.7, 0.7], "spacing_basis": "header"}
    header |= {"window": {"center": 40.0, "width": 400.0, "name": "soft tissue"}}
    return make_picture(regions, header, modality="ct", technique="portal", body_part="abdomen")


def chest_film(labels: list[Row] | None = None) -> dict[str, pa.Table]:
    film: Row = {"modality": "radiography", "technique": "plain", "body_part": "chest", "projection": "pa"}
    return make_picture(**film, label_states=labels)


def film_with_a_report() -> dict[str, pa.Table]:
    """A nodule that a reader marked, and what somebody wrote."""
    report = (
        "HISTORY: tuberculosis. FINDINGS: Pulmonary nodule. Moderate left pleural effusion, larger than before. "
        "Possible pneumonia in the right lower lobe. Emphysema. No pneumothorax or fracture. No large hiatal hernia."
    )
    nodule = make_region((500, 120, 560, 170), "pulmonary nodule")
    return make_picture([nodule], report=report, modality="radiography", technique="plain", body_part="chest")


def wrist_ultrasound() -> dict[str, pa.Table]:
    """Nerve and artery with drawn masks."""
    nerve = make_region((300, 180, 420, 260), "median nerve", kind="anatomy", area_px=7500, segmenter="given")
    artery = make_region((520, 240, 590, 300), "artery", kind="anatomy", area_px=3300, segmenter="given")
    return make_picture([nerve, artery], modality="ultrasound", technique="B-mode", body_part="wrist")


def proposals_alone() -> dict[str, pa.Table]:
    """Three areas that a detector without names found on a skin photograph."""
    by_detector = {"label_source": "model", "detector": "classical"}
    boxes = [(100, 80, 180, 160), (600, 380, 700, 560), (400, 250, 480, 330)]
    return make_picture(
        [make_region(box, **by_detector) for box in boxes], modality="dermatology", technique="clinical"
    )


def nothing_known() -> dict[str, pa.Table]:
    return make_picture()


def tissue(nuclei: int = 300) -> dict[str, pa.Table]:
    regions = [make_region(box, "cell nucleus", kind="cell") for box in scattered(7, nuclei, (900, 600), 22)]
    return make_picture(regions, modality="microscopy", technique="H&E", annotation_scope=["cell nucleus"])


SCENES = {
    "blood smear": blood_smear,
    "fundus": fundus,
    "right fundus": lambda: fundus("R"),
    "oriented ct": lambda: abdominal_ct(["L", "P"]),
    "ct without orientation": lambda: abdominal_ct(None),
    "chest film": chest_film,
    "film with a report": film_with_a_report,
    "wrist": wrist_ultrasound,
    "proposals": proposals_alone,
    "nothing": nothing_known,
    "tissue": tissue,
}
