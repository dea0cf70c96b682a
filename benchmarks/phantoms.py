"""How fast phantoms are drawn, and whether memory stays flat however many."""

import time
from concurrent.futures import ProcessPoolExecutor
from statistics import median

import cv2
import psutil

from benchmarks.rows import Row
from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.settings import PhantomSettings
from schemas.taxonomy.modalities import modalities

STREAMED, STREAM_PX = 100_000, 96


def phantom_rows(quick: bool) -> list[Row]:
    if quick:
        return _rates(256, pictures=12, rounds=1)
    return [*_rates(256, pictures=120, rounds=3), *_rates(768, pictures=36, rounds=3), _stream()]


def _rates(size_px: int, pictures: int, rounds: int) -> list[Row]:
    """Pictures with their truth a second of one core's time: over all modalities, and each."""
    ids = [each.id for each in modalities()]
    rates = {id: [_rate(id, size_px, pictures) for _ in range(rounds)] for id in ids}
    typical = [median(rates[id][i] for id in ids) for i in range(rounds)]
    slowest = [min(rates[id][i] for id in ids) for i in range(rounds)]
    targets = {256: (100.0, 40.0)}.get(size_px, (None, None))
    return [
        Row(f"phantoms, {size_px} px, median over modalities", "pictures/s a core", typical, "higher", targets[0]),
        Row(f"phantoms, {size_px} px, slowest modality", "pictures/s a core", slowest, "higher", targets[1]),
        *(Row(f"phantoms, {size_px} px, {id}", "pictures/s a core", rates[id], "higher") for id in ids),
    ]


def _rate(id: str, size_px: int, pictures: int) -> float:
    cv2.setNumThreads(1)
    settings = PhantomSettings(pictures, 1, size_px, modalities=(id,))
    next(iter(phantoms(settings)))  # tables are read
    begin = time.process_time()
    drawn = sum(1 for _ in phantoms(settings))
    return drawn / (time.process_time() - begin)


def _stream() -> Row:
    """Peak memory after all of them against the peak after the first hundredth, in a process of its own."""
    with ProcessPoolExecutor(1) as pool:
        early, late = pool.submit(_peaks, STREAMED, STREAM_PX).result()
    what = f"peak memory of {STREAMED:,} phantoms of {STREAM_PX} px in one stream"
    return Row(what, "MB", [late], "lower", round(1.1 * early + 5), early, f"after {STREAMED // 100:,}")


def _peaks(count: int, size_px: int) -> tuple[float, float]:
    cv2.setNumThreads(1)
    process, early, late = psutil.Process(), 0.0, 0.0
    for i, _ in enumerate(phantoms(PhantomSettings(count, 1, size_px)), 1):
        if i % 200 == 0:
            late = max(late, process.memory_info().rss / 1e6)
            early = late if i <= count // 100 else early
    return early, late
