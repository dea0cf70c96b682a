"""A folder of phantoms: pictures, region files, a table, and beside them the truth.

OUT/images/MODALITY/ID.png or .dcm      OUT/records.jsonl      what a corpus reads
OUT/regions/MODALITY/ID.json            OUT/phantoms.json      settings and counts
OUT/truth.parquet                       OUT/canaries.jsonl     what tests read; canaries of DICOM alone
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest.region_files import dumped
from pipeline.phantoms.dicom import as_dicom, canaries, report_canary
from pipeline.phantoms.generate import modality
from pipeline.phantoms.paint import paint_patient
from pipeline.phantoms.plan import Patient, plan_patient
from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.sentences.facts import text_of
from pipeline.phantoms.sentences.report import report
from pipeline.phantoms.settings import PhantomSettings
from pipeline.phantoms.supervision import Supervision, supervise
from pipeline.phantoms.truth import TRUTH, truth_row
from schemas.taxonomy.categories import categories

VERSION = 1
IMAGES, REGIONS, RECORDS, TRUTH_FILE = "images", "regions", "records.jsonl", "truth.parquet"
ABOUT, CANARIES = "phantoms.json", "canaries.jsonl"
ROW_GROUP = 1000  # pictures, of the truth
FAST_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True)
class Written:
    """The rows of one patient's pictures."""

    records: tuple[Mapping[str, Any], ...]
    truth: tuple[dict[str, Any], ...]
    canaries: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Task:
    """One patient, by name: what draws is not sent between processes."""

    settings: PhantomSettings
    index: int
    modality: str
    pictures: int
    folder: str
    dicom: bool

    def patient(self) -> Patient:
        return plan_patient(self.settings, self.index, modality(self.modality), self.pictures)


def write_patient(task: Task) -> Written:
    """Draws and writes a patient's pictures and region files; its rows are for the caller to write."""
    cv2.setNumThreads(1)
    patient = task.patient()
    return joined(_write(task, patient, phantom) for phantom in paint_patient(task.settings, patient))


def _write(task: Task, patient: Patient, phantom: Phantom) -> Written:
    seen = supervise(task.settings, patient, phantom)
    name = f"{phantom.modality}/{phantom.id}"
    file = f"{IMAGES}/{name}.{'dcm' if task.dicom else 'png'}"
    folder = Path(task.folder)
    height, width = phantom.pixels.shape[:2]
    _save(folder / file, as_dicom(phantom) if task.dicom else _png(phantom))
    _save(folder / f"{REGIONS}/{name}.json", dumped((width, height), iter(seen.regions), seen.exhaustive))
    planted = [{"file": file, **asdict(canary)} for canary in canaries(phantom)] if task.dicom else []
    return Written((_record(task, phantom, seen, file),), (truth_row(phantom, file, seen.untold),), tuple(planted))


def _png(phantom: Phantom) -> bytes:
    pixels = phantom.pixels if phantom.pixels.ndim == 2 else phantom.pixels[:, :, ::-1]
    return bytes(cv2.imencode(".png", pixels, FAST_PNG)[1])


def _save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _record(task: Task, phantom: Phantom, seen: Supervision, file: str) -> Mapping[str, Any]:
    text = text_of(report(phantom, "training", seen.untold, task.settings.seed))
    return {
        "file": file,
        "patient": phantom.patient,
        "study": f"{phantom.patient}-{phantom.visit}",
        "report": f"{report_canary(phantom)}. {text}" if task.dicom else text,
        "sex": phantom.sex,
        "age": str(phantom.age),
        **{name: getattr(phantom, name) or "" for name in ("modality", "technique", "body_part", "projection")},
        "laterality": phantom.image_laterality or "",
        **{f"state:{each.id}": seen.states.get(each.id, "") for each in categories()},
    }


def joined(parts: Iterable[Written]) -> Written:
    listed = list(parts)
    return Written(
        tuple(row for part in listed for row in part.records),
        tuple(row for part in listed for row in part.truth),
        tuple(row for part in listed for row in part.canaries),
    )


def write_tables(folder: Path, settings: PhantomSettings, parts: Iterable[Written]) -> Iterator[int]:
    """Appends the rows of patients as they come, in their order; yields how many pictures each time. The settings are
    written last: a folder without them is not whole.
    """
    planted, pictures, unwritten = False, 0, list[dict[str, Any]]()
    with (
        (folder / RECORDS).open("w", encoding="utf-8") as records,
        (folder / CANARIES).open("w", encoding="utf-8") as canary_lines,
        pq.ParquetWriter(folder / TRUTH_FILE, TRUTH, compression="zstd") as truth,
    ):
        for part in parts:
            records.writelines(_line(row) for row in part.records)
            canary_lines.writelines(_line(row) for row in part.canaries)
            planted, pictures = planted or bool(part.canaries), pictures + len(part.records)
            unwritten += part.truth
            if len(unwritten) >= ROW_GROUP:
                truth.write_table(pa.Table.from_pylist(unwritten, schema=TRUTH))
                unwritten.clear()
            yield len(part.records)
        truth.write_table(pa.Table.from_pylist(unwritten, schema=TRUTH))
    if not planted:
        (folder / CANARIES).unlink()
    about = {"version": VERSION, "pictures": pictures, "settings": settings.as_json()}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
