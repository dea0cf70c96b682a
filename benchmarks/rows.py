"""A benchmark's rows, its table and its JSON file."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One measured figure; `value` is the median of its samples, None where it was not measured."""

    what: str
    unit: str
    samples: Sequence[float]
    better: Literal["higher", "lower"]
    target: float | None = None
    peer: float | None = None
    peer_name: str | None = None
    how: str = field(default_factory=lambda: "python -m " + " ".join(["benchmarks", *sys.argv[1:]]))

    @property
    def value(self) -> float | None:
        return statistics.median(self.samples) if self.samples else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without target or value."""
        if self.target is None or self.value is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


def table(rows: Sequence[Row]) -> str:
    """Plain text, a line a row: figure, spread, target, peer."""
    lines = [f"{'what':<58} {'median':>10} {'min':>10} {'max':>10}  {'target':>9}  peer"]
    for row in rows:
        figures = [f"{v:10.4g}" for v in (row.value, min(row.samples), max(row.samples)) if v is not None]
        sign = {"higher": ">=", "lower": "<="}[row.better]
        target = "" if row.target is None else f"{sign}{row.target:g} {'ok' if row.met else 'MISSED'}"
        peer = "" if row.peer is None else f"{row.peer:.4g} {row.peer_name}"
        lines.append(f"{f'{row.what} [{row.unit}]':<58} {' '.join(figures)}  {target:>9}  {peer}")
    return "\n".join(lines)


def write(name: str, rows: Sequence[Row], results: Path = RESULTS) -> Path:
    """Writes `results/NAME.json`."""
    results.mkdir(parents=True, exist_ok=True)
    path = results / f"{name}.json"
    described = [{**asdict(row), "samples": list(row.samples), "value": row.value} for row in rows]
    document = {"benchmark": name, "revision": revision(), "machine": machine(), "rows": described}
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def revision() -> str:
    told = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def machine() -> dict[str, Any]:
    """What figures depend on, and nothing that names the machine."""
    import cv2
    import psutil
    import pyarrow
    import torch

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {"opencv": cv2.__version__, "pyarrow": pyarrow.__version__, "torch": torch.__version__},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
