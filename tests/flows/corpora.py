"""Small corpora on disk, made on the spot: two sources, boxes as VOC, a table of patients and labels."""

import csv
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from flows.build import BuildOrder, Built, build
from flows.config.corpus import read_corpus
from flows.orders import order_of
from pipeline.locks import locked
from pipeline.runner import Execute, Silent, serially
from pipeline.work import Work

CONFIG = """
name: small
ids: content
set: {root: none}
sources:
  - name: smears
    root: ${root}/smears
    licence: MIT
    attribution: nobody
    modality: microscopy
    technique: smear
    group_by: patient
    annotations: {kind: voc, path: boxes}
    exhaustive: [WBC]
    labels: {WBC: {kind: cell, name: white blood cell}, RBC: {kind: cell, name: red blood cell}}
    tables: [{path: patients.csv, join: file, columns: {patient: patient, label: label}}]
  - {name: films, root: "${root}/films", licence: CC0-1.0, modality: radiography, body_part: chest, group_by: file}
"""


def make_corpus(folder: Path, smears: int = 12, films: int = 6) -> Path:
    """Writes sources and `corpus.yaml`; returns the config's path."""
    (folder / "smears" / "boxes").mkdir(parents=True)
    (folder / "films").mkdir()
    for number in range(smears):
        add_smear(folder, number)
    for number in range(films):
        write_picture(folder / "films" / f"film-{number}.png", seed=1000 + number, channels=1)
    write_table(folder, {f"smear-{number}.jpg": {"label": "malaria"} for number in range(0, smears, 4)})
    config = folder / "corpus.yaml"
    config.write_text(CONFIG.replace("none", str(folder)))
    return config


def add_smear(folder: Path, number: int) -> None:
    write_picture(folder / "smears" / f"smear-{number}.jpg", seed=number)
    box = "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>"
    cells = f"<object><name>WBC</name>{box}</object><object><name>RBC</name>{box.replace('11', '2')}</object>"
    size = "<size><width>120</width><height>96</height><depth>3</depth></size>"
    (folder / "smears" / "boxes" / f"smear-{number}.xml").write_text(f"<annotation>{size}{cells}</annotation>")


def write_table(folder: Path, said: dict[str, dict[str, str]]) -> None:
    """One row for each smear, of patients of two pictures each, with what is said of some of them."""
    names = sorted(path.name for path in (folder / "smears").glob("*.jpg"))
    with (folder / "smears" / "patients.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "patient", "label", "report"])
        writer.writeheader()
        for i, name in enumerate(names):
            writer.writerow({"file": name, "patient": f"p{i // 2}", "label": "", "report": "", **said.get(name, {})})


def write_picture(path: Path, seed: int, channels: int = 3) -> None:
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 220, (6, 8, channels), dtype=np.uint8)
    picture = cv2.resize(coarse, (120, 96), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), picture)


def order_for(config: Path, work: Path | str, *settings: str, until: str | None = None) -> BuildOrder:
    return order_of(read_corpus(config, settings), Work(str(work)), until, None)


def build_small(config: Path, work: Path | str, *settings: str, execute: Execute = serially, **order: Any) -> Built:
    """Under the lock, as the command does it; without Prefect."""
    asked = order_for(config, work, *settings, **order)
    with locked(Path(asked.work.root)) if asked.work.local else nullcontext():
        return build(asked, execute, Silent())


def manifest(built: Built) -> bytes:
    assert built.release is not None
    return (Path(built.release.folder) / "manifest.json").read_bytes()
