"""Makes the two sources of `examples/demo.yaml`: `python examples/demo_sources.py FOLDER`.

pydicom/   the DICOM files that the pydicom package ships (MIT), copied;
smears/    drawn blood smears, with boxes as Pascal VOC and a table of patients and labels;
cysts/     drawn ultrasound pictures, with label masks.

Drawn pictures stand for no patient; they only exercise the formats until phantoms of all modalities replace them.
"""

import csv
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from pydicom.data import get_testdata_file

Picture = npt.NDArray[np.uint8]
CELLS = {"RBC": (14, (150, 140, 205)), "WBC": (24, (160, 70, 120)), "Platelets": (5, (150, 90, 150))}
SMEARS, CYSTS = 60, 40


def main(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    copy_pydicom(folder / "pydicom")
    draw_smears(folder / "smears")
    draw_cysts(folder / "cysts")


def copy_pydicom(folder: Path) -> None:
    """The package's own test files, without those that it would download."""
    found = get_testdata_file("CT_small.dcm")
    shutil.copytree(Path(str(found)).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def draw_smears(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "boxes").mkdir()
    rows = []
    for number in range(SMEARS):
        picture, boxes = smear(np.random.default_rng(number))
        cv2.imwrite(str(folder / "images" / f"smear-{number:03}.jpg"), picture)
        (folder / "boxes" / f"smear-{number:03}.xml").write_text(voc(boxes, picture.shape))
        rows.append(
            {"file": f"smear-{number:03}.jpg", "patient": f"p{number // 3}", "label": "malaria" * (number % 5 == 0)}
        )
    with (folder / "patients.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "patient", "label"])
        writer.writeheader()
        writer.writerows(rows)


def smear(random: np.random.Generator) -> tuple[Picture, list[tuple[str, int, int, int, int]]]:
    """A 320 x 240 field and the box of every cell in it."""
    ground = np.full((240, 320, 3), (205, 205, 228), np.float32) + random.normal(0, 6, (240, 320, 1))
    picture = cv2.GaussianBlur(ground, (0, 0), 3)
    boxes = []
    for name, amount in (("RBC", 12), ("WBC", 1), ("Platelets", 3)):
        radius, colour = CELLS[name]
        for _ in range(random.integers(1, amount + 1)):
            r = int(radius * random.uniform(0.8, 1.2))
            x, y = (int(random.integers(r + 1, side - r - 1)) for side in (320, 240))
            shade = np.array(colour) * random.uniform(0.9, 1.1)
            cv2.circle(picture, (x, y), r, shade.tolist(), -1, cv2.LINE_AA)
            centre = shade * (1.12 if name == "RBC" else 0.6)
            cv2.circle(picture, (x, y), r // 2, centre.tolist(), -1, cv2.LINE_AA)
            boxes.append((name, x - r, y - r, x + r + 1, y + r + 1))
    noisy = cv2.GaussianBlur(picture, (0, 0), 1) + random.normal(0, 3, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), boxes


def voc(boxes: list[tuple[str, int, int, int, int]], shape: tuple[int, ...]) -> str:
    """Pascal VOC counts pixels from one and includes the last."""
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x1 + 1}</xmin><ymin>{y1 + 1}</ymin>"
        f"<xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for name, x1, y1, x2, y2 in boxes
    )
    size = f"<size><width>{shape[1]}</width><height>{shape[0]}</height><depth>3</depth></size>"
    return f"<annotation>{size}{objects}</annotation>\n"


def draw_cysts(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for number in range(CYSTS):
        picture, mask = cyst(np.random.default_rng(1000 + number))
        cv2.imwrite(str(folder / "images" / f"cyst-{number:03}.png"), picture)
        cv2.imwrite(str(folder / "masks" / f"cyst-{number:03}_mask.png"), mask)


def cyst(random: np.random.Generator) -> tuple[Picture, Picture]:
    """A 256 x 256 speckled picture with up to two echo-free ellipses, bright behind; their masks hold 1."""
    depth = np.linspace(1.1, 0.6, 256)[:, None]
    layers = 90 + 20 * np.sin(np.linspace(0, 18, 256) + random.uniform(0, 6))[:, None]
    echo, mask = layers * depth * np.ones((256, 256)), np.zeros((256, 256), np.uint8)
    for _ in range(random.integers(0, 3)):
        a, b = (int(random.integers(8, 36)) for _ in range(2))
        x, y = (int(random.integers(44, 212)) for _ in range(2))
        shape = cv2.ellipse(np.zeros((256, 256), np.uint8), (x, y), (a, b), 0, 0, 360, 1, -1)
        echo[y : min(256, y + b + 30), x - a // 2 : x + a // 2] *= 1.3
        echo[shape > 0] = 8
        mask |= shape
    speckle = cv2.GaussianBlur(random.rayleigh(1.0, (256, 256)), (0, 0), 1.2)
    return np.clip(echo * speckle, 0, 255).astype(np.uint8), mask


if __name__ == "__main__":
    main(Path(sys.argv[1]))
