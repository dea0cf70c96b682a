"""Corpora of many small pictures, and a build of one in a process of its own whose memory is watched."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil

REPOSITORY = Path(__file__).parents[1]
CONFIG = """
name: bench
ids: content
sources:
  - {{name: small, root: {root}, licence: CC0-1.0, modality: microscopy, group_by: file}}
"""


def make_corpus(folder: Path, pictures: int, side_px: int = 64) -> Path:
    """JPEG files of about 1.5 kB in folders of a thousand; returns the config."""
    root = folder / "pictures"
    for number in range(pictures):
        place = root / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        coarse = np.random.default_rng(number).integers(0, 255, (8, 8, 3), dtype=np.uint8)
        cv2.imwrite(str(place / f"{number:07}.jpg"), cv2.resize(coarse, (side_px, side_px)))
    config = folder / "corpus.yaml"
    config.write_text(CONFIG.format(root=root))
    return config


@dataclass(frozen=True)
class Watched:
    """Of a finished command: wall seconds, and the largest resident set of its driver and of one of its children."""

    seconds: float
    driver_mb: float
    worker_mb: float


def watched_build(config: Path, work: Path, *options: str) -> Watched:
    """`medregion build` to its end; raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "flows.cli", "build", str(config), "--work", str(work), *options]
    begin = time.perf_counter()
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peaks = {"driver": 0.0, "worker": 0.0}
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks))
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - begin
        watcher.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Watched(seconds, peaks["driver"] / 1e6, peaks["worker"] / 1e6)


def _watch(driver: int, peaks: dict[str, float]) -> None:
    """Fills `peaks` until the driver ends."""
    while True:
        try:
            process = psutil.Process(driver)
            peaks["driver"] = max(peaks["driver"], process.memory_info().rss)
            for child in process.children(recursive=True):
                if "prefect_server" not in " ".join(child.cmdline()):
                    peaks["worker"] = max(peaks["worker"], child.memory_info().rss)
        except psutil.NoSuchProcess:
            if not psutil.pid_exists(driver) or psutil.Process(driver).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.AccessDenied:
            pass
        time.sleep(0.1)


def cores() -> int:
    return os.cpu_count() or 1
