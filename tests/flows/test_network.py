"""Nothing leaves loopback: neither servers nor model libraries nor workers, whatever they would like to report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.annotators.tiny_models import save_tiny_rt_detr, save_tiny_sam, save_tiny_yolo
from tests.flows.corpora import make_corpus

REPOSITORY = Path(__file__).parents[2]
WATCHED = Path(__file__).parent / "watched"


def run(log: Path, *command: object) -> "subprocess.CompletedProcess[str]":
    """A Python process in which, and in whose children, every address outside loopback is noted and refused."""
    variables = {**os.environ, "PYTHONPATH": str(WATCHED), "MEDREGION_REACHED": str(log)}
    arguments = [sys.executable, *map(str, command)]
    return subprocess.run(arguments, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)


def test_the_watch_sees_what_leaves(tmp_path: Path) -> None:
    run(tmp_path / "reached", "-c", "import socket; socket.getaddrinfo('host.invalid', 80)")
    assert (tmp_path / "reached").read_text() == "socket.getaddrinfo host.invalid\n"


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "dask"])
def test_nothing_of_a_build_leaves_loopback(tmp_path: Path, executor: str) -> None:
    config = make_corpus(tmp_path / "sources", smears=2, films=2)
    yolo, rt_detr, sam = (tmp_path / f"{name}.safetensors" for name in ("yolo", "rt-detr", "sam"))
    save_tiny_yolo(yolo)
    save_tiny_rt_detr(rt_detr)
    save_tiny_sam(sam)
    told = run(
        tmp_path / "reached", "-m", "flows.cli", "build", config, "--work", tmp_path / "work", "--executor", executor,
        "--set", f"annotate.detectors=[{{name: yolo, weights: {yolo}, image_side_px: 128}}, "
                 f"{{name: rt-detr, weights: {rt_detr}, image_side_px: 128}}]",
        "--set", f"annotate.segmenter={{name: sam, weights: {sam}}}",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert not (tmp_path / "reached").exists(), (tmp_path / "reached").read_text()
