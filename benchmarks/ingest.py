"""Ingest against bare decode and encode of the same files in the same process, and memory as a corpus grows."""

import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from benchmarks.corpora import make_corpus, watched_build
from benchmarks.phantoms import phantom_rows
from benchmarks.rows import Row
from pipeline.ingest.images import Ingest
from schemas.ids import IdKey
from schemas.tables.inventory import INVENTORY

SIDE_PX = 512
STORED_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)  # what bare encoding is asked for: fast, lossless
Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@dataclass(frozen=True)
class Kind:
    """Files of one kind, and what it takes to decode and encode one of them and no more."""

    name: str
    make: Callable[[int], bytes]
    bare: Callable[[bytes], object]


def texture(seed: int, channels: int) -> Picture:
    """Soft structures under fine noise, which compress about as a radiograph or a photograph of skin does."""
    random = np.random.default_rng(seed)
    coarse = cv2.resize(random.integers(30, 220, (12, 12, channels), dtype=np.uint8), (SIDE_PX, SIDE_PX))
    noisy = coarse.reshape(SIDE_PX, SIDE_PX, channels) + random.normal(0, 4, (SIDE_PX, SIDE_PX, channels))
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def encoded(suffix: str, channels: int) -> Callable[[int], bytes]:
    return lambda seed: bytes(cv2.imencode(suffix, texture(seed, channels))[1])


def ct(seed: int) -> bytes:
    """A CT slice of 16 bits with the usual rescale."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(seed)])
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.Modality, data.PatientID = "CT", f"patient {seed}"
    data.Rows = data.Columns = SIDE_PX
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleSlope, data.RescaleIntercept, data.WindowCenter, data.WindowWidth = 1, -1024, 40, 400
    data.PixelData = (texture(seed, 1).astype(np.uint16) * 8).tobytes()
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


def bare_raster(suffix: str) -> Callable[[bytes], object]:
    settings = STORED_PNG if suffix == ".png" else ()

    def decode_and_encode(data: bytes) -> object:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        return cv2.imencode(suffix, pixels, settings)

    return decode_and_encode


def bare_ct(data: bytes) -> object:
    pixels = pydicom.dcmread(io.BytesIO(data)).pixel_array
    windowed = np.clip((pixels.astype(np.float32) - 1064 + 200) * (255 / 400), 0, 255).astype(np.uint8)
    return cv2.imencode(".png", windowed, STORED_PNG)


KINDS = (
    Kind("CT slices, DICOM of 16 bits", ct, bare_ct),
    Kind("grey PNG", encoded(".png", 1), bare_raster(".png")),
    Kind("colour PNG", encoded(".png", 3), bare_raster(".png")),
    Kind("colour JPEG", encoded(".jpg", 3), bare_raster(".jpg")),
)


def measure(scratch: Path, quick: bool) -> list[Row]:
    kinds = KINDS[:1] if quick else KINDS
    rows = [
        _against_bare(scratch / f"kind-{i}", kind, 16 if quick else 96, 1 if quick else 5)
        for i, kind in enumerate(kinds)
    ]
    rows += phantom_rows(quick)
    return rows if quick else [*rows, *_memory(scratch)]


def _against_bare(folder: Path, kind: Kind, pictures: int, rounds: int) -> Row:
    """Rounds of both in turn, so that a machine that slows down slows both."""
    cv2.setNumThreads(0)
    folder.mkdir()
    paths = [folder / f"{seed:04}" for seed in range(pictures)]
    for seed, path in enumerate(paths):
        path.write_bytes(kind.make(seed))
    stage, tables = Ingest("bench", IdKey()), _tables(paths)
    stage(tables)  # decoders are loaded
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(pictures / _seconds(lambda: [kind.bare(path.read_bytes()) for path in paths]))
        ours.append(pictures / _seconds(lambda: stage(tables)))
    samples = [one / other for one, other in zip(ours, bare, strict=True)]
    rate = f"{sorted(ours)[len(ours) // 2]:.0f} pictures/s a core"
    name = f"ingest, {SIDE_PX} px {kind.name} ({rate})"
    return Row(name, "of bare decode + encode", samples, "higher", 0.8, 1.0, "cv2, pydicom")


def _seconds(body: Callable[[], object]) -> float:
    begin = time.process_time()
    body()
    return time.process_time() - begin


def _tables(paths: list[Path]) -> dict[str, pa.Table]:
    rows = [
        {
            **{"source": "bench", "item": f"{i:032x}", "size_bytes": 1, "format": "", "role": "image"},
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for i, path in enumerate(paths)
    ]
    files = {"item": [row["item"] for row in rows], "path": [str(path) for path in paths]}
    return {"inventory": pa.Table.from_pylist(rows, INVENTORY), "files": pa.table(files)}


def _memory(scratch: Path) -> list[Row]:
    """A worker holds one part at a time, whatever the corpus; the driver holds an index."""
    rows = []
    for many, options in ((100_000, ("--to", "ingest")), (10_000, ())):
        found = {}
        for pictures in (1_000, many):
            folder = scratch / f"memory-{pictures}-{many}"
            folder.mkdir()
            found[pictures] = watched_build(make_corpus(folder, pictures), folder / "work", *options)
        small, large = found[1_000], found[many]
        what = f"{many} pictures of 64 px, {'up to ingest' if options else 'whole build'}"
        rows += [
            Row(f"peak memory of a worker, {what}", "MB", [large.worker_mb], "lower", None, small.worker_mb, "1,000"),
            Row(f"peak memory of the driver, {what}", "MB", [large.driver_mb], "lower", None, small.driver_mb, "1,000"),
            Row(what, "pictures/s", [many / large.seconds], "higher"),
        ]
    return rows
